//! What every resolver gets with its request.

use async_graphql::Context;

use super::caller::Caller;
use crate::app::App;

pub(super) fn app<'a>(ctx: &Context<'a>) -> &'a App {
    ctx.data_unchecked()
}

pub(super) fn caller<'a>(ctx: &Context<'a>) -> &'a Caller {
    ctx.data_unchecked()
}
