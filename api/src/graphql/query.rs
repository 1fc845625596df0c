//! What can be asked.

use async_graphql::{Context, Object};

use super::caller::Caller;
use super::errors::ApiError;
use super::types::{RegistrationPolicy, User};
use crate::account::Accounts;

/// What can be asked.
pub struct Query;

/// What can be asked, with POST or GET.
#[Object]
impl Query {
    /// The user whom the request's credentials (Bearer session token, or HTTP Basic) prove. Null when the request
    /// carries none. A token that is unknown, ended or expired is the top-level error `UNAUTHENTICATED`: drop it, and
    /// ask to sign in. With Basic, which costs as much as `signIn`, it is also for who has to activate: `status` tells.
    // An error outside of the Option would take the fields beside this one along (GraphQL, section 6.4.4).
    async fn me(&self, ctx: &Context<'_>) -> Option<Result<User, ApiError>> {
        let accounts = ctx.data_unchecked::<Accounts>();
        let user = ctx.data_unchecked::<Caller>().me(accounts).await;
        user.map(|user| user.map(User::from)).transpose()
    }

    /// What a sign-up form needs before anyone has typed. Needs no credentials.
    async fn registration_policy(&self, ctx: &Context<'_>) -> RegistrationPolicy {
        (&ctx.data_unchecked::<Accounts>().policy).into()
    }
}
