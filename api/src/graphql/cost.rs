//! What an operation would cost, counted before anything of it runs.

use std::collections::HashMap;

use async_graphql::Name;
use async_graphql::Positioned;
use async_graphql::parser::types::{
    ExecutableDocument, FragmentDefinition, OperationDefinition, Selection, SelectionSet,
};

/// How many fields an operation may ask for, fragments written out. GraphiQL's question about the schema has some 150.
pub(super) const FIELDS: usize = 500;

/// What an operation asks for, through aliases and fragments, whether a directive would skip it or not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Cost {
    /// Mutations that take a hash.
    hashing: usize,
    /// Fields `me`, each of which takes a hash if the request comes with HTTP Basic.
    me: usize,
    /// Fields, on every level.
    pub fields: usize,
    /// Fields that tell about the schema.
    pub introspection: usize,
}

impl Cost {
    /// Operations that take a hash: a request may hold one.
    pub(super) fn credential_operations(self, uses_basic: bool) -> usize {
        self.hashing.saturating_add(if uses_basic { self.me } else { 0 })
    }

    fn plus(self, other: Self) -> Self {
        Self {
            hashing: self.hashing.saturating_add(other.hashing),
            me: self.me.saturating_add(other.me),
            fields: self.fields.saturating_add(other.fields),
            introspection: self.introspection.saturating_add(other.introspection),
        }
    }
}

/// Counts the cost of an operation.
pub(super) fn of(document: &ExecutableDocument, operation: &OperationDefinition) -> Cost {
    let mut counter = Counter {
        fragments: &document.fragments,
        counted: HashMap::new(),
    };
    counter.selections(&operation.selection_set.node)
}

struct Counter<'a> {
    fragments: &'a HashMap<Name, Positioned<FragmentDefinition>>,
    /// Each fragment is counted once, so that fragments which spread each other cost no more than their length. A
    /// fragment that is being counted counts as nothing: cycles are for validation to refuse.
    counted: HashMap<&'a Name, Cost>,
}

impl<'a> Counter<'a> {
    fn selections(&mut self, selections: &'a SelectionSet) -> Cost {
        selections
            .items
            .iter()
            .map(|selection| match &selection.node {
                Selection::Field(field) => {
                    let name = field.node.name.node.as_str();
                    let itself = Cost {
                        hashing: usize::from(takes_a_hash(name)),
                        me: usize::from(name == "me"),
                        fields: 1,
                        introspection: usize::from(matches!(name, "__schema" | "__type")),
                    };
                    itself.plus(self.selections(&field.node.selection_set.node))
                }
                Selection::InlineFragment(fragment) => self.selections(&fragment.node.selection_set.node),
                Selection::FragmentSpread(spread) => self.fragment(&spread.node.fragment_name.node),
            })
            .fold(Cost::default(), Cost::plus)
    }

    fn fragment(&mut self, name: &'a Name) -> Cost {
        if let Some(cost) = self.counted.get(name) {
            return *cost;
        }
        self.counted.insert(name, Cost::default());
        let fragments = self.fragments;
        let cost = fragments.get(name).map_or(Cost::default(), |fragment| {
            self.selections(&fragment.node.selection_set.node)
        });
        self.counted.insert(name, cost);
        cost
    }
}

fn takes_a_hash(field: &str) -> bool {
    matches!(field, "register" | "activate" | "resendActivationCode" | "signIn")
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;
    use async_graphql::parser::types::DocumentOperations;

    use super::*;

    fn counted(document: &str) -> Cost {
        let document = parse_query(document).expect("a document");
        let DocumentOperations::Single(operation) = &document.operations else {
            panic!("one operation");
        };
        of(&document, &operation.node)
    }

    #[test]
    fn aliases_and_fragments_hide_nothing() {
        for (document, basic, operations, fields) in [
            ("{registrationPolicy{codeLength}}", true, 0, 2),
            ("{me{id} again:me{id}}", false, 0, 4),
            ("{me{id} again:me{id}}", true, 2, 4),
            ("mutation{signOut{__typename} signIn(input:$i){__typename}}", true, 1, 4),
            (
                "mutation{a:signIn(input:$i){__typename} b:signIn(input:$i){__typename}}",
                false,
                2,
                4,
            ),
            (
                "mutation{...F ...F} fragment F on Mutation{resendActivationCode{__typename}}",
                false,
                2,
                4,
            ),
            (
                "mutation{...on Mutation{register(input:$i){__typename}} ...F} fragment F on Mutation{...G} fragment G on Mutation{activate(input:$i){__typename}}",
                false,
                2,
                4,
            ),
            ("mutation{signIn(input:$i)@skip(if:true){__typename}}", false, 1, 2),
            ("{...F} fragment F on Query{...F me{id}}", true, 1, 2),
        ] {
            let cost = counted(document);
            assert_eq!(
                (cost.credential_operations(basic), cost.fields),
                (operations, fields),
                "{document}"
            );
        }
        assert_eq!(
            counted("{__schema{types{name}} __type(name:\"User\"){name} __typename}").introspection,
            2
        );
    }

    #[test]
    fn fragments_that_double_each_other_are_counted_in_no_time() {
        let doubling = |level| format!("fragment F{level} on Mutation{{...F{0} ...F{0}}} ", level + 1);
        let fragments: Vec<_> = (0..200).map(doubling).collect();
        let document = format!(
            "mutation{{...F0}} {} fragment F200 on Mutation{{resendActivationCode{{__typename}}}}",
            fragments.concat()
        );
        let cost = counted(&document);
        assert_eq!(
            (cost.credential_operations(false), cost.fields),
            (usize::MAX, usize::MAX)
        );
    }
}
