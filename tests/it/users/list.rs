//! `api users list` and `api users show`.

use serde_json::json;
use tests::{Database, OTHER_PASSWORD, PASSWORD, TestApp, on_both_databases};

use super::{BCRYPT, server, user_of, users, users_with_input};

/// Ada is a user, with a decoy; Bob is a disabled user; Cleo has registered.
async fn ada_bob_and_cleo(database: &Database) -> TestApp {
    let app = server(database).await;
    app.register_and_activate("Ada@example.com", PASSWORD).await;
    app.clock.advance(crate::seconds(60));
    app.register_and_activate("bob@example.com", PASSWORD).await;
    app.register("ada@example.com", OTHER_PASSWORD).await.succeeds();
    app.register("cleo@example.com", PASSWORD).await.succeeds();
    users(database, &["disable", "bob@example.com"]).await.ends_with(0);
    app
}

#[on_both_databases]
async fn list_has_users_and_registrations_but_no_decoy(database: Database) {
    let _app = ada_bob_and_cleo(&database).await;
    let listed = users(&database, &["list", "--json"]).await.ends_with(0);
    let accounts: Vec<_> = listed
        .objects()
        .iter()
        .map(|account| (account["email"].clone(), account["status"].clone()))
        .collect();
    let (ada, bob, cleo) = (
        (json!("Ada@example.com"), json!("ACTIVE")),
        (json!("bob@example.com"), json!("DISABLED")),
        (json!("cleo@example.com"), json!("PENDING")),
    );
    assert_eq!(accounts, [ada, bob, cleo]);
    assert_eq!(listed.stderr, "");
    for (status, email) in [
        ("active", "Ada@example.com"),
        ("disabled", "bob@example.com"),
        ("pending", "cleo@example.com"),
    ] {
        let listed = users(&database, &["list", "--json", "--status", status]).await;
        assert_eq!(listed.object()["email"], email);
    }
    let text = users(&database, &["list"]).await.ends_with(0).stdout;
    assert_eq!(text.lines().count(), 3);
    assert!(text.starts_with("ACTIVE    "), "{text}");
    assert!(!text.contains("argon2"), "{text}");
}

#[on_both_databases]
async fn list_reads_every_page(database: Database) {
    let _app = server(&database).await;
    let line = |number| {
        let minute = number % 60;
        format!(
            "{{\"email\": \"user{number}@example.com\", \"hash\": \"{BCRYPT}\", \"created\": \"2020-01-01T00:{minute:02}:00Z\"}}"
        )
    };
    let lines: Vec<_> = (0..2_500).map(line).collect();
    users_with_input(&database, &["import", "-"], lines.join("\n"))
        .await
        .ends_with(0);
    let listed = users(&database, &["list", "--json"]).await.ends_with(0);
    let accounts = listed.objects();
    assert_eq!(accounts.len(), 2_500);
    let created: Vec<_> = accounts.iter().map(|account| account["createdAt"].as_str()).collect();
    assert!(created.is_sorted(), "the oldest first");
    let exported = users(&database, &["export"]).await.ends_with(0);
    assert_eq!(exported.objects().len(), 2_500);
}

#[on_both_databases]
async fn show_tells_the_status(database: Database) {
    let app = ada_bob_and_cleo(&database).await;
    let ada = user_of(&app, "ada@example.com").await;
    let shown = users(&database, &["show", "--json", "ADA@example.com"])
        .await
        .ends_with(0);
    let expected = json!({
        "id": ada.id.to_string(),
        "email": "Ada@example.com",
        "status": "ACTIVE",
        "locale": null,
        "createdAt": ada.created_at.to_rfc3339(),
        "activatedAt": ada.activated_at.to_rfc3339(),
        "disabledAt": null,
    });
    assert_eq!(shown.object(), expected);
    let by_id = users(&database, &["show", "--json", &ada.id.to_string()]).await;
    assert_eq!(by_id.object(), expected);

    let bob = users(&database, &["show", "--json", "bob@example.com"]).await.object();
    assert_eq!(bob["status"], "DISABLED");
    assert!(bob["disabledAt"].is_string());
    let cleo = users(&database, &["show", "--json", "cleo@example.com"]).await.object();
    assert_eq!(
        (&cleo["status"], &cleo["activatedAt"]),
        (&json!("PENDING"), &json!(null))
    );
    let id = cleo["id"].as_str().expect("an id");
    assert_eq!(users(&database, &["show", "--json", id]).await.object(), cleo);
    let text = users(&database, &["show", "bob@example.com"]).await.ends_with(0).stdout;
    assert!(
        text.contains("status     DISABLED\n") && text.contains("\ndisabled   20"),
        "{text}"
    );
}

#[on_both_databases]
async fn unknown_and_malformed_accounts_have_exit_codes(database: Database) {
    let app = server(&database).await;
    app.register_and_activate("ada@example.com", PASSWORD).await;
    app.clock.advance(crate::seconds(60));
    app.register("ada@example.com", OTHER_PASSWORD).await.succeeds();
    let decoy = open_registration(&app).await.to_string();
    let unknown_id = "0193564d-7e00-7000-8000-000000000001";
    for command in ["show", "activate", "disable", "enable", "delete", "sign-out"] {
        for unknown in ["unknown@example.com", unknown_id, &decoy] {
            let ran = users(&database, &[command, unknown]).await.ends_with(4);
            let error = "error: no user and no open registration has this address or id\n";
            assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("", error));
        }
        for malformed in ["ada", "ada@", "17", "0193564d-7e00-7000-8000"] {
            let ran = users(&database, &[command, malformed]).await.ends_with(2);
            assert!(ran.stderr.contains("expected "), "{}", ran.stderr);
        }
    }
    assert_eq!(super::all_users(&app).await.len(), 1);
}

/// The id of the only open registration.
pub(super) async fn open_registration(app: &TestApp) -> sea_orm::prelude::Uuid {
    use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
    let open = entity::verification::Entity::find().filter(entity::verification::Column::ConsumedAt.is_null());
    let open = open.all(app.db()).await.expect("the database answers");
    assert_eq!(open.len(), 1);
    open[0].id
}

#[tokio::test]
async fn database_must_be_migrated() {
    for database in [Database::sqlite(), Database::empty_postgres().await] {
        let ran = users(&database, &["list"]).await.ends_with(1);
        assert!(ran.stderr.contains("run `api migrate`"), "{}", ran.stderr);
        let db = api::database::connect(database.url())
            .await
            .expect("the database opens");
        api::database::migrate(&db).await.expect("the database migrates");
        users(&database, &["list"]).await.ends_with(0);
        // A newer server has run a migration that this program does not know.
        let newer = "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m99990101_000001_newer', 0)";
        sea_orm::ConnectionTrait::execute_unprepared(&db, newer)
            .await
            .expect("the row is inserted");
        users(&database, &["list"]).await.ends_with(0);
        let breaking = "UPDATE schema_compatibility SET minimum_version = 99";
        sea_orm::ConnectionTrait::execute_unprepared(&db, breaking)
            .await
            .expect("the row is updated");
        let ran = users(&database, &["list"]).await.ends_with(1);
        assert!(ran.stderr.contains("requires schema version 99"), "{}", ran.stderr);
    }
}
