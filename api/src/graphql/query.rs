//! What can be asked.

use async_graphql::{Context, Object};

use super::caller::Caller;
use super::errors::ApiError;
use super::types::{RegistrationPolicy, User};
use crate::account::Accounts;

/// What can be asked.
pub struct Query;

#[Object]
impl Query {
    /// The user whom the request's credentials (Bearer session token, or HTTP Basic) prove. Null when the request
    /// carries none; UNAUTHENTICATED when they prove nobody.
    async fn me(&self, ctx: &Context<'_>) -> Result<Option<User>, ApiError> {
        let user = ctx
            .data_unchecked::<Caller>()
            .me(ctx.data_unchecked::<Accounts>())
            .await?;
        Ok(user.map(User::from))
    }

    /// What a sign-up form needs before anyone has typed.
    async fn registration_policy(&self, ctx: &Context<'_>) -> RegistrationPolicy {
        (&ctx.data_unchecked::<Accounts>().policy).into()
    }
}
