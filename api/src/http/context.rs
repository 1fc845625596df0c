use super::client_address::TrustedProxies;
use crate::app::App;
use crate::graphql::Schema;

/// What the handlers need.
pub(super) struct Context {
    pub(super) app: App,
    pub(super) schema: Schema,
    pub(super) proxies: TrustedProxies,
}
