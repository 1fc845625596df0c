//! Another worker takes an email, or a resend replaces it, between two steps of sending it.

use api::policy::Policy;
use entity::email_outbox;
use mailer_mock::{Action, FaultRule, Stage};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseBackend, EntityTrait, IntoActiveModel,
    QueryFilter, Statement, TransactionTrait,
};
use tests::{Database, OTHER_PASSWORD, PASSWORD, TestCore, credentials, eventually, on_both_databases};

use super::{email, interleave, registration};
use crate::outbox::{fault, reply};
use crate::seconds;

#[on_both_databases]
async fn email_claimed_before_replacement_is_not_sent(database: Database) {
    let core = TestCore::start(&database).await;
    core.register("ada@example.com", PASSWORD, 1).await;
    let claim = core.claim().await.expect("an email is due");

    core.register("ada@example.com", OTHER_PASSWORD, 2).await;
    core.send_claimed(claim).await;
    assert!(core.emails().is_empty());

    assert!(core.send_next().await);
    let newest_code = core.newest_code("ada@example.com");
    let current = credentials("ada@example.com", OTHER_PASSWORD, 2);
    assert_eq!(core.activate(&current, &newest_code).await, Ok(()));
    assert_eq!(core.emails().len(), 1);
}

#[on_both_databases]
async fn email_claimed_before_resend_keeps_the_new_code_valid(database: Database) {
    let core = TestCore::start(&database).await;
    core.register("ada@example.com", PASSWORD, 1).await;
    let claim = core.claim().await.expect("an email is due");
    core.advance(30);
    let ada = credentials("ada@example.com", PASSWORD, 1);
    assert_eq!(core.resend(&ada).await, Ok(()));
    assert!(core.send_next().await);
    let new_code = core.newest_code("ada@example.com");
    core.send_claimed(claim).await;
    assert_eq!(core.emails().len(), 1);
    assert_eq!(core.activate(&ada, &new_code).await, Ok(()));
}

/// On SQLite no draw begins before another has ended.
#[tokio::test]
async fn draw_that_waits_through_a_resend_keeps_the_new_code_valid() {
    let core = TestCore::start(&Database::postgres().await).await;
    core.register("ada@example.com", PASSWORD, 1).await;
    let claim = core.claim().await.expect("an email is due");
    // The first draw has its snapshot and waits.
    let wait = "CREATE SEQUENCE draws; \
        CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
            IF nextval('draws') = 1 THEN PERFORM pg_advisory_xact_lock(1); END IF; RETURN NULL; END $$; \
        CREATE TRIGGER wait BEFORE UPDATE OF draw ON verifications FOR EACH STATEMENT EXECUTE FUNCTION wait()";
    core.app
        .db
        .execute_unprepared(wait)
        .await
        .expect("the trigger is valid");
    let held = core.app.db.begin().await.expect("the database answers");
    let lock = held.execute_unprepared("SELECT pg_advisory_xact_lock(1)").await;
    lock.expect("the lock is free");

    let ada = credentials("ada@example.com", PASSWORD, 2);
    let resend = async {
        eventually("the draw waits", async || {
            let waiting = "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted \
                AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
            let waiting = Statement::from_string(DatabaseBackend::Postgres, waiting);
            let found = core.app.db.query_one_raw(waiting).await;
            found.expect("the database answers").is_some()
        })
        .await;
        assert_eq!(core.resend(&ada).await, Ok(()));
        assert!(core.send_next().await);
        let new_code = core.newest_code("ada@example.com");
        held.rollback().await.expect("the database answers");
        new_code
    };
    let (new_code, ()) = tokio::join!(resend, core.send_claimed(claim));
    assert_eq!(core.emails().len(), 1);
    assert_eq!(core.activate(&ada, &new_code).await, Ok(()));
}

/// A worker that dies between its claim and the draw leaves an email that looks like a retry.
#[on_both_databases]
async fn retry_without_a_draw_does_not_send_the_code_before_the_resend(database: Database) {
    let policy = Policy {
        code_ttl: seconds(600),
        ..Policy::default()
    };
    let core = TestCore::with_policy(&database, policy).await;
    core.register("ada@example.com", PASSWORD, 1).await;
    assert!(core.send_next().await);
    let first = registration(&core).await.draw;
    let ada = credentials("ada@example.com", PASSWORD, 2);
    assert_eq!(core.resend(&ada).await, Ok(()));
    assert!(core.claim().await.is_some());
    assert_eq!(registration(&core).await.draw, first);
    core.advance(30);
    assert!(core.send_next().await);
    assert_ne!(registration(&core).await.draw, first);
}

#[on_both_databases]
async fn email_claimed_in_a_batch_before_resend_is_not_sent(database: Database) {
    let core = TestCore::start(&database).await;
    core.register("ada@example.com", PASSWORD, 1).await;
    let claim = core.claim().await.expect("an email is due");
    // Emails that are claimed together share a lease, and the other one's still holds.
    core.register("bob@example.com", PASSWORD, 1).await;
    let claimed = email_outbox::Entity::find().filter(email_outbox::Column::Lease.is_not_null());
    let claimed = claimed.one(&core.app.db).await.expect("the database answers");
    let share = email_outbox::Entity::update_many()
        .col_expr(
            email_outbox::Column::Lease,
            Expr::value(claimed.expect("a claim").lease),
        )
        .filter(email_outbox::Column::Lease.is_null());
    share.exec(&core.app.db).await.expect("the update succeeds");
    let ada = credentials("ada@example.com", PASSWORD, 2);
    assert_eq!(core.resend(&ada).await, Ok(()));
    core.send_claimed(claim).await;
    assert!(core.emails().is_empty());
}

