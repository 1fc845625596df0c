use std::collections::HashMap;

use async_graphql::Name;
use async_graphql::Positioned;
use async_graphql::parser::types::{
    ExecutableDocument, Field, FragmentDefinition, OperationDefinition, Selection, SelectionSet,
};

/// How many fields an operation may select, with its fragments expanded. `GraphiQL`'s introspection query selects about
/// 150.
pub(super) const MAX_FIELDS: usize = 500;

/// How deep an introspection query may nest the lists of a type, which lead from one type to others: each level multiplies
/// the answer. The queries of all tools need one level, and `MaxIntrospectionDepthRule` of graphql-js allows two.
pub(super) const MAX_INTROSPECTION_LISTS: usize = 2;

/// How many lists of sessions and of events a request may select. Each is a statement, and up to 50 rows.
pub(super) const MAX_LISTS_OF_ROWS: usize = 2;

/// How many mutations that end sessions a request may select. Each is one transaction or more.
pub(super) const MAX_SESSION_MUTATIONS: usize = 10;

/// How many bytes an answer may have. The longest lists of sessions and of events, with all their fields, have 160 KB.
pub(super) const MAX_ANSWER: usize = 256 * 1024;

/// The rows of a list of sessions or of events.
const ROWS: usize = 50;

/// The longest value of a field as JSON, and the longest of those that are text: a `User-Agent` of 200 characters, an
/// address, a message.
const VALUE: usize = 64;
const TEXT: usize = 900;

/// More than the introspection of any tool reads. With aliases it can be 500 KB; a server in production has none.
const INTROSPECTION: usize = 120 * 1024;

/// What an operation selects, through aliases and fragments, even if a directive skips it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Cost {
    /// Mutations that use a credential operation.
    credential_mutations: usize,
    /// Mutations that end sessions. They check no password and no code.
    pub session_mutations: usize,
    /// Fields `me`: with HTTP Basic each is a credential operation.
    me: usize,
    /// Fields `sessions` and `events`.
    pub lists_of_rows: usize,
    /// Fields on every level.
    pub fields: usize,
    /// Fields `__schema` and `__type`.
    pub introspection: usize,
    /// The deepest nesting of lists of a type below `__schema` or `__type`.
    pub introspection_lists: usize,
    /// Bytes of the longest answer.
    pub answer_bytes: usize,
    /// The deepest nesting of lists of a type, if this selection is below one of these fields.
    lists: usize,
}

impl Cost {
    pub(super) fn of(document: &ExecutableDocument, operation: &OperationDefinition) -> Self {
        let mut counter = Counter {
            fragments: &document.fragments,
            counted: HashMap::new(),
        };
        counter.selections(&operation.selection_set.node)
    }

    /// Operations that check a password or a code, or send an email.
    pub(super) fn credential_operations(self, uses_basic: bool) -> usize {
        self.credential_mutations
            .saturating_add(if uses_basic { self.me } else { 0 })
    }

    fn plus(self, other: Self) -> Self {
        Self {
            credential_mutations: self.credential_mutations.saturating_add(other.credential_mutations),
            session_mutations: self.session_mutations.saturating_add(other.session_mutations),
            me: self.me.saturating_add(other.me),
            lists_of_rows: self.lists_of_rows.saturating_add(other.lists_of_rows),
            fields: self.fields.saturating_add(other.fields),
            introspection: self.introspection.saturating_add(other.introspection),
            introspection_lists: self.introspection_lists.max(other.introspection_lists),
            answer_bytes: self.answer_bytes.saturating_add(other.answer_bytes),
            lists: self.lists.max(other.lists),
        }
    }
}

struct Counter<'a> {
    fragments: &'a HashMap<Name, Positioned<FragmentDefinition>>,
    /// Each fragment is counted once, so counting takes time linear in the length of the document. A fragment within
    /// itself counts as nothing: validation rejects cycles.
    counted: HashMap<&'a Name, Cost>,
}

