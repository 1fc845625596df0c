//! Hashes of other software: each signs in, and is replaced.

use api::clock::Clock;
use entity::{session, user};
use sea_orm::EntityTrait;
use tests::{Database, OTHER_PASSWORD, TestApp, count, on_both_databases};

use super::{server, user_of, users, users_with_input};

/// Hashes of [`PASSWORD`], by name of the software.
const VECTORS: &str = include_str!("../../../api/src/credentials/stored_hash/vectors.txt");
const PASSWORD: &str = "Grüße vom Kölner Dom 🦀";
/// What bcrypt of Python makes of eighty times `a`.
const BCRYPT_OF_80: &str = "$2b$05$abcdefghijklmnopqrstuuGUnCqbfgs3htOkLrFduUjAyLBw1Rq/u";

fn vectors() -> impl Iterator<Item = (usize, &'static str, &'static str)> {
    let lines = VECTORS.lines().filter_map(|line| line.split_once('\t'));
    lines.enumerate().map(|(number, (name, hash))| (number, name, hash))
}

async fn import(database: &Database, lines: &str) {
    users_with_input(database, &["import", "-"], lines).await.ends_with(0);
}

fn line(email: &str, hash: &str) -> String {
    format!("{{\"email\": \"{email}\", \"hash\": \"{hash}\"}}\n")
}

#[on_both_databases]
async fn every_kind_of_hash_signs_in_and_becomes_argon2id(database: Database) {
    let app = server(&database).await;
    let lines: String = vectors()
        .map(|(number, _, hash)| line(&format!("user{number}@example.com"), hash))
        .collect();
    import(&database, &lines).await;
    assert_eq!(count::<user::Entity>(app.db()).await, 16);
    for (number, name, hash) in vectors() {
        let email = format!("user{number}@example.com");
        app.sign_in(&email, "Grüße vom Kölner Dom")
            .await
            .fails_with("INVALID_CREDENTIALS");
        assert_eq!(user_of(&app, &email).await.password_hash.0, hash, "{name}");
        for _ in 0..2 {
            let token = app.sign_in(&email, PASSWORD).await.session_token();
            app.bearer(&token).me().await.is_active();
            let user = user_of(&app, &email).await;
            assert!(user.password_hash.0.starts_with("$argon2id$v=19$m="), "{name}");
            // The sessions that the old hash opened stay.
            assert_eq!(user.credential_version, 0, "{name}");
        }
        app.sign_in(&email, "Grüße vom Kölner Dom")
            .await
            .fails_with("INVALID_CREDENTIALS");
    }
    assert_eq!(count::<session::Entity>(app.db()).await, 32);
}

#[on_both_databases]
async fn whole_password_counts_after_the_first_sign_in(database: Database) {
    let app = server(&database).await;
    import(&database, &line("ada@example.com", BCRYPT_OF_80)).await;
    let (first, other) = ("a".repeat(72) + "chosen", "a".repeat(80));
    app.sign_in("ada@example.com", &"a".repeat(71))
        .await
        .fails_with("INVALID_CREDENTIALS");
    app.sign_in("ada@example.com", &first).await.succeeds();
    app.sign_in("ada@example.com", &other)
        .await
        .fails_with("INVALID_CREDENTIALS");
    app.sign_in("ada@example.com", &first).await.succeeds();
}

/// The decoy has the kind, cost and salt of the user's hash.
#[on_both_databases]
async fn decoy_of_an_imported_user_answers_like_any_registration(database: Database) {
    let app = server(&database).await;
    for (number, name, hash) in vectors() {
        let email = format!("user{number}@example.com");
        import(&database, &line(&email, hash)).await;
        app.register(&email, OTHER_PASSWORD).await.succeeds();
        app.sign_in(&email, OTHER_PASSWORD).await.fails_with("NOT_ACTIVATED");
        app.basic(&email, OTHER_PASSWORD).me().await.is_pending();
        app.sign_in(&email, "wrong password")
            .await
            .fails_with("INVALID_CREDENTIALS");
        assert_eq!(user_of(&app, &email).await.password_hash.0, hash, "{name}");
        app.sign_in(&email, PASSWORD).await.succeeds();
    }
    assert_eq!(count::<session::Entity>(app.db()).await, 16);
}

/// bcrypt cuts a password at 72 bytes or a NUL, and HMAC ignores NULs at the end. A registration of an unknown address
/// has argon2id, which does neither.
#[on_both_databases]
async fn decoy_of_an_imported_user_takes_no_other_password(database: Database) {
    let app = server(&database).await;
    let long = "x long pass phrase ".repeat(5);
    for (number, name, hash) in vectors() {
        let email = format!("user{number}@example.com");
        import(&database, &line(&email, hash)).await;
        for (registered, other) in [
            (OTHER_PASSWORD, format!("{OTHER_PASSWORD}\0")),
            (&long, format!("{long}y")),
        ] {
            app.register(&email, registered).await.succeeds();
            let answer = app.sign_in(&email, &other).await;
            assert_eq!(answer.outcome(), "INVALID_CREDENTIALS", "{name}");
            app.sign_in(&email, registered).await.fails_with("NOT_ACTIVATED");
            app.clock.advance(crate::seconds(60));
        }
    }
}

#[on_both_databases]
async fn hash_that_costs_too_much_is_a_wrong_password(database: Database) {
    let app = TestApp::start(&database).await;
    app.register_and_activate("ada@example.com", OTHER_PASSWORD).await;
    let expensive =
        "$argon2id$v=19$m=4194304,t=1,p=1$AAECAwQFBgcICQoLDA0ODw$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let update = user::Entity::update_many().col_expr(
        user::Column::PasswordHash,
        sea_orm::sea_query::Expr::value(entity::HiddenText(expensive.to_owned())),
    );
    update.exec(app.db()).await.expect("the update succeeds");
    app.sign_in("ada@example.com", OTHER_PASSWORD)
        .await
        .fails_with("INVALID_CREDENTIALS");
    // Nor does a registration of the address take its cost.
    app.clock.advance(crate::seconds(60));
    app.register("ada@example.com", OTHER_PASSWORD).await.succeeds();
    let now = app.clock.now();
    let open = entity::verification::open_registration("ada@example.com", now)
        .one(app.db())
        .await;
    let hash = open.expect("the database answers").and_then(|row| row.password_hash);
    assert!(hash.expect("a hash").0.starts_with("$argon2id$v=19$m=8,"));
    users(&database, &["show", "ada@example.com"]).await.ends_with(0);
}
