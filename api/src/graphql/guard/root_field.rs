use std::collections::HashSet;

use async_graphql::parser::types::{ExecutableDocument, OperationDefinition, Selection, SelectionSet};

/// The fields of `Query` and `Mutation`.
const ROOT_FIELDS: [&str; 15] = [
    "me",
    "registrationPolicy",
    "register",
    "activate",
    "resendActivationCode",
    "signIn",
    "signOut",
    "revokeSession",
    "revokeOtherSessions",
    "requestPasswordReset",
    "resetPassword",
    "changePassword",
    "requestEmailChange",
    "confirmEmailChange",
    "deleteAccount",
];

/// The field that an operation selects at its root, through fragments: a name of the schema, `introspection`, `several` or
/// `unknown`. So the log and the metrics have a bounded number of names, and none that a client has chosen.
pub(super) fn root_field(document: &ExecutableDocument, operation: &OperationDefinition) -> &'static str {
    let mut fields = HashSet::new();
    let mut spread = HashSet::new();
    let mut pending: Vec<&SelectionSet> = vec![&operation.selection_set.node];
    while let Some(selections) = pending.pop() {
        for selection in &selections.items {
            match &selection.node {
                Selection::Field(field) => {
                    fields.insert(known(field.node.name.node.as_str()));
                }
                Selection::InlineFragment(fragment) => pending.push(&fragment.node.selection_set.node),
                Selection::FragmentSpread(fragment) => {
                    let name = &fragment.node.fragment_name.node;
                    let definition = document.fragments.get(name).filter(|_| spread.insert(name));
                    pending.extend(definition.map(|definition| &definition.node.selection_set.node));
                }
            }
        }
    }
    let mut fields = fields.into_iter();
    match (fields.next(), fields.next()) {
        (Some(field), None) => field,
        (Some(_), Some(_)) => "several",
        (None, _) => "unknown",
    }
}

fn known(field: &str) -> &'static str {
    if field.starts_with("__") {
        return "introspection";
    }
    let known = ROOT_FIELDS.into_iter().find(|known| *known == field);
    known.unwrap_or("unknown")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use async_graphql::parser::parse_schema;
    use async_graphql::parser::types::{TypeKind, TypeSystemDefinition};

    use super::*;
    use crate::graphql::guard::document::Document;
    use crate::graphql::sdl;

    #[test]
    fn root_fields_are_those_of_the_schema() {
        let schema = parse_schema(sdl()).expect("a schema");
        let mut fields = BTreeSet::new();
        for definition in &schema.definitions {
            if let TypeSystemDefinition::Type(ty) = definition
                && let TypeKind::Object(object) = &ty.node.kind
                && ["Query", "Mutation"].contains(&ty.node.name.node.as_str())
            {
                fields.extend(object.fields.iter().map(|field| field.node.name.node.to_string()));
            }
        }
        assert_eq!(fields, ROOT_FIELDS.into_iter().map(str::to_owned).collect());
    }

    #[test]
    fn root_field_is_a_name_of_the_schema() {
        for (text, expected) in [
            ("{me{id}}", "me"),
            ("query Secret{alias:me{id}}", "me"),
            (
                "{...A} fragment A on Query{...{me{id}}...B} fragment B on Query{...A}",
                "me",
            ),
            ("{me{id} again:me{email}}", "me"),
            ("{me{id} registrationPolicy{codeLength}}", "several"),
            ("{__schema{types{name}} __typename}", "introspection"),
            ("{hunter2}", "unknown"),
            ("{...A} fragment A on Query{...A}", "unknown"),
        ] {
            let document = Document::parse(text, None).unwrap_or_else(|_| panic!("{text}"));
            assert_eq!(document.root_field, expected, "{text}");
        }
    }
}
