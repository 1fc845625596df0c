//! Counting what costs a hash: a request may hold one such operation.

use std::collections::HashMap;

use async_graphql::Name;
use async_graphql::Positioned;
use async_graphql::parser::types::{
    ExecutableDocument, FragmentDefinition, OperationDefinition, Selection, SelectionSet,
};

/// How many credential operations an operation asks for, through aliases and fragments, whether a directive would skip
/// them or not. With HTTP Basic in the request, each `me` is one.
pub(super) fn count(document: &ExecutableDocument, operation: &OperationDefinition, basic: bool) -> usize {
    let mut counter = Counter {
        fragments: &document.fragments,
        counted: HashMap::new(),
        basic,
    };
    counter.count(&operation.selection_set.node)
}

struct Counter<'a> {
    fragments: &'a HashMap<Name, Positioned<FragmentDefinition>>,
    /// Each fragment is counted once, so that fragments which spread each other cost no more than their length. A
    /// fragment that is being counted counts as nothing: cycles are for validation to refuse.
    counted: HashMap<&'a Name, usize>,
    basic: bool,
}

impl<'a> Counter<'a> {
    fn count(&mut self, selections: &'a SelectionSet) -> usize {
        selections
            .items
            .iter()
            .map(|selection| match &selection.node {
                Selection::Field(field) => usize::from(match field.node.name.node.as_str() {
                    "register" | "activate" | "resendActivationCode" | "signIn" => true,
                    "me" => self.basic,
                    _ => false,
                }),
                Selection::InlineFragment(fragment) => self.count(&fragment.node.selection_set.node),
                Selection::FragmentSpread(spread) => self.count_fragment(&spread.node.fragment_name.node),
            })
            .fold(0, usize::saturating_add)
    }

    fn count_fragment(&mut self, name: &'a Name) -> usize {
        if let Some(count) = self.counted.get(name) {
            return *count;
        }
        self.counted.insert(name, 0);
        let fragments = self.fragments;
        let count = fragments
            .get(name)
            .map_or(0, |fragment| self.count(&fragment.node.selection_set.node));
        self.counted.insert(name, count);
        count
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;
    use async_graphql::parser::types::DocumentOperations;

    use super::*;

    fn counted(document: &str, basic: bool) -> usize {
        let document = parse_query(document).expect("a document");
        let DocumentOperations::Single(operation) = &document.operations else {
            panic!("one operation");
        };
        count(&document, &operation.node, basic)
    }

    #[test]
    fn aliases_and_fragments_hide_nothing() {
        for (document, basic, expected) in [
            ("{registrationPolicy{codeLength}}", true, 0),
            ("{me{id} again:me{id}}", false, 0),
            ("{me{id} again:me{id}}", true, 2),
            ("mutation{signOut{__typename} signIn(input:$i){__typename}}", true, 1),
            (
                "mutation{a:signIn(input:$i){__typename} b:signIn(input:$i){__typename}}",
                false,
                2,
            ),
            (
                "mutation{...F ...F} fragment F on Mutation{resendActivationCode{__typename}}",
                false,
                2,
            ),
            (
                "mutation{...on Mutation{register(input:$i){__typename}} ...F} fragment F on Mutation{...G} fragment G on Mutation{activate(input:$i){__typename}}",
                false,
                2,
            ),
            ("mutation{signIn(input:$i)@skip(if:true){__typename}}", false, 1),
            ("{...F} fragment F on Query{...F me{id}}", true, 1),
        ] {
            assert_eq!(counted(document, basic), expected, "{document}");
        }
    }

    #[test]
    fn fragments_that_double_each_other_are_counted_in_no_time() {
        let doubling = |level| format!("fragment F{level} on Mutation{{...F{0} ...F{0}}} ", level + 1);
        let fragments: Vec<_> = (0..200).map(doubling).collect();
        let document = format!(
            "mutation{{...F0}} {} fragment F200 on Mutation{{resendActivationCode{{__typename}}}}",
            fragments.concat()
        );
        assert_eq!(counted(&document, false), usize::MAX);
    }
}
