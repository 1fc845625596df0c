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
    /// Operations that take a hash: a request may hold one. With HTTP Basic in the request, each `me` is one.
    pub credential_operations: usize,
    /// Fields, on every level.
    pub fields: usize,
    /// Fields that tell about the schema.
    pub introspection: usize,
}

impl Cost {
    fn plus(self, other: Self) -> Self {
        Self {
            credential_operations: self.credential_operations.saturating_add(other.credential_operations),
            fields: self.fields.saturating_add(other.fields),
            introspection: self.introspection.saturating_add(other.introspection),
        }
    }
}

/// Counts the cost of an operation.
pub(super) fn of(document: &ExecutableDocument, operation: &OperationDefinition, basic: bool) -> Cost {
    let mut counter = Counter {
        fragments: &document.fragments,
        counted: HashMap::new(),
        basic,
    };
    counter.selections(&operation.selection_set.node)
}

struct Counter<'a> {
    fragments: &'a HashMap<Name, Positioned<FragmentDefinition>>,
    /// Each fragment is counted once, so that fragments which spread each other cost no more than their length. A
    /// fragment that is being counted counts as nothing: cycles are for validation to refuse.
    counted: HashMap<&'a Name, Cost>,
    basic: bool,
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
                        credential_operations: usize::from(self.takes_a_hash(name)),
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

    fn takes_a_hash(&self, field: &str) -> bool {
        match field {
            "register" | "activate" | "resendActivationCode" | "signIn" => true,
            "me" => self.basic,
            _ => false,
        }
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

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;
    use async_graphql::parser::types::DocumentOperations;

    use super::*;

    fn counted(document: &str, basic: bool) -> Cost {
        let document = parse_query(document).expect("a document");
        let DocumentOperations::Single(operation) = &document.operations else {
            panic!("one operation");
        };
        of(&document, &operation.node, basic)
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
            let cost = counted(document, basic);
            assert_eq!(
                (cost.credential_operations, cost.fields),
                (operations, fields),
                "{document}"
            );
        }
        assert_eq!(
            counted("{__schema{types{name}} __type(name:\"User\"){name} __typename}", false).introspection,
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
        let cost = counted(&document, false);
        assert_eq!((cost.credential_operations, cost.fields), (usize::MAX, usize::MAX));
    }
}
