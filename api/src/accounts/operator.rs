//! What the use cases of an operator need.

use sea_orm::DatabaseConnection;

use crate::app::App;
use crate::audit::Audit;
use crate::webhooks::Webhooks;

/// What the use cases of an operator need: a part of [`App`], because a command runs beside the server.
#[derive(Clone)]
pub struct Operator {
    /// Where accounts are stored.
    pub db: DatabaseConnection,
    /// Tells the endpoints what happened.
    pub webhooks: Webhooks,
    /// Records what happens to accounts.
    pub audit: Audit,
}

impl From<&App> for Operator {
    fn from(app: &App) -> Self {
        Self {
            db: app.db.clone(),
            webhooks: app.webhooks.clone(),
            audit: app.audit.clone(),
        }
    }
}
