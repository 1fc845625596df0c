use api::testing::{self, MAX_NESTING};
use async_graphql::Positioned;
use async_graphql::parser::parse_query;
use async_graphql::parser::types::{Directive, ExecutableDocument, Selection, SelectionSet};

/// The limits count everything that the parser finds, and documents within the limits neither overflow the stack nor
/// take long to parse and validate.
///
/// # Panics
/// If the property does not hold.
pub fn document(text: &str) {
    if let Some([spreads, aliases, directives]) = testing::check_limits(text)
        && let Ok(document) = parse_query(text)
    {
        let parsed = ParsedCounts::of(&document);
        for (parsed, counted) in [
            (parsed.spreads, spreads),
            (parsed.aliases, aliases),
            (parsed.directives, directives),
            (parsed.nesting, MAX_NESTING),
        ] {
            assert!(parsed <= counted, "parsed {parsed}, counted {counted}: {text:?}");
        }
    }
    testing::validate(text);
}

/// What the parser finds in a document.
#[derive(Default)]
struct ParsedCounts {
    spreads: usize,
    aliases: usize,
    directives: usize,
    nesting: usize,
}

impl ParsedCounts {
    fn of(document: &ExecutableDocument) -> Self {
        let mut counts = Self::default();
        for (_, operation) in document.operations.iter() {
            counts.add_directives(&operation.node.directives);
            counts.add_selections(&operation.node.selection_set.node, 0);
        }
        for fragment in document.fragments.values() {
            counts.add_directives(&fragment.node.directives);
            counts.add_selections(&fragment.node.selection_set.node, 0);
        }
        counts
    }

    fn add_selections(&mut self, set: &SelectionSet, nesting: usize) {
        // A field without a selection set has an empty one.
        let nesting = nesting + usize::from(!set.items.is_empty());
        self.nesting = self.nesting.max(nesting);
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => {
                    self.aliases += usize::from(field.node.alias.is_some());
                    self.add_directives(&field.node.directives);
                    self.add_selections(&field.node.selection_set.node, nesting);
                }
                Selection::FragmentSpread(spread) => {
                    self.spreads += 1;
                    self.add_directives(&spread.node.directives);
                }
                Selection::InlineFragment(fragment) => {
                    self.spreads += 1;
                    self.add_directives(&fragment.node.directives);
                    self.add_selections(&fragment.node.selection_set.node, nesting);
                }
            }
        }
    }

    fn add_directives(&mut self, directives: &[Positioned<Directive>]) {
        self.directives += directives.len();
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;
    use crate::pieces::pieces;

    const PIECES: &[&str] = &[
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

    const PIECES_OF_STRINGS: &[&str] = &[
        "\\\"", "\\\\", "\\\"\"\"", "\\", "\"", "\"\"", "\n", "\r", "#", "...F0", "@a", "a:b", "{", "a",
    ];

    /// Fields between strings and comments, which hide some of them.
    fn strings_and_comments() -> impl Strategy<Value = String> {
        let hidden = || pieces(PIECES_OF_STRINGS, 5);
        let part = prop_oneof![
            hidden().prop_map(|text| format!("a(b:\"{text}\")")),
            hidden().prop_map(|text| format!("a(b:\"\"\"{text}\"\"\")")),
            // Values in a list can touch, so what looks like one string can be two.
            hidden().prop_map(|text| format!("a(b:[\"{text}\"])")),
            hidden().prop_map(|text| format!("a(b:[\"\"\"{text}\"])")),
            (hidden(), select(&["\n", "\r", "\r\n"][..])).prop_map(|(text, end)| format!("#{text}{end}")),
            select(&["...F0 ", "a:b ", "a@a ", "a "][..]).prop_map(str::to_owned),
        ];
        vec(part, 1..8).prop_map(|parts| format!("{{{}}}", parts.concat()))
    }

    /// Well-formed and mostly valid selections, to reach what comes after the parser.
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
        fn any_text(text in any::<String>(), pieces in pieces(PIECES, 120)) {
            document(&text);
            document(&pieces);
            document(&format!("{{{pieces}}}"));
        }

        #[test]
        fn strings_and_comments_hide_nothing_else(text in strings_and_comments()) {
            document(&text);
        }

        #[test]
        fn fragments(sets in vec(selections(), 4)) {
            let fragments = (0..).zip(&sets[1..]).map(|(number, set)| format!("fragment F{number} on Query{{{set}}}"));
            document(&format!("query($v:Boolean!=true){{{}}}{}", sets[0], fragments.collect::<String>()));
        }
    }
}
