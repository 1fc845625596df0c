//! Transactions lock several verifications in the order of their ids, as the draw of codes does. So no two of them wait
//! for each other.

/// SQLite has one writer.
mod postgres {
    use api::accounts::{self, NewAddress};
    use api::credentials::EmailAddress;
    use entity::{Purpose, verification};
    use sea_orm::prelude::Uuid;
    use sea_orm::sea_query::{LockBehavior, LockType};
    use sea_orm::{ColumnTrait, DatabaseConnection, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
    use tests::{Database, PASSWORD, TestCore, client, eventually, waiting_transactions};

    const ADA: &str = "ada@example.com";

    /// The newest verification of a purpose.
    async fn newest(core: &TestCore, purpose: Purpose) -> verification::Model {
        let found = verification::Entity::find()
            .filter(verification::Column::Purpose.eq(purpose))
            .order_by_desc(verification::Column::Id)
            .one(&core.app.db)
            .await;
        found.expect("the database answers").expect("a verification")
    }

    async fn begin_reset(core: &TestCore, network: u8) -> verification::Model {
        let address = EmailAddress::parse(ADA).expect("an address");
        let begun = accounts::request_password_reset(&core.app, address, None, &client(network)).await;
        begun.expect("a reset");
        newest(core, Purpose::PasswordReset).await
    }

    async fn is_locked(db: &DatabaseConnection, id: Uuid) -> bool {
        let unlocked = verification::Entity::find_by_id(id)
            .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
            .one(db)
            .await;
        unlocked.expect("the database answers").is_none()
    }

    /// Holds the first row, and runs a step that changes both. While it waits for the first row, it must not hold the
    /// second.
    async fn assert_in_order(
        database: &Database,
        core: &TestCore,
        [first, second]: [Uuid; 2],
        step: impl Future<Output = ()> + Send + 'static,
    ) {
        let other = api::database::connect(database.url()).await.expect("a connection");
        let holder = api::database::begin(&other).await.expect("a transaction");
        let held = verification::Entity::find_by_id(first)
            .lock_exclusive()
            .one(&holder)
            .await;
        assert!(held.expect("the database answers").is_some());
        let step = tokio::spawn(step);
        eventually("the step waits", async || waiting_transactions(&core.app.db).await == 1).await;
        assert!(!is_locked(&core.app.db, second).await);
        holder.commit().await.expect("the commit succeeds");
        step.await.expect("no panic");
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn reset_locks_older_resets_first() {
        let database = Database::postgres().await;
        let core = TestCore::start(&database).await;
        core.register_and_activate(ADA, PASSWORD).await;
        let older = begin_reset(&core, 2).await;
        core.advance(1);
        let reset = begin_reset(&core, 3).await;
        let (app, ids) = (core.app.clone(), [older.id, reset.id]);
        let complete = async move {
            let done = accounts::complete_password_reset(&app, &reset, "newer".to_owned(), &client(4)).await;
            assert!(done.is_ok(), "{done:?}");
        };
        Box::pin(assert_in_order(&database, &core, ids, complete)).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn change_of_address_locks_older_resets_first() {
        let database = Database::postgres().await;
        let core = TestCore::start(&database).await;
        let (ada, session, _) = core.create_signed_in_user(ADA, PASSWORD).await;
        let older = begin_reset(&core, 2).await;
        core.advance(1);
        let new = NewAddress {
            email: EmailAddress::parse("new@example.com").expect("an address"),
            locale: None,
        };
        let begun = accounts::request_email_change_verified(&core.app, &session, ada, new, &client(3)).await;
        begun.expect("a change");
        let change = newest(&core, Purpose::EmailChange).await;
        let (app, ids) = (core.app.clone(), [older.id, change.id]);
        let complete = async move {
            let done = accounts::complete_email_change(&app, &session, &change, &client(4)).await;
            assert!(done.is_ok(), "{done:?}");
        };
        Box::pin(assert_in_order(&database, &core, ids, complete)).await;
    }
}
