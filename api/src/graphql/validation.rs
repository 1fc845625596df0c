//! What GraphQL itself says of a request, with codes, and with the check of variables that async-graphql leaves to the
//! resolvers: it would run the fields before the one whose variable is missing.

use std::sync::Arc;

use async_graphql::extensions::{Extension, ExtensionContext, ExtensionFactory, NextValidation};
use async_graphql::{ServerError, ValidationResult};

use super::errors::ErrorCode;
use super::variables::Declared;

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
        if let Some(Ok(declared)) = ctx.query_data.map(|_| ctx.data::<Declared>()) {
            declared
                .check(&ctx.schema_env.registry)
                .map_err(|message| vec![ErrorCode::BadUserInput.error(message)])?;
        }
        let valid = next.run(ctx).await;
        valid.map_err(|errors| {
            errors
                .into_iter()
                .map(|error| ErrorCode::ValidationFailed.mark(error))
                .collect()
        })
    }
}
