use std::sync::Arc;

use async_graphql::extensions::{Extension, ExtensionFactory};
use async_graphql::parser::types::OperationType;

use super::document::Document;
use super::document_cache::DocumentCache;
use super::document_limits::LimitExceeded;
use super::request::{Method, Request};
use super::request_error::RequestError;
use super::validation::ParsedRequest;
use super::variables;
use crate::graphql::caller::Caller;
use crate::graphql::errors::ErrorCode;
use crate::telemetry::note_field;

/// Checks requests. It is also an extension of the schema, because validation needs the schema's types.
#[derive(Clone)]
pub(crate) struct RequestGuard {
    introspection: bool,
    documents: Arc<DocumentCache>,
}

/// A request that passed every check which needs no schema.
pub(crate) struct CheckedRequest {
    pub(crate) request: async_graphql::Request,
    /// Whether it passes the checks that need the schema too.
    pub(crate) is_valid: bool,
    /// The largest answer that it can have.
    pub(crate) answer_bytes: usize,
}

impl RequestGuard {
    pub(crate) fn new(introspection: bool) -> Self {
        Self {
            introspection,
            documents: Arc::new(DocumentCache::new()),
        }
    }

    /// Checks what needs no schema, and prepares the request for a schema that has this guard as an extension. A valid
    /// request needs no extension.
    pub(crate) fn check(
        &self,
        mut request: Request,
        method: Method,
        caller: &Caller,
    ) -> Result<CheckedRequest, RequestError> {
        let cached = self.documents.get(&request.query, request.operation_name.as_deref());
        let is_cached = cached.is_some();
        let document = match cached {
            Some(document) => document,
            None => Arc::new(Document::parse(&request.query, request.operation_name.as_deref())?),
        };
        note_field(document.root_field);
        if method == Method::Get && document.operation_type != OperationType::Query {
            let error = ErrorCode::BadRequest.error("GET executes queries only. Send mutations with POST.");
            return Err(RequestError::MutationWithGet(vec![error]));
        }
        if document.cost.credential_operations(caller.uses_basic()) > 1 {
            let error = ErrorCode::BadRequest.error(
                "A request may hold one credential operation: a mutation that checks a password or a code or sends an \
                 email, or me with HTTP Basic. Send one request for each.",
            );
            return Err(RequestError::LimitExceeded(vec![error]));
        }
        if document.cost.introspection > 0 && !self.introspection {
            let error = ErrorCode::ValidationFailed.error("Introspection is disabled on this server.");
            return Err(RequestError::Invalid(vec![error]));
        }

        request.variables = document.required_variables.declared(request.variables);
        let copied = variables::bytes_of(&request.variables).saturating_mul(document.variable_places);
        LimitExceeded::check("variableBytes", copied, variables::MAX_BYTES)?;

        let answer_bytes = document.cost.answer_bytes;
        let mut prepared = async_graphql::Request::new("");
        prepared.set_parsed_query(document.parsed.clone());
        // The values of variables are part of what async-graphql validates.
        let is_valid = is_cached && !document.has_variables;
        if is_valid {
            prepared.operation_name = request.operation_name;
        } else {
            prepared.operation_name.clone_from(&request.operation_name);
            prepared.variables = request.variables.clone();
            prepared = prepared.data(ParsedRequest {
                request,
                document,
                is_cached,
            });
        }
        Ok(CheckedRequest {
            request: prepared,
            is_valid,
            answer_bytes,
        })
    }
}

impl ExtensionFactory for RequestGuard {
    fn create(&self) -> Arc<dyn Extension> {
        self.documents.clone()
    }
}
