//! Events are kept for `AUDIT_RETENTION`, and are never updated.

use api::accounts;
use api::policy::Policy;
use entity::{account_event, refusal_count, user};
use sea_orm::EntityTrait;
use tests::{Database, PASSWORD, TestCore, credentials, on_both_databases};

use super::ADA;
use crate::seconds;

const DAY: u64 = 24 * 60 * 60;

#[on_both_databases]
async fn sweep_deletes_events_and_counts_after_the_retention(database: Database) {
    let policy = Policy {
        audit_retention: seconds(10 * DAY),
        ..Policy::default()
    };
    let core = TestCore::with_policy(&database, policy).await;
    core.create_user(ADA).await;
    let events = core.count::<account_event::Entity>().await;
    assert_eq!(events, 3);
    let hour = core.app.clock.now();
    let count = refusal_count::ActiveModel {
        hour: sea_orm::ActiveValue::Set(hour),
        reason: sea_orm::ActiveValue::Set("INVALID_CODE".to_owned()),
        count: sea_orm::ActiveValue::Set(1),
    };
    refusal_count::Entity::insert(count)
        .exec_without_returning(&core.app.db)
        .await
        .expect("a new row");
    for (wait, left) in [(10 * DAY - 1, (3, 1)), (1, (0, 0))] {
        core.advance(wait);
        accounts::sweep(&core.app).await.expect("the sweep succeeds");
        let counts = core.count::<refusal_count::Entity>().await;
        assert_eq!((core.count::<account_event::Entity>().await, counts), left);
    }
    assert_eq!(core.count::<user::Entity>().await, 1);
}

#[on_both_databases]
async fn no_step_updates_an_event(database: Database) {
    let (core, log) = TestCore::recording(&database).await;
    let (ada, session, token) = core.create_signed_in_user(ADA, PASSWORD).await;
    let _ = core.activate(&credentials(ADA, PASSWORD, 1), "00000000").await;
    accounts::sign_out(&core.app, &token, &tests::client(1))
        .await
        .expect("an answer");
    core.advance(100 * DAY);
    accounts::sweep(&core.app).await.expect("the sweep succeeds");
    let _ = accounts::delete_verified(&core.app, &session, ada).await;
    let statements = log.take();
    let of_events: Vec<_> = statements.iter().filter(|sql| sql.contains("account_events")).collect();
    assert!(of_events.len() > 4, "{of_events:?}");
    for sql in of_events {
        let is_insert = sql.contains("INSERT INTO account_events") && !sql.contains("ON CONFLICT");
        let is_delete = sql.starts_with("DELETE FROM \"account_events\"");
        assert!(is_insert || is_delete, "{sql}");
    }
}
