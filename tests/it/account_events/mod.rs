//! The audit trail: what is recorded, who sees it, and when it goes.

mod deletion;
mod life;
mod refusals;
mod retention;

use entity::account_event::{self, Model};
use sea_orm::prelude::Uuid;
use sea_orm::{ActiveEnum, ColumnTrait, DatabaseConnection, EntityTrait, QueryFilter, QueryOrder};
use tests::Answer;

const ADA: &str = "ada@example.com";

/// The events under an id, the oldest first. Those of one instant are ordered by their kind.
async fn events_of(db: &DatabaseConnection, id: Uuid) -> Vec<Model> {
    let events = account_event::Entity::find()
        .filter(account_event::Column::UserId.eq(id))
        .order_by_asc(account_event::Column::CreatedAt)
        .order_by_asc(account_event::Column::Kind);
    events.all(db).await.expect("the database answers")
}

/// Their kinds.
async fn kinds_of(db: &DatabaseConnection, id: Uuid) -> Vec<String> {
    let events = events_of(db, id).await;
    events.iter().map(|event| event.kind.to_value()).collect()
}

/// The kinds in an answer to `me { events }`.
fn kinds(answer: &Answer) -> Vec<String> {
    let nodes = answer.succeeds()["events"]["nodes"].as_array().expect("a list").clone();
    let kinds = nodes
        .iter()
        .map(|node| node["kind"].as_str().expect("a kind").to_owned());
    kinds.collect()
}

/// How many events there are with a kind.
async fn count_of(db: &DatabaseConnection, kind: entity::AccountEventKind) -> usize {
    let events = account_event::Entity::find().filter(account_event::Column::Kind.eq(kind));
    events.all(db).await.expect("the database answers").len()
}
