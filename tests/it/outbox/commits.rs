//! Claims and deletions do not wait for the disk, so a crash of the database may undo them. And a claim reads no more
//! of a backlog than it takes.

use entity::email_outbox;
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};
use tests::{Database, PASSWORD, TestCore, credentials, on_both_databases};

/// The only pending email, as it is now.
async fn pending(core: &TestCore) -> email_outbox::Model {
    let row = email_outbox::Entity::find().one(&core.app.db).await;
    row.expect("the database answers").expect("a pending email")
}

/// Sends the pending email a second after its claim, and restores the row as a crash does that undoes the deletion.
async fn send_and_lose_the_deletion(core: &TestCore) {
    let claim = core.claim().await.expect("an email is due");
    let claimed = pending(core).await;
    core.advance(1);
    core.send_claimed(claim).await;
    assert_eq!(core.count::<email_outbox::Entity>().await, 0);
    let restored = claimed.into_active_model().reset_all();
    restored.insert(&core.app.db).await.expect("the row is gone");
}

#[on_both_databases]
async fn lost_deletion_sends_the_same_code_again(database: Database) {
    let core = TestCore::start(&database).await;
    core.register("ada@example.com", PASSWORD, 1).await;
    send_and_lose_the_deletion(&core).await;
    assert!(!core.send_next().await, "the lease has not ended");
    core.advance(29);
    assert!(core.send_next().await);
    let emails = core.emails();
    assert_eq!(emails.len(), 2);
    assert_eq!(emails[0].codes, emails[1].codes);
    assert!(emails[0].message_id.is_some());
    assert_eq!(emails[0].message_id, emails[1].message_id);
    assert_eq!(core.count::<email_outbox::Entity>().await, 0);
    let ada = credentials("ada@example.com", PASSWORD, 1);
    assert_eq!(core.activate(&ada, &emails[0].codes[0]).await, Ok(()));
}

#[on_both_databases]
async fn lost_deletion_sends_nothing_after_the_activation(database: Database) {
    let core = TestCore::start(&database).await;
    core.register("ada@example.com", PASSWORD, 1).await;
    send_and_lose_the_deletion(&core).await;
    let ada = credentials("ada@example.com", PASSWORD, 1);
    let emailed = core.newest_code("ada@example.com");
    assert_eq!(core.activate(&ada, &emailed).await, Ok(()));
    core.advance(29);
    assert!(core.send_next().await);
    assert_eq!(core.emails().len(), 1);
    assert_eq!(core.count::<email_outbox::Entity>().await, 0);
}

mod postgres {
    use sea_orm::{ConnectionTrait, DatabaseBackend, Statement};
    use tests::{Database, PASSWORD, TestCore, generic_plan};

    async fn rows(core: &TestCore, sql: &str) -> Vec<String> {
        let statement = Statement::from_string(DatabaseBackend::Postgres, sql);
        let rows = core
            .app
            .db
            .query_all_raw(statement)
            .await
            .expect("the statement is valid");
        let texts = rows.iter().map(|row| row.try_get_by_index(0));
        texts.collect::<Result<_, _>>().expect("one column of text")
    }

    #[tokio::test]
    async fn only_claims_and_deletions_do_not_wait_for_the_disk() {
        let core = TestCore::start(&Database::postgres().await).await;
        let record = "CREATE TABLE commits (change text); \
            CREATE FUNCTION record() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
                INSERT INTO commits (change) \
                    SELECT TG_OP || ' ' || TG_TABLE_NAME || ': ' || current_setting('synchronous_commit'); \
                RETURN NULL; END $$; \
            CREATE TRIGGER record AFTER INSERT OR UPDATE OR DELETE ON email_outbox \
                FOR EACH ROW EXECUTE FUNCTION record(); \
            CREATE TRIGGER record AFTER INSERT OR UPDATE ON verifications FOR EACH ROW EXECUTE FUNCTION record()";
        core.app
            .db
            .execute_unprepared(record)
            .await
            .expect("the triggers are valid");
        core.register("ada@example.com", PASSWORD, 1).await;
        assert!(core.send_next().await);
        assert_eq!(
            rows(&core, "SELECT change FROM commits ORDER BY change").await,
            [
                "DELETE email_outbox: off",
                "INSERT email_outbox: on",
                "INSERT verifications: on",
                "UPDATE email_outbox: off",
                "UPDATE verifications: on",
            ]
        );
        assert_eq!(rows(&core, "SHOW synchronous_commit").await, ["on"]);
    }

    /// Planned for an almost empty table, as by a server before a sudden backlog.
    #[tokio::test]
    async fn claim_reads_a_backlog_in_the_order_of_its_index() {
        let (core, log) = TestCore::recording(&Database::postgres().await).await;
        core.register("ada@example.com", PASSWORD, 1).await;
        core.app
            .db
            .execute_unprepared("ANALYZE email_outbox")
            .await
            .expect("it is analyzed");
        let _ = log.take();
        assert!(core.claim().await.is_some());
        let claim = log
            .take()
            .into_iter()
            .find(|sql| sql.contains("candidates"))
            .expect("a claim");
        let plan = generic_plan(&core.app.db, &claim, "0, 1, gen_random_uuid(), 0, 1, 1, '', 0").await;
        assert!(
            plan.iter()
                .any(|line| line.contains("Index Scan using email_outbox_attempts_due_at_id")),
            "{plan:#?}"
        );
        assert!(
            !plan
                .iter()
                .any(|line| line.contains("Sort Key: email_outbox") || line.contains("Seq Scan on email_outbox")),
            "{plan:#?}"
        );
    }

    #[tokio::test]
    async fn registration_and_its_email_take_one_statement() {
        let (core, log) = TestCore::recording(&Database::postgres().await).await;
        core.register("ada@example.com", PASSWORD, 1).await;
        let starts = log
            .take()
            .into_iter()
            .map(|sql| sql.chars().take(24).collect::<String>());
        assert_eq!(
            starts.collect::<Vec<_>>(),
            [
                r#"SELECT "rate_limits"."ke"#,
                r#"SELECT "users"."password"#,
                "INSERT INTO rate_limits ",
                r#"DELETE FROM "verificatio"#,
                r#"WITH "first" AS (INSERT "#,
                "WITH owner AS (SELECT id",
            ]
        );
    }
}
