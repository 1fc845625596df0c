//! What must hold of every input, whatever it is. The tests below try it on inputs that look like the real ones, and the
//! targets in `fuzz/` on those that a fuzzer finds.

use axum::http::{HeaderMap, HeaderValue, header};
use base64::Engine;

use crate::credentials::EmailAddress;
use crate::graphql::Authorization;
use crate::http::authorization;

pub use crate::graphql::fuzzing::document;

/// An address has one canonical form, and the mail server takes it.
///
/// # Panics
/// When not.
pub fn email(text: &str) {
    let Ok(email) = EmailAddress::parse(text) else {
        return;
    };
    let canonical = email.canonical();
    assert!(canonical.is_ascii() && canonical.len() <= 254, "{canonical:?}");
    let unwanted = |c: char| c.is_ascii_control() || c.is_ascii_uppercase() || c == ' ';
    assert!(!canonical.contains(unwanted), "{canonical:?}");
    let mailbox = email.mailbox();
    for same in [canonical, email.typed(), &mailbox] {
        let again = EmailAddress::parse(same).map(|again| again.canonical().to_owned());
        assert_eq!(again.as_deref(), Ok(canonical), "{same:?}");
    }
    assert!(mailbox.parse::<lettre::Address>().is_ok(), "{mailbox:?}");
    let shown = format!("{email:?}");
    assert!(shown.len() < canonical.len() + 4, "{shown:?}");
}

/// A header is read as one thing, and what it is read as is what it says.
///
/// # Panics
/// When not.
pub fn authorization(value: &[u8]) {
    let Ok(value) = HeaderValue::from_bytes(value) else {
        return;
    };
    let Authorization::Basic { email, password } = read(value) else {
        return;
    };
    assert!(!email.contains(':'), "{email:?}");
    drop(password);
    let again = base64::engine::general_purpose::STANDARD.encode(format!("{email}:"));
    let again = HeaderValue::try_from(format!("Basic {again}")).expect("base64 is a header");
    assert!(matches!(read(again), Authorization::Basic { email: same, .. } if same == email));
}

fn read(value: HeaderValue) -> Authorization {
    authorization::read(&HeaderMap::from_iter([(header::AUTHORIZATION, value)]))
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;

    /// Pieces in any order: few of them fit together, but those that do are at the edges.
    fn pieces(pieces: &'static [&'static str], length: usize) -> impl Strategy<Value = String> {
        vec(select(pieces), 0..length).prop_map(|pieces| pieces.concat())
    }

    const OF_ADDRESSES: &[&str] = &[
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

    const OF_DOCUMENTS: &[&str] = &[
        "{",
        "}",
        "{",
        "}",
        "(",
        ")",
        "[",
        "]",
        "...",
        "...",
        "... on Query",
        ":",
        "@",
        "@skip(if:true)",
        "!",
        "=",
        "$",
        "$v",
        "|",
        "&",
        "a",
        "me",
        "id",
        "registrationPolicy",
        "codeLength",
        "__typename",
        "query",
        "mutation",
        "fragment F on Query",
        "...F",
        "on",
        "null",
        "true",
        "0",
        "-1.5e9",
        "\"",
        "\"\"",
        "\"\"\"",
        "\\",
        "\\\"",
        "\\\"\"\"",
        "\\u0041",
        "#",
        "\n",
        "\r",
        " ",
        ",",
        "\u{feff}",
        "\u{fc}",
        "\0",
    ];

    const OF_STRINGS: &[&str] = &[
        "\\\"", "\\\\", "\\\"\"\"", "\\", "\"", "\"\"", "\n", "\r", "#", "...F0", "@a", "a:b", "{", "a",
    ];

    /// Fields with strings and comments in between, which hide what is counted, or only seem to.
    fn hiding() -> impl Strategy<Value = String> {
        let hidden = || pieces(OF_STRINGS, 5);
        let part = prop_oneof![
            hidden().prop_map(|text| format!("a(b:\"{text}\")")),
            hidden().prop_map(|text| format!("a(b:\"\"\"{text}\"\"\")")),
            (hidden(), select(&["\n", "\r", "\r\n"][..])).prop_map(|(text, end)| format!("#{text}{end}")),
            select(&["...F0 ", "a:b ", "a@a ", "a "][..]).prop_map(str::to_owned),
        ];
        vec(part, 1..8).prop_map(|parts| format!("{{{}}}", parts.concat()))
    }

    /// A selection set that is well-formed, and mostly valid, so that what follows the parser is reached.
    fn selections() -> impl Strategy<Value = String> {
        let leaf = prop_oneof![
            select(
                &[
                    "__typename ",
                    "me{id} ",
                    "a:__typename ",
                    "registrationPolicy{codeLength} ",
                    "...F0 ",
                    "...F1 ",
                    "...F2 "
                ][..]
            )
            .prop_map(str::to_owned),
            "[a-z_]{1,3}(\\(a:(\\[\\]|\\{\\}|\"[^\"\\\\\n\r]{0,3}\"|\\$v)\\))? ",
        ];
        leaf.prop_recursive(12, 60, 6, |inner| {
            let several = vec(inner, 1..6).prop_map(|inner| inner.concat());
            prop_oneof![
                several.clone(),
                several.clone().prop_map(|inner| format!("...on Query{{{inner}}} ")),
                several
                    .clone()
                    .prop_map(|inner| format!("...@include(if:$v){{{inner}}} ")),
                several.prop_map(|inner| format!("me{{{inner}}} ")),
            ]
        })
    }

    proptest! {
        #[test]
        fn any_text_is_no_address_or_one(text in any::<String>()) {
            email(&text);
        }

        #[test]
        fn an_address_is_what_it_looks_like(local in "[a-zA-Z0-9.+'\u{212a}]{1,4}", text in pieces(OF_ADDRESSES, 5)) {
            email(&text);
            email(&format!("{local}@{text}"));
            email(&format!("{local}{text}@example.com"));
        }

        #[test]
        fn any_header_proves_something_or_nothing(value in vec(any::<u8>(), 0..60), text in ".{0,20}:.{0,20}") {
            authorization(&value);
            authorization(&[b"Basic ", &value[..]].concat());
            authorization(&[b"Bearer ", &value[..]].concat());
            let encoded = base64::engine::general_purpose::STANDARD.encode(text);
            authorization(format!("bAsIc {encoded}").as_bytes());
        }

        #[test]
        fn any_document_is_refused_or_answered(text in any::<String>(), pieces in pieces(OF_DOCUMENTS, 120)) {
            document(&text);
            document(&pieces);
            document(&format!("{{{pieces}}}"));
        }

        #[test]
        fn nothing_hides_in_strings_and_comments(text in hiding()) {
            document(&text);
        }

        #[test]
        fn a_document_of_fragments_is_refused_or_answered(sets in vec(selections(), 4)) {
            let fragments = (0..).zip(&sets[1..]).map(|(number, set)| format!("fragment F{number} on Query{{{set}}}"));
            document(&format!("query($v:Boolean!=true){{{}}}{}", sets[0], fragments.collect::<String>()));
        }
    }
}
