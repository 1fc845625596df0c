use api::credentials::EmailAddress;

/// An address has one canonical form, and the mail server accepts it.
///
/// # Panics
/// If the property does not hold.
pub fn email(text: &str) {
    let Ok(email) = EmailAddress::parse(text) else {
        return;
    };
    let canonical = email.canonical();
    assert!(canonical.is_ascii() && canonical.len() <= 254, "{canonical:?}");
    let not_canonical = |c: char| c.is_ascii_control() || c.is_ascii_uppercase() || c == ' ';
    assert!(!canonical.contains(not_canonical), "{canonical:?}");
    let mailbox = email.mailbox();
    for spelling in [canonical, email.typed(), &mailbox] {
        let parsed = EmailAddress::parse(spelling).map(|email| email.canonical().to_owned());
        assert_eq!(parsed.as_deref(), Ok(canonical), "{spelling:?}");
    }
    assert!(mailbox.parse::<lettre::Address>().is_ok(), "{mailbox:?}");
    let debug = format!("{email:?}");
    assert!(debug.len() < canonical.len() + 4, "{debug:?}");
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::pieces::pieces;

    const PIECES: &[&str] = &[
        "a",
        "B",
        "0",
        "@",
        "@",
        ".",
        ".",
        "-",
        "+",
        "xn--",
        "b\u{fc}cher",
        "u\u{308}",
        "\u{df}",
        "\u{3c2}",
        "\u{130}",
        "\u{ff41}",
        "\u{3002}",
        "\u{200d}",
        "\u{ad}",
        "\u{2126}",
        "\u{212a}",
        "\u{1e9e}",
        "\u{5d0}",
        "\u{661}",
        "\u{1f980}",
        "\u{fdfa}",
        " ",
        "\u{a0}",
        "\t",
        "\r\n",
        "\0",
        "\"",
        "(",
        ")",
        ",",
        ";",
        "<",
        ">",
        "[",
        "]",
        ":",
        "\\",
        "%",
        "_",
        "'",
    ];

    proptest! {
        #[test]
        fn any_text(text in any::<String>()) {
            email(&text);
        }

        #[test]
        fn text_like_an_address(local in "[a-zA-Z0-9.+'\u{212a}]{1,4}", text in pieces(PIECES, 5)) {
            email(&text);
            email(&format!("{local}@{text}"));
            email(&format!("{local}{text}@example.com"));
        }
    }
}
