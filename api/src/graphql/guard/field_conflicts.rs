//! Fields of one selection set that share a response key must be the same field with the same arguments (GraphQL,
//! section 5.3.2).
//!
//! async-graphql checks the same, but collects an error for each argument of each pair: a document of 3 KB had millions
//! of them. This stops at the first.

use std::collections::{HashMap, HashSet};

use async_graphql::Positioned;
use async_graphql::parser::types::{ExecutableDocument, Field, Selection, SelectionSet};

use super::request_error::RequestError;
use crate::graphql::errors::ErrorCode;

/// Checks every selection set of a document, also in fragments that no operation spreads.
pub(super) fn check(document: &ExecutableDocument) -> Result<(), RequestError> {
    let operations = document.operations.iter().map(|(_, it)| &it.node.selection_set.node);
    let fragments = document.fragments.values().map(|it| &it.node.selection_set.node);
    operations
        .chain(fragments)
        .try_for_each(|set| check_within(document, set))
}

/// Checks a selection set, and those within it.
fn check_within(document: &ExecutableDocument, set: &SelectionSet) -> Result<(), RequestError> {
    let mut fields = Fields {
        document,
        by_key: HashMap::new(),
        spread: HashSet::new(),
    };
    fields.add_all(None, set)?;
    set.items.iter().try_for_each(|selection| match &selection.node {
        Selection::Field(field) => check_within(document, &field.node.selection_set.node),
        Selection::InlineFragment(fragment) => check_within(document, &fragment.node.selection_set.node),
        Selection::FragmentSpread(_) => Ok(()),
    })
}

/// The fields of one selection set, through its fragments.
struct Fields<'a> {
    document: &'a ExecutableDocument,
    /// The first field of each type condition and response key.
    by_key: HashMap<(Option<&'a str>, &'a str), &'a Positioned<Field>>,
    spread: HashSet<&'a str>,
}

impl<'a> Fields<'a> {
    fn add_all(&mut self, on_type: Option<&'a str>, set: &'a SelectionSet) -> Result<(), RequestError> {
        set.items.iter().try_for_each(|selection| match &selection.node {
            Selection::Field(field) => self.add(on_type, field),
            Selection::InlineFragment(fragment) => {
                let condition = fragment.node.type_condition.as_ref();
                let on_type = condition.map(|condition| condition.node.on.node.as_str());
                self.add_all(on_type, &fragment.node.selection_set.node)
            }
            Selection::FragmentSpread(spread) => {
                let name = &spread.node.fragment_name.node;
                let fragment = self.document.fragments.get(name);
                match fragment.filter(|_| self.spread.insert(name)) {
                    Some(fragment) => {
                        let on_type = fragment.node.type_condition.node.on.node.as_str();
                        self.add_all(Some(on_type), &fragment.node.selection_set.node)
                    }
                    None => Ok(()),
                }
            }
        })
    }

    fn add(&mut self, on_type: Option<&'a str>, field: &'a Positioned<Field>) -> Result<(), RequestError> {
        let key = field.node.response_key().node.as_str();
        let first = *self.by_key.entry((on_type, key)).or_insert(field);
        if are_equal(&first.node, &field.node) {
            return Ok(());
        }
        let mut error = ErrorCode::ValidationFailed.error(format!(
            "Fields \"{key}\" conflict: they are different fields or have different arguments. Use different aliases to \
             fetch both."
        ));
        error.locations = vec![first.pos, field.pos];
        Err(RequestError::Invalid(vec![error]))
    }
}

fn are_equal(one: &Field, other: &Field) -> bool {
    let (mut arguments, number) = (one.arguments.iter(), other.arguments.len());
    one.name.node == other.name.node
        && one.arguments.len() == number
        && arguments.all(|(name, value)| other.get_argument(&name.node) == Some(value))
}
