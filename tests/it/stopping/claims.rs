//! What a server has claimed when it stops is sent, or given back, so that another server need not wait for the lease
//! to end.

use api::accounts;
use api::clock::Clock;
use api::webhooks::{Endpoint, SigningKey, WebhookConfig, parse_url};
use entity::{Timestamp, email_outbox, refusal_count, session, sweep_clock, verification, webhook_delivery};
use mailer_mock::{Action, FaultRule, Stage};
use sea_orm::{ActiveValue::Set, ConnectionTrait, DatabaseConnection, EntityTrait, TransactionTrait};
use tests::{
    Database, PASSWORD, TestApp, TestCore, WEBHOOK_KEY, count, eventually, on_both_databases, waiting_transactions,
};
use tokio::net::{TcpListener, TcpStream};

use super::STOP_LIMIT;
use crate::seconds;

/// Accepts connections, and says nothing.
async fn silent_server() -> (TcpListener, std::net::SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    (listener, address)
}

async fn only<E: EntityTrait>(db: &DatabaseConnection) -> E::Model {
    let mut rows = E::find().all(db).await.expect("the database answers");
    assert_eq!(rows.len(), 1);
    rows.remove(0)
}

async fn stop(app: TestApp) {
    tokio::time::timeout(STOP_LIMIT, app.stop())
        .await
        .expect("the server stops");
}

#[on_both_databases]
async fn email_that_has_not_begun_is_sent_by_the_next_server(database: Database) {
    let (_listener, address) = silent_server().await;
    let app = TestApp::with(&database, |app| app.smtp_url = Some(format!("smtp://{address}"))).await;
    app.register("ada@example.com", PASSWORD).await.succeeds();
    eventually("a worker claims the email", async || {
        only::<email_outbox::Entity>(app.db()).await.lease.is_some()
    })
    .await;
    let clock = app.clock.clone();
    stop(app).await;

    let db = api::database::connect(database.url()).await.expect("a connection");
    let email = only::<email_outbox::Entity>(&db).await;
    assert_eq!((email.lease, email.attempts, email.due_at), (None, 0, clock.now()));
    // The clock stands still, so a lease would not end.
    let app = TestApp::with(&database, |app| app.clock = clock).await;
    app.next_mail("ada@example.com").await;
}

#[on_both_databases]
async fn email_that_is_being_sent_is_finished(database: Database) {
    let app = TestApp::start(&database).await;
    let slow = Action::Delay(std::time::Duration::from_millis(300));
    register_until_data_is_sent(&app, slow).await;
    let mailer = app.mailer.clone();
    stop(app).await;
    assert_eq!(mailer.mailbox().messages().len(), 1);
    let db = api::database::connect(database.url()).await.expect("a connection");
    assert_eq!(count::<email_outbox::Entity>(&db).await, 0);
}

/// The mail server may have it, so another one waits until the lease ends, as after a crash.
#[on_both_databases]
async fn email_that_may_have_been_sent_keeps_its_lease(database: Database) {
    let app = TestApp::with(&database, |app| app.shutdown_timeout = seconds(1)).await;
    register_until_data_is_sent(&app, Action::Delay(seconds(60))).await;
    // Without the mail server, the worker of this process would notice that its connection is closed.
    let _mailer = app.mailer.clone();
    stop(app).await;
    let db = api::database::connect(database.url()).await.expect("a connection");
    assert!(only::<email_outbox::Entity>(&db).await.lease.is_some());
}

/// Registers, and waits until the mail server has the email and is about to do this.
async fn register_until_data_is_sent(app: &TestApp, action: Action) {
    let mailer = app.mailer.clone();
    let faults = mailer.faults();
    faults.set(vec![FaultRule::new(Stage::AfterData, action)]);
    app.register("ada@example.com", PASSWORD).await.succeeds();
    eventually("the email is sent", async || faults.rules()[0].fired == 1).await;
}

