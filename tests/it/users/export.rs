//! `api users export`.

use tests::{Database, PASSWORD, TestApp, on_both_databases};

use super::{all_users, follow_system_clock, server, users, users_with_input};

const VECTORS: &str = include_str!("../../../api/src/credentials/stored_hash/vectors.txt");

/// From each database into the other kind.
#[on_both_databases]
async fn export_is_imported_as_it_was(database: Database) {
    let app = server(&database).await;
    let hashes = VECTORS.lines().filter_map(|line| line.split_once('\t'));
    let lines: Vec<_> = hashes
        .enumerate()
        .map(|(number, (_, hash))| {
            let more = match number % 3 {
                0 => ", \"disabled\": \"2024-05-06T07:08:09.123Z\", \"locale\": \"pt-BR\"",
                1 => ", \"activated\": \"2023-01-01T00:00:00.001Z\", \"locale\": \"de\"",
                _ => "",
            };
            format!(
                "{{\"email\": \"User.{number}@Bücher.example\", \"hash\": \"{hash}\", \"created\": \"2022-01-01T00:00:{number:02}Z\"{more}}}"
            )
        })
        .collect();
    users_with_input(&database, &["import", "-"], lines.join("\n"))
        .await
        .ends_with(0);
    app.register_and_activate("ada@example.com", PASSWORD).await;
    app.register("pending@example.com", PASSWORD).await.succeeds();
    let exported = users(&database, &["export"]).await.ends_with(0);
    assert_eq!(exported.objects().len(), 17);
    assert!(exported.stderr.contains("password hashes"), "{}", exported.stderr);

    let other = if database.url().starts_with("sqlite:") {
        Database::postgres().await
    } else {
        Database::sqlite()
    };
    let other_app = TestApp::with(&other, follow_system_clock).await;
    let ran = users_with_input(&other, &["import", "-"], exported.stdout.clone())
        .await
        .ends_with(0);
    assert_eq!(ran.stdout, "imported 17, existing 0, inactive 0, refused 0\n");
    assert_eq!(users(&other, &["export"]).await.stdout, exported.stdout);
    assert_eq!(all_users(&other_app).await, all_users(&app).await);
    other_app.sign_in("ada@example.com", PASSWORD).await.succeeds();
    other_app
        .sign_in("user.0@bücher.example", "Grüße vom Kölner Dom 🦀")
        .await
        .fails_with("ACCOUNT_DISABLED");
}
