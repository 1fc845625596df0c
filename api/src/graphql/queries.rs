//! The queries.

use async_graphql::{Context, Object};

use super::context::{app, caller};
use super::errors::ApiError;
use super::types::{RegistrationPolicy, User};

/// Queries.
pub(crate) struct Query;

/// Queries, with POST or GET.
#[Object]
impl Query {
    /// The user who is authenticated by the request's credentials (Bearer session token, or HTTP Basic). Null when the
    /// request carries none. A token that is unknown, ended or expired is the top-level error `UNAUTHENTICATED`: drop
    /// it, and ask the user to sign in. HTTP Basic works for pending registrations too (see `status`), and costs as much
    /// as `signIn`.
    // An error outside the Option would null the fields beside this one too (GraphQL, section 6.4.4).
    async fn me(&self, ctx: &Context<'_>) -> Option<Result<User, ApiError>> {
        let user = caller(ctx).me(app(ctx)).await;
        user.map(|user| user.map(User::from)).transpose()
    }

    /// What a sign-up form needs before the user types anything. Needs no credentials.
    async fn registration_policy(&self, ctx: &Context<'_>) -> RegistrationPolicy {
        (&app(ctx).policy).into()
    }
}
