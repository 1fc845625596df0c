//! Documents, and those that were sent before.
//!
//! A frontend sends the same few documents over and over, so reading and validating one is done once. What depends on
//! more than its text and the chosen operation is decided for each request anew: the method, the credentials, the values
//! of the variables, and, where a document has variables, whether it is valid with them.

use std::sync::Arc;

use async_graphql::parser::types::{DocumentOperations, ExecutableDocument, OperationDefinition, OperationType};
use quick_cache::sync::Cache;
use quick_cache::{Equivalent, Weighter};

use super::bounds;
use super::cost::{self, Cost};
use super::errors::ErrorCode;
use super::refusal::{Refusal, Refused, syntax_error, too_much};
use super::variables::Asked;

/// How many bytes of text the kept documents have together. Parsed, a byte becomes some 150 at worst.
const KEPT: u64 = 64 * 1024;

/// A longer document is read every time: few would fit.
const LONGEST: usize = 8 * 1024;

/// How many documents are expected, each of a usual length.
const EXPECTED: usize = 128;

/// A document that passed the gates which need nothing but its text.
pub(super) struct Document {
    pub parsed: ExecutableDocument,
    pub operation: OperationType,
    pub cost: Cost,
    pub asked: Asked,
    /// Whether an operation in it has variables, on whose values it depends whether it is valid.
    pub has_variables: bool,
}

impl Document {
    /// Reads a document, and chooses which of its operations to execute.
    pub(super) fn read(text: &str, operation_name: Option<&str>) -> Result<Self, Refusal> {
        bounds::check(text).map_err(|exceeded| too_much(exceeded.bound, exceeded.limit))?;
        let parsed = async_graphql::parser::parse_query(text).map_err(|error| syntax_error(&error))?;
        let operation = choose(&parsed, operation_name)?;
        let cost = cost::of(&parsed, operation);
        if cost.fields > cost::FIELDS {
            return Err(too_much("fields", cost::FIELDS));
        }
        let mut operations = parsed.operations.iter();
        Ok(Self {
            operation: operation.ty,
            cost,
            asked: Asked::of(&parsed, operation),
            has_variables: operations.any(|(_, operation)| !operation.node.variable_definitions.is_empty()),
            parsed,
        })
    }
}

/// The operation to execute (GraphQL, section 6.1.1).
fn choose<'a>(document: &'a ExecutableDocument, name: Option<&str>) -> Result<&'a OperationDefinition, Refusal> {
    let problem = match (&document.operations, name) {
        (DocumentOperations::Single(operation), None) => return Ok(&operation.node),
        (DocumentOperations::Single(_), Some(name)) => no_operation(name),
        (DocumentOperations::Multiple(operations), Some(name)) => match operations.get(name) {
            Some(operation) => return Ok(&operation.node),
            None => no_operation(name),
        },
        (DocumentOperations::Multiple(operations), None) => {
            let mut operations = operations.values();
            match (operations.next(), operations.next()) {
                (Some(operation), None) => return Ok(&operation.node),
                (None, _) => "The document has no operation.".to_owned(),
                (Some(_), Some(_)) => "The document has several operations: name one in operationName.".to_owned(),
            }
        }
    };
    let error = ErrorCode::OperationResolutionFailure.error(problem);
    Err((Refused::ByGraphql, vec![error]))
}

fn no_operation(name: &str) -> String {
    format!("The document has no operation named \"{name}\".")
}

/// Documents that were executed. The least used make room for others.
pub(super) struct Documents(Cache<Key, Arc<Document>, ByLength>);

#[derive(Clone, PartialEq, Eq, Hash)]
struct Key {
    text: String,
    operation_name: Option<String>,
}

/// A [`Key`] that is looked for.
#[derive(Hash)]
struct Sought<'a> {
    text: &'a str,
    operation_name: Option<&'a str>,
}

impl Equivalent<Key> for Sought<'_> {
    fn equivalent(&self, key: &Key) -> bool {
        self.text == key.text && self.operation_name == key.operation_name.as_deref()
    }
}

#[derive(Clone)]
struct ByLength;

impl Weighter<Key, Arc<Document>> for ByLength {
    fn weight(&self, key: &Key, _: &Arc<Document>) -> u64 {
        key.text.len() as u64
    }
}

impl Documents {
    pub(super) fn new() -> Self {
        Self(Cache::with_weighter(EXPECTED, KEPT, ByLength))
    }

    /// A document that was kept, and so is valid, if it has no variables.
    pub(super) fn get(&self, text: &str, operation_name: Option<&str>) -> Option<Arc<Document>> {
        self.0.get(&Sought { text, operation_name })
    }

    /// Keeps a document that passed validation, unless there is a string in it: that may be a password, which is not to
    /// stay in memory, and nobody sends the same one again.
    pub(super) fn keep(&self, text: String, operation_name: Option<String>, document: Arc<Document>) {
        if text.len() <= LONGEST && !text.contains('"') {
            self.0.insert(Key { text, operation_name }, document);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keep(documents: &Documents, text: &str) {
        let document = Document::read(text, None).map_err(|(_, error)| error);
        documents.keep(text.to_owned(), None, Arc::new(document.expect("a document")));
    }

    #[test]
    fn what_is_kept_is_bounded_and_holds_no_secret() {
        let documents = Documents::new();
        keep(&documents, "{me{id}}");
        for number in 0..1_000 {
            assert!(documents.get("{me{id}}", None).is_some(), "{number}");
            keep(&documents, &format!("{{a{number}:me{{id}}}}#{}", "-".repeat(1_000)));
            assert!(documents.0.weight() <= KEPT);
        }
        for secret in ["{__type(name:\"User\"){name}}", "{__type(name:\"\"\"User\"\"\"){name}}"] {
            keep(&documents, secret);
            assert!(documents.get(secret, None).is_none(), "{secret}");
        }
        let long = format!("{{me{{id}}}}#{}", "-".repeat(LONGEST));
        keep(&documents, &long);
        assert!(documents.get(&long, None).is_none());
    }
}
