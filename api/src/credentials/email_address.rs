//! Parses and canonicalizes email addresses.

use std::fmt;

use idna::AsciiDenyList;
use idna::uts46::{DnsLength, Hyphens, Uts46};
use unicode_normalization::UnicodeNormalization;

/// An address that an email can be sent to.
///
/// The local part is a dot-string of RFC 5321 4.1.2 and at most 64 octets; the domain is a host name, in any script,
/// that IDNA (UTS #46) accepts; the whole is at most 254 octets. Quoted local parts, comments, address literals and lists
/// are refused: no person's mailbox needs them, and each has been used to get around a check.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct EmailAddress {
    typed: String,
    canonical: String,
    local_octets: usize,
}

/// The text is not an email address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidEmail;

impl EmailAddress {
    /// Parses an address. Drops surrounding space.
    ///
    /// # Errors
    /// [`InvalidEmail`].
    pub fn parse(text: &str) -> Result<Self, InvalidEmail> {
        // Not control characters: a line break is white space too, but nobody types one around an address.
        let typed = text.trim_matches(|c: char| c.is_whitespace() && !c.is_control());
        if typed.len() > 254 {
            return Err(InvalidEmail);
        }
        // NFC would turn a few non-ASCII characters, such as the Kelvin sign, into ASCII, so the local part is not normalized.
        let (local, domain) = typed.rsplit_once('@').ok_or(InvalidEmail)?;
        if local.len() > 64 || !local.split('.').all(is_atom) {
            return Err(InvalidEmail);
        }
        let domain = ascii_domain(&domain.nfc().collect::<String>())?;
        let canonical = format!("{}@{domain}", local.to_ascii_lowercase());
        if canonical.len() > 254 {
            return Err(InvalidEmail);
        }
        Ok(Self {
            typed: typed.to_owned(),
            canonical,
            local_octets: local.len(),
        })
    }

    /// The address as typed.
    #[must_use]
    pub fn typed(&self) -> &str {
        &self.typed
    }

    /// The form under which the address is unique: lower case, the domain in ASCII.
    #[must_use]
    pub fn canonical(&self) -> &str {
        &self.canonical
    }

    /// The address for an SMTP envelope: the domain in ASCII, the local part as typed, because only the receiver may
    /// ignore its case (RFC 5321 2.4).
    #[must_use]
    pub fn mailbox(&self) -> String {
        let local = self.typed.get(..self.local_octets).unwrap_or_default();
        let domain = self.canonical.get(self.local_octets..).unwrap_or_default();
        format!("{local}{domain}")
    }
}

/// Shows what a log may show: the first letter and the domain.
impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let first = self.canonical.get(..1).unwrap_or_default();
        let domain = self.canonical.get(self.local_octets..).unwrap_or_default();
        write!(f, "{first}…{domain}")
    }
}

/// `atom` of RFC 5322 3.2.3.
fn is_atom(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte))
}

fn ascii_domain(domain: &str) -> Result<String, InvalidEmail> {
    let ascii = Uts46::new()
        .to_ascii(
            domain.as_bytes(),
            AsciiDenyList::STD3,
            Hyphens::CheckFirstLast,
            DnsLength::Verify,
        )
        .map_err(|_| InvalidEmail)?;
    // `192.0.2.1` is an address, not a name, and no top-level domain is a number (RFC 3696 2).
    let top = ascii.rsplit('.').next().unwrap_or_default();
    if top.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(InvalidEmail);
    }
    Ok(ascii.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canonical(text: &str) -> Option<String> {
        EmailAddress::parse(text).ok().map(|email| email.canonical().to_owned())
    }

    #[test]
    fn one_mailbox_has_one_canonical_form() {
        for (typed, expected) in [
            ("ada@example.com", "ada@example.com"),
            ("  Ada@Example.COM\u{a0}", "ada@example.com"),
            ("ada+tag@x", "ada+tag@x"),
            (
                "o'brien!#$%&*/=?^_`{|}~-@example.com",
                "o'brien!#$%&*/=?^_`{|}~-@example.com",
            ),
            ("ada@bücher.example", "ada@xn--bcher-kva.example"),
            ("ada@bu\u{308}cher.example", "ada@xn--bcher-kva.example"),
            ("ada@XN--BCHER-KVA.example", "ada@xn--bcher-kva.example"),
            ("ada@ｅｘａｍｐｌｅ.com", "ada@example.com"),
            ("ada@example。com", "ada@example.com"),
        ] {
            assert_eq!(canonical(typed).as_deref(), Some(expected), "{typed:?}");
        }
    }

    #[test]
    fn unusual_addresses_are_rejected() {
        let long_local = format!("{}@example.com", "a".repeat(65));
        let long = format!(
            "{}@{}.{}.{}.com",
            "a".repeat(64),
            "b".repeat(63),
            "c".repeat(63),
            "d".repeat(60)
        );
        for text in [
            "",
            "ada",
            "@example.com",
            "ada@",
            "ada@@example.com",
            "ada@example.com, bob@example.com",
            "ada@example.com;bob@example.com",
            "<ada@example.com>",
            "Ada <ada@example.com>",
            "\"ada\"@example.com",
            "ada(comment)@example.com",
            "ada@(comment)example.com",
            "ada @example.com",
            "ada@exa mple.com",
            ".ada@example.com",
            "ada.@example.com",
            "a..da@example.com",
            "ädä@example.com",
            "ａｄａ@example.com",
            "ada＠example.com",
            "\u{212a}ate@example.com",
            "a\u{1fef}b@example.com",
            "ada@example.com\r\nBcc: eve@example.com",
            "ada@example.com\n",
            "ada\0@example.com",
            "ada@example\u{7f}.com",
            "ada@-example.com",
            "ada@example..com",
            "ada@example.com.",
            "ada@exam_ple.com",
            "ada@[192.0.2.1]",
            "ada@192.0.2.1",
            "ada@\u{200d}.com",
            &long_local,
            &long,
        ] {
            assert_eq!(canonical(text), None, "{text:?}");
        }
    }

    #[test]
    fn longest_address_is_accepted() {
        let longest = format!(
            "{}@{}.{}.{}.com",
            "a".repeat(64),
            "b".repeat(63),
            "c".repeat(63),
            "d".repeat(57)
        );
        assert_eq!(longest.len(), 254);
        assert!(canonical(&longest).is_some());
    }

    #[test]
    fn the_envelope_keeps_the_local_part_as_typed() {
        let email = EmailAddress::parse(" Ada.Lovelace@Bücher.Example").expect("an address");
        assert_eq!(email.typed(), "Ada.Lovelace@Bücher.Example");
        assert_eq!(email.mailbox(), "Ada.Lovelace@xn--bcher-kva.example");
        assert_eq!(format!("{email:?}"), "a…@xn--bcher-kva.example");
    }
}