impl<'a> Counter<'a> {
    fn selections(&mut self, selections: &'a SelectionSet) -> Cost {
        selections
            .items
            .iter()
            .map(|selection| match &selection.node {
                Selection::Field(field) => {
                    let selected = self.selections(&field.node.selection_set.node);
                    field_cost(&field.node, selected)
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

fn field_cost(field: &Field, selected: Cost) -> Cost {
    let name = field.name.node.as_str();
    let is_introspection = matches!(name, "__schema" | "__type");
    let own = Cost {
        credential_mutations: usize::from(is_credential_mutation(name)),
        session_mutations: usize::from(SESSION_MUTATIONS.contains(&name)),
        me: usize::from(name == "me"),
        lists_of_rows: usize::from(matches!(name, "sessions" | "events")),
        fields: 1,
        introspection: usize::from(is_introspection),
        introspection_lists: if is_introspection { selected.lists } else { 0 },
        answer_bytes: 0,
        lists: selected.lists.saturating_add(usize::from(is_list_of_type(name))),
    };
    Cost {
        answer_bytes: answer_bytes(field, selected.answer_bytes),
        ..own.plus(selected)
    }
}

/// The longest text of a field with its key, `"key":value,` or `"key":{…},`, and of what is selected below it.
fn answer_bytes(field: &Field, selected: usize) -> usize {
    let name = field.name.node.as_str();
    let selected = match name {
        "nodes" | "edges" => selected.saturating_mul(ROWS),
        "__schema" | "__type" => INTROSPECTION,
        "userAgent" | "email" | "message" | "suggestions" => TEXT,
        _ => selected.saturating_add(VALUE),
    };
    selected.saturating_add(field.response_key().node.len() + 4)
}

fn is_list_of_type(field: &str) -> bool {
    matches!(field, "fields" | "interfaces" | "possibleTypes" | "inputFields")
}

const SESSION_MUTATIONS: [&str; 3] = ["revokeOtherSessions", "revokeSession", "signOut"];

fn is_credential_mutation(field: &str) -> bool {
    matches!(
        field,
        "register"
            | "activate"
            | "resendActivationCode"
            | "signIn"
            | "requestPasswordReset"
            | "resetPassword"
            | "changePassword"
            | "requestEmailChange"
            | "confirmEmailChange"
            | "deleteAccount"
    )
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;
    use async_graphql::parser::parse_schema;
    use async_graphql::parser::types::DocumentOperations;
    use async_graphql::parser::types::{TypeKind, TypeSystemDefinition};

    use super::*;

    fn counted(document: &str) -> Cost {
        let document = parse_query(document).expect("a document");
        let DocumentOperations::Single(operation) = &document.operations else {
            panic!("one operation");
        };
        Cost::of(&document, &operation.node)
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
            (
                "mutation{changePassword(input:$i){__typename} deleteAccount(input:$i){__typename}}",
                false,
                2,
                4,
            ),
            (
                "mutation{a:revokeSession(input:$i){__typename} revokeOtherSessions{__typename}}",
                true,
                0,
                4,
            ),
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
    fn lists_of_rows_are_counted() {
        for (document, lists) in [
            ("{me{id sessions{nodes{id}}}}", 1),
            (
                "{me{a:sessions{nodes{id}} ...F}} fragment F on User{b:sessions{nodes{id}} c:sessions{nodes{id}}}",
                3,
            ),
            ("{a:me{sessions{nodes{id}}} b:me{sessions{nodes{id}}}}", 2),
            ("{me{sessions{nodes{id}} events{nodes{id}}}}", 2),
        ] {
            assert_eq!(counted(document).lists_of_rows, lists, "{document}");
        }
    }

    #[test]
    fn nested_lists_of_introspection_are_counted() {
        for (document, lists) in [
            (
                "{__schema{types{name fields{name args{type{name}}} inputFields{name}}}}",
                1,
            ),
            ("{__schema{types{fields{type{fields{name}}} interfaces{name}}}}", 2),
            (
                "{__schema{types{fields{type{ofType{possibleTypes{a:inputFields{name}}}}}}}}",
                3,
            ),
            (
                "{__type(name:\"User\"){...F}} fragment F on __Type{fields{args{type{...on __Type{...G}}}}} fragment G on __Type{inputFields{type{fields{name}}}}",
                3,
            ),
            (
                "{__type(name:\"User\"){...F}} fragment F on __Type{fields{type{...F}}}",
                1,
            ),
            ("{me{fields{fields{fields{id}}}} __schema{types{name}}}", 0),
        ] {
            assert_eq!(counted(document).introspection_lists, lists, "{document}");
        }
    }

    #[test]
    fn exponential_fragments_are_counted_in_linear_time() {
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

    #[test]
    fn every_mutation_has_a_limit() {
        let schema = parse_schema(crate::graphql::sdl()).expect("the schema is valid");
        let fields = schema.definitions.into_iter().find_map(|definition| match definition {
            TypeSystemDefinition::Type(definition) if definition.node.name.node == "Mutation" => {
                match definition.node.kind {
                    TypeKind::Object(object) => Some(object.fields),
                    _ => None,
                }
            }
            _ => None,
        });
        let fields = fields.expect("the type Mutation").into_iter();
        let names = fields.map(|field| field.node.name.node.to_string());
        let mut others: Vec<_> = names.filter(|name| !is_credential_mutation(name)).collect();
        others.sort();
        assert_eq!(others, SESSION_MUTATIONS);
    }
}
