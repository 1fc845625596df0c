//! Parses and canonicalizes email addresses.

use std::fmt;

use idna::AsciiDenyList;
use idna::uts46::{DnsLength, Hyphens, Uts46};
use unicode_normalization::UnicodeNormalization;

/// An address that an email can be sent to.
///
/// The local part is a dot-string of RFC 5321 4.1.2 and at most 64 octets; the domain is a host name, in any script,
/// that IDNA (UTS #46) accepts; the whole is at most 254 octets. Quoted local parts, comments, address literals and
/// lists are refused: no person's mailbox needs them, and each has been used to get around a check. So are local parts
/// that a mail server may route on to another domain (`a%b.example@…`, `b.example!a@…`), deliver to a file or a program
/// (`/a@…`, `|a@…`), or read as an option (`-a@…`).
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
    /// Parses an address. Drops surrounding space and invisible characters, which come along when an address is pasted.
    ///
    /// # Errors
    /// [`InvalidEmail`].
    pub fn parse(text: &str) -> Result<Self, InvalidEmail> {
        // Not control characters: a line break is white space too, but nobody types one around an address.
        let typed = text.trim_matches(|c: char| (c.is_whitespace() && !c.is_control()) || is_invisible(c));
        if typed.len() > 254 {
            return Err(InvalidEmail);
        }
        // Some programs decode an encoded word (RFC 2047) also in an address, where it has no meaning. NFC would turn a
        // few non-ASCII characters, such as the Kelvin sign, into ASCII, so the local part is not normalized.
        let (local, domain) = typed.rsplit_once('@').ok_or(InvalidEmail)?;
        if local.len() > 64 || local.starts_with('-') || is_encoded_word(local) || !local.split('.').all(is_atom) {
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

    /// The domain in its canonical form.
    #[must_use]
    pub fn domain(&self) -> &str {
        self.canonical.get(self.local_octets + 1..).unwrap_or_default()
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

/// Whether a text has an encoded word (RFC 2047, section 2): `=?CHARSET?ENCODING?TEXT?=`.
fn is_encoded_word(text: &str) -> bool {
    text.split_once("=?").is_some_and(|(_, rest)| rest.contains("?="))
}

/// Shows what a log may show: the first letter and the domain.
impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let first = self.canonical.get(..1).unwrap_or_default();
        let domain = self.canonical.get(self.local_octets..).unwrap_or_default();
        write!(f, "{first}…{domain}")
    }
}

/// `Default_Ignorable_Code_Point` of Unicode 16: zero-width characters, directional marks, byte order mark and the
/// like.
fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fff8}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

/// `atom` of RFC 5322 3.2.3, without `!`, `%`, `/` and `|`, which have a meaning for mail servers.
fn is_atom(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"#$&'*+-=?^_`{}~".contains(&byte))
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
    if is_number(top) {
        return Err(InvalidEmail);
    }
    Ok(ascii.into_owned())
}

/// Whether a domain with this last label is an IPv4 address for a resolver: `127.1`, `2130706433` and `0x7f000001` are
/// (URL Standard, "ends in a number").
fn is_number(label: &str) -> bool {
    match label.strip_prefix("0x") {
        Some(hex) => hex.bytes().all(|byte| byte.is_ascii_hexdigit()),
        None => label.bytes().all(|byte| byte.is_ascii_digit()),
    }
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
            ("o'brien#$&*=?^_`{}~-@example.com", "o'brien#$&*=?^_`{}~-@example.com"),
            ("ada@bücher.example", "ada@xn--bcher-kva.example"),
            ("ada@bu\u{308}cher.example", "ada@xn--bcher-kva.example"),
            ("ada@XN--BCHER-KVA.example", "ada@xn--bcher-kva.example"),
            ("ada@ｅｘａｍｐｌｅ.com", "ada@example.com"),
            ("ada@example。com", "ada@example.com"),
            ("a-da@0x.example", "a-da@0x.example"),
            ("ada@0x7g", "ada@0x7g"),
            ("ada@7f000001", "ada@7f000001"),
            ("ada@163.com", "ada@163.com"),
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
            "=?utf-8?q?evil=40evil=2eexample?=@example.com",
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
            "ada@127.1",
            "ada@2130706433",
            "ada@017700000001",
            "ada@0x7f000001",
            "ada@0X7F.0.0.1",
            "ada@127.0x1",
            "ada@example.0x",
            "ada@example.123",
            "ada@１２７.１",
            "ada@0ｘ7f000001",
            "ada%evil.example@example.com",
            "ada%@example.com",
            "evil.example!ada@example.com",
            "evil!example!ada@example.com",
            "/var/mail/ada@example.com",
            "ada/bob@example.com",
            "|ada@example.com",
            "ada|bob@example.com",
            "-ada@example.com",
            "-@example.com",
            "ada@\u{200d}.com",
            "\u{200b}",
            "a\u{200b}da@example.com",
            "ada\u{feff}@example.com",
            "\u{200e}\nada@example.com",
            "ada@\u{200b}",
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

    #[test]
    fn invisible_characters_around_an_address_are_dropped() {
        for invisible in [
            "\u{200b}",
            "\u{feff}",
            "\u{200e}",
            "\u{200f}",
            "\u{200c}",
            "\u{200d}",
            "\u{2060}",
            "\u{ad}",
            "\u{202a}",
            "\u{202c}",
            "\u{2066}",
            "\u{2069}",
            "\u{61c}",
            "\u{180e}",
            "\u{fe0f}",
            "\u{3164}",
            "\u{e0001}",
            " \u{200b} \u{a0}\u{feff}",
        ] {
            for text in [
                format!("{invisible}Ada@example.com"),
                format!("Ada@example.com{invisible}"),
                format!("{invisible}Ada@example.com{invisible}"),
            ] {
                let email = EmailAddress::parse(&text).expect("an address");
                assert_eq!(
                    (email.typed(), email.canonical()),
                    ("Ada@example.com", "ada@example.com"),
                    "{text:?}"
                );
            }
            assert_eq!(canonical(&format!("a{invisible}da@example.com")), None, "{invisible:?}");
        }
    }
}
