//! The checks that need the schema. async-graphql leaves variables to the resolvers: it would execute the fields before
//! the one whose variable is missing.

use std::sync::Arc;

use async_graphql::extensions::{Extension, ExtensionContext, NextValidation};
use async_graphql::{ServerError, ValidationResult};

use super::document::Document;
use super::document_cache::DocumentCache;
use super::request::Request;
use super::variables::{SuppliedVariables, check_types};
use crate::graphql::errors::ErrorCode;

/// How many errors a response lists: a document of a few kilobytes can have thousands.
const MAX_ERRORS: usize = 10;

/// What validation needs to know of a request.
pub(super) struct ParsedRequest {
    pub request: Request,
    pub document: Arc<Document>,
    /// Whether the document was valid when another request sent it.
    pub is_cached: bool,
}

#[async_graphql::async_trait::async_trait]
impl Extension for DocumentCache {
    async fn validation(
        &self,
        ctx: &ExtensionContext<'_>,
        next: NextValidation<'_>,
    ) -> Result<ValidationResult, Vec<ServerError>> {
        let ParsedRequest {
            request,
            document,
            is_cached,
        } = ctx.data_unchecked();
        let supplied = SuppliedVariables {
            values: &request.variables,
            required: &document.required_variables,
            registry: &ctx.schema_env.registry,
        };
        let invalid = |message| vec![ErrorCode::ValidationFailed.error(message)];
        check_types(&document.parsed, supplied.registry).map_err(invalid)?;
        let bad_input = |message| vec![ErrorCode::BadUserInput.error(message)];
        supplied.check_variables().map_err(bad_input)?;
        let result = next.run(ctx).await.map_err(first_errors)?;
        supplied.check_arguments().map_err(bad_input)?;
        if !is_cached {
            self.insert(&request.query, request.operation_name.as_deref(), document);
        }
        Ok(result)
    }
}

fn first_errors(errors: Vec<ServerError>) -> Vec<ServerError> {
    errors
        .into_iter()
        .take(MAX_ERRORS)
        .map(|error| ErrorCode::ValidationFailed.mark(error))
        .collect()
}
