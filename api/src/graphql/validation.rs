//! What GraphQL itself says of a request, with codes, and with the check of variables that async-graphql leaves to the
//! resolvers: it would run the fields before the one whose variable is missing.

use std::sync::Arc;

use async_graphql::extensions::{Extension, ExtensionContext, ExtensionFactory, NextValidation};
use async_graphql::{CacheControl, ServerError, ValidationResult};

use super::errors::ErrorCode;
use super::variables::Given;

/// How many errors an answer lists: a document of a few kilobytes can hold thousands.
const ERRORS: usize = 10;

/// Puts [`Gate::validation`] in front of the execution.
pub(super) struct Gate;

impl ExtensionFactory for Gate {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self)
    }
}

#[async_graphql::async_trait::async_trait]
impl Extension for Gate {
    async fn validation(
        &self,
        ctx: &ExtensionContext<'_>,
        next: NextValidation<'_>,
    ) -> Result<ValidationResult, Vec<ServerError>> {
        let given = ctx.data_unchecked::<Given>();
        if given.is_valid {
            // Nothing here limits or caches by what validation would have counted.
            return Ok(ValidationResult {
                cache_control: CacheControl::default(),
                complexity: 0,
                depth: 0,
            });
        }
        let bad_input = |message| vec![ErrorCode::BadUserInput.error(message)];
        let registry = &ctx.schema_env.registry;
        given.check_variables(registry).map_err(bad_input)?;
        let valid = next.run(ctx).await.map_err(failed)?;
        given.check_arguments(registry).map_err(bad_input)?;
        Ok(valid)
    }
}

/// What validation refused: as much of it as anybody reads.
fn failed(errors: Vec<ServerError>) -> Vec<ServerError> {
    errors
        .into_iter()
        .take(ERRORS)
        .map(|error| ErrorCode::ValidationFailed.mark(error))
        .collect()
}
