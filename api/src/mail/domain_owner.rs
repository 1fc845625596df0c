//! Who owns a recipient domain.

use psl::Type;

/// The name that the owner of a domain has registered, such as `example.co.uk` for `mail.example.co.uk`. Owners have as
/// many names below theirs as they like, so a share for each name would be no limit.
///
/// Names below the suffix of a company, such as `duckdns.org`, count as the company's: they are free too.
pub(super) fn owner_of(domain: &str) -> &str {
    let before = domain.len() - public_suffix_length(domain);
    let labels = domain[..before].trim_end_matches('.');
    let start = labels.rfind('.').map_or(0, |dot| dot + 1);
    &domain[start..]
}

/// The length of the suffix under which registries sell names.
fn public_suffix_length(domain: &str) -> usize {
    let mut rest = domain.as_bytes();
    while let Some(suffix) = psl::suffix(rest) {
        let suffix_bytes = suffix.as_bytes();
        let dot = suffix_bytes.iter().position(|byte| *byte == b'.');
        match (suffix.typ(), dot) {
            (Some(Type::Private), Some(dot)) => rest = &suffix_bytes[dot + 1..],
            _ => return suffix_bytes.len(),
        }
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_below_a_registered_one_have_its_owner() {
        for (domain, owner) in [
            ("example.com", "example.com"),
            ("mail.example.com", "example.com"),
            ("a.b.c.example.co.uk", "example.co.uk"),
            ("example.co.uk", "example.co.uk"),
            ("co.uk", "co.uk"),
            ("com", "com"),
            ("localhost", "localhost"),
            ("mail.localhost", "mail.localhost"),
            ("a.mail.unknown-top-level", "mail.unknown-top-level"),
            ("eve.duckdns.org", "duckdns.org"),
            ("a.eve.duckdns.org", "duckdns.org"),
            ("duckdns.org", "duckdns.org"),
            ("a.b.blogspot.com", "blogspot.com"),
            ("a.xn--bcher-kva.example", "xn--bcher-kva.example"),
            ("", ""),
        ] {
            assert_eq!(owner_of(domain), owner, "{domain}");
        }
    }
}