#[on_both_databases]
async fn expired_lease_sends_nothing(database: Database) {
    let core = TestCore::start(&database).await;
    core.register("ada@example.com", PASSWORD, 1).await;
    let slow = core.claim().await.expect("an email is due");
    assert!(core.claim().await.is_none(), "another worker holds the lease");
    core.advance(30);
    let quick = core.claim().await.expect("an email is due");
    core.send_claimed(slow).await;
    assert!(core.emails().is_empty());
    core.send_claimed(quick).await;
    assert_eq!(core.emails().len(), 1);
    assert_eq!(core.count::<email_outbox::Entity>().await, 0);
}

#[on_both_databases]
async fn expired_lease_does_not_resend_notice(database: Database) {
    let core = TestCore::start(&database).await;
    core.register("ada@example.com", PASSWORD, 1).await;
    core.send_next().await;
    let newest_code = core.newest_code("ada@example.com");
    let ada = credentials("ada@example.com", PASSWORD, 1);
    assert_eq!(core.activate(&ada, &newest_code).await, Ok(()));
    core.register("ada@example.com", OTHER_PASSWORD, 2).await;
    let slow = core.claim().await.expect("an email is due");
    core.advance(30);
    let quick = core.claim().await.expect("an email is due");
    core.send_claimed(quick).await;
    core.send_claimed(slow).await;
    assert_eq!(core.emails().len(), 2);
}

#[on_both_databases]
async fn lost_lease_draws_and_sends_nothing(database: Database) {
    let core = TestCore::start(&database).await;
    core.register("ada@example.com", PASSWORD, 1).await;
    let slow = core.claim().await.expect("an email is due");
    another_worker_takes_the_lease(&core).await;
    core.send_claimed(slow).await;
    assert_eq!(core.emails().len(), 0);
    assert_eq!(registration(&core).await.draw, None);
    assert_eq!(core.count::<email_outbox::Entity>().await, 1);
}

#[on_both_databases]
async fn lease_that_may_end_while_sending_is_renewed(database: Database) {
    let core = TestCore::start(&database).await;
    core.register("ada@example.com", PASSWORD, 1).await;
    let claim = core.claim().await.expect("an email is due");
    // 19 seconds are left, and sending may take 20.
    core.advance(11);
    let keep_end = "UPDATE verifications SET created_at = (SELECT due_at FROM email_outbox)";
    interleave(&core, "UPDATE OF draw ON verifications", "NEW.attempts = 0", keep_end).await;
    core.send_claimed(claim).await;
    let end_of_lease = registration(&core).await.created_at;
    assert_eq!(end_of_lease, core.app.clock.now() + seconds(30));
}

#[on_both_databases]
async fn lost_lease_does_not_renew_or_postpone(database: Database) {
    let core = TestCore::start(&database).await;
    core.register("ada@example.com", PASSWORD, 1).await;
    let slow = core.claim().await.expect("an email is due");
    core.advance(30);
    assert!(core.claim().await.is_some());
    let claimed = email(&core).await;
    core.advance(1);
    core.send_claimed(slow).await;
    assert_eq!(email(&core).await, claimed);

    // The lease is lost while the email is sent.
    core.advance(30);
    let take_lease = "UPDATE email_outbox SET lease = id";
    interleave(&core, "UPDATE OF draw ON verifications", "NEW.attempts = 0", take_lease).await;
    core.mailer.faults().set(fault(Stage::Rcpt, reply(451), 1));
    assert!(core.send_next().await);
    assert_eq!(core.mailer.faults().rules()[0].fired, 1);
    let taken = email(&core).await;
    assert_eq!(taken.lease, Some(taken.id));
}

#[on_both_databases]
async fn lost_lease_does_not_resend_code(database: Database) {
    let core = TestCore::start(&database).await;
    core.register("ada@example.com", PASSWORD, 1).await;
    core.mailer.faults().set(vec![FaultRule {
        times: Some(1),
        ..FaultRule::new(Stage::AfterData, Action::Drop)
    }]);
    assert!(core.send_next().await);
    core.advance(1);
    let slow = core.claim().await.expect("an email is due");
    another_worker_takes_the_lease(&core).await;
    assert_eq!(core.emails().len(), 1);
    core.send_claimed(slow).await;
    assert_eq!(core.emails().len(), 1);
}

/// Gives the lease to another worker, as if it ended while this one stalled.
async fn another_worker_takes_the_lease(core: &TestCore) {
    let mut row = email(core).await.into_active_model();
    row.lease = Set(Some(row.id.clone().unwrap()));
    row.update(&core.app.db).await.expect("the update succeeds");
}
