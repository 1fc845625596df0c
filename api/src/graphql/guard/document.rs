use async_graphql::parser::parse_query;
use async_graphql::parser::types::{ExecutableDocument, OperationDefinition, OperationType};

use super::cost::{Cost, MAX_ANSWER, MAX_FIELDS, MAX_INTROSPECTION_LISTS, MAX_LISTS_OF_ROWS, MAX_SESSION_MUTATIONS};
use super::document_limits::{LimitExceeded, check_limits};
use super::field_conflicts;
use super::request_error::RequestError;
use super::root_field::root_field;
use super::variables::RequiredVariables;
use crate::graphql::errors::ErrorCode;

/// A parsed document that passed every check which needs only its text and the name of the operation.
pub(super) struct Document {
    pub parsed: ExecutableDocument,
    pub operation_type: OperationType,
    /// What the operation selects, for the log.
    pub root_field: &'static str,
    pub cost: Cost,
    pub required_variables: RequiredVariables,
    /// Places that declare or use a variable.
    pub variable_places: usize,
    /// Whether any operation declares variables. Then it depends on their values whether the document is valid.
    pub has_variables: bool,
}

impl Document {
    /// Parses a document and chooses the operation to execute.
    pub(super) fn parse(text: &str, operation_name: Option<&str>) -> Result<Self, RequestError> {
        let counts = check_limits(text)?;
        let parsed = parse_query(text).map_err(|error| RequestError::syntax(&error))?;
        let operation = choose_operation(&parsed, operation_name)?;
        let cost = Cost::of(&parsed, operation);
        // Validation expands the fragments of every operation, also of those that are not executed.
        for (_, operation) in parsed.operations.iter() {
            LimitExceeded::check("fields", Cost::of(&parsed, &operation.node).fields, MAX_FIELDS)?;
        }
        LimitExceeded::check("lists", cost.lists_of_rows, MAX_LISTS_OF_ROWS)?;
        LimitExceeded::check("mutations", cost.session_mutations, MAX_SESSION_MUTATIONS)?;
        LimitExceeded::check("introspectionLists", cost.introspection_lists, MAX_INTROSPECTION_LISTS)?;
        LimitExceeded::check("answerBytes", cost.answer_bytes, MAX_ANSWER)?;
        field_conflicts::check(&parsed)?;
        let mut operations = parsed.operations.iter();
        Ok(Self {
            operation_type: operation.ty,
            root_field: root_field(&parsed, operation),
            cost,
            required_variables: RequiredVariables::of(&parsed, operation),
            variable_places: counts.variables,
            has_variables: operations.any(|(_, operation)| !operation.node.variable_definitions.is_empty()),
            parsed,
        })
    }
}

/// The operation to execute (GraphQL, section 6.1.1).
fn choose_operation<'a>(
    document: &'a ExecutableDocument,
    name: Option<&str>,
) -> Result<&'a OperationDefinition, RequestError> {
    let mut eligible = document
        .operations
        .iter()
        .filter(|(own, _)| name.is_none_or(|name| own.is_some_and(|own| own == name)));
    let problem = match (eligible.next(), eligible.next(), name) {
        (Some((_, operation)), None, _) => return Ok(&operation.node),
        (Some(_), Some(_), _) => "The document has several operations: choose one with operationName.".to_owned(),
        (None, _, Some(name)) => format!("The document has no operation named \"{name:.200}\"."),
        (None, _, None) => "The document has no operation.".to_owned(),
    };
    let error = ErrorCode::OperationResolutionFailure.error(problem);
    Err(RequestError::Invalid(vec![error]))
}
