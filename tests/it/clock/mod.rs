//! A clock that is set ahead or back.

mod database_clock;
mod limits;
mod mail;
mod sessions;
mod sweep;

use entity::sweep_clock;
use sea_orm::EntityTrait;
use tests::{Database, TestApp, eventually};

/// Starts a server, and waits until it has swept.
async fn start(database: &Database) -> TestApp {
    let app = TestApp::start(database).await;
    eventually("the server has swept", async || {
        let row = sweep_clock::Entity::find_by_id(sweep_clock::ONLY).one(app.db()).await;
        row.is_ok_and(|row| row.is_some_and(|row| row.trusted_at.is_some()))
    })
    .await;
    app
}

const HOUR: u64 = 60 * 60;
const DAY: u64 = 24 * HOUR;