#[on_both_databases]
async fn webhook_without_a_connection_is_given_back(database: Database) {
    // The TLS handshake does not end.
    let (_listener, address) = silent_server().await;
    let url = parse_url(&format!("https://{address}/")).expect("a URL");
    let keys = vec![SigningKey::parse(WEBHOOK_KEY).expect("a key")];
    let webhooks = WebhookConfig {
        endpoints: vec![Endpoint::new(url, keys)],
        allow_private: true,
        ..WebhookConfig::default()
    };
    let app = TestApp::with(&database, |app| app.webhooks = webhooks).await;
    app.register_and_activate("ada@example.com", PASSWORD).await;
    eventually("a worker claims the webhook", async || {
        only::<webhook_delivery::Entity>(app.db()).await.lease.is_some()
    })
    .await;
    let now = app.clock.now();
    stop(app).await;
    let db = api::database::connect(database.url()).await.expect("a connection");
    let webhook = only::<webhook_delivery::Entity>(&db).await;
    assert_eq!((webhook.lease, webhook.attempts, webhook.due_at), (None, 0, Some(now)));
}

#[on_both_databases]
async fn stopping_server_sweeps_no_more(database: Database) {
    let core = TestCore::start(&database).await;
    core.create_user("ada@example.com").await;
    core.advance(40 * 24 * 60 * 60);
    core.app.supervisor.stop();
    assert_eq!(accounts::sweep(&core.app).await, Ok(0));
    assert_eq!(core.count::<session::Entity>().await, 1);
}

mod postgres {
    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn sweep_gives_its_lease_back() {
        let database = Database::postgres().await;
        let db = api::database::connect(database.url()).await.expect("a connection");
        let old = refusal_count::ActiveModel {
            hour: Set(Timestamp::from_millis(0)),
            reason: Set("RATE_LIMITED".to_owned()),
            count: Set(1),
        };
        let inserted = refusal_count::Entity::insert(old).exec_without_returning(&db).await;
        inserted.expect("the database answers");
        // The sweep waits for this row.
        let lock = db.begin().await.expect("a transaction");
        let locked = lock.execute_unprepared("SELECT 1 FROM refusal_counts FOR UPDATE").await;
        locked.expect("the database answers");
        let app = TestApp::start(&database).await;
        eventually("the sweep waits", async || waiting_transactions(&db).await > 0).await;
        assert!(only::<sweep_clock::Entity>(&db).await.lease.is_some());

        let (address, inner) = (app.server().address(), app.server().app().clone());
        let stopping = tokio::spawn(app.stop());
        inner.supervisor.stopping().cancelled().await;
        assert!(TcpStream::connect(address).await.is_err());
        lock.rollback().await.expect("the database answers");
        stopping.await.expect("no panic");
        assert_eq!(only::<sweep_clock::Entity>(&db).await.lease, None);
    }

    /// A code that is drawn for an email that is not sent would end the one before.
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn no_code_is_drawn_for_an_email_that_is_given_back() {
        let database = Database::postgres().await;
        let core = TestCore::start(&database).await;
        core.register("ada@example.com", PASSWORD, 1).await;
        let db = api::database::connect(database.url()).await.expect("a connection");
        // The claim waits for this lock.
        let lock = db.begin().await.expect("a transaction");
        let locked = lock
            .execute_unprepared("LOCK TABLE email_outbox IN EXCLUSIVE MODE")
            .await;
        locked.expect("the database answers");
        let app = TestApp::with(&database, |app| app.clock = core.clock.clone()).await;
        eventually("the claim waits", async || waiting_transactions(&db).await > 0).await;
        let inner = app.server().app().clone();
        let stopping = tokio::spawn(app.stop());
        inner.supervisor.stopping().cancelled().await;
        lock.rollback().await.expect("the database answers");
        stopping.await.expect("no panic");
        let email = only::<email_outbox::Entity>(&db).await;
        assert_eq!((email.lease, email.attempts), (None, 0));
        assert_eq!(only::<verification::Entity>(&db).await.drawn_at, None);
    }
}
