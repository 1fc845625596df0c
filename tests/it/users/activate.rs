//! `api users activate`.

use api::accounts::{OperatorActivation, activate_by_operator};
use api::clock::Clock;
use entity::{user, verification};
use sea_orm::EntityTrait;
use tests::{Database, OTHER_PASSWORD, PASSWORD, count, on_both_databases};

use super::list::open_registration;
use super::{server, users};

#[on_both_databases]
async fn activate_makes_a_user_without_the_code(database: Database) {
    let app = server(&database).await;
    let token = app.register("ada@example.com", PASSWORD).await.verification_token();
    let code = app.next_code("ada@example.com").await;
    let activated = users(&database, &["activate", "--json", "Ada@Example.com"])
        .await
        .ends_with(0)
        .object();
    assert_eq!(activated["changed"], true);
    assert_eq!(activated["account"]["status"], "ACTIVE");
    app.sign_in("ada@example.com", PASSWORD).await.succeeds();
    app.activate_with_token(&token, &code)
        .await
        .fails_with("ALREADY_ACTIVATED");

    let again = users(&database, &["activate", "--json", "ada@example.com"])
        .await
        .ends_with(0)
        .object();
    assert_eq!(again["changed"], false);
    assert_eq!(again["account"], activated["account"]);
}

#[on_both_databases]
async fn activate_makes_no_user_of_a_decoy(database: Database) {
    let app = server(&database).await;
    app.register_and_activate("ada@example.com", PASSWORD).await;
    app.clock.advance(crate::seconds(60));
    app.register("ada@example.com", OTHER_PASSWORD).await.succeeds();
    let decoy = open_registration(&app).await;
    let ran = users(&database, &["activate", "ada@example.com"]).await.ends_with(0);
    assert_eq!(ran.stdout, "ada@example.com: already a user\n");
    // As if the registration had become a decoy after the command found it.
    let activated = activate_by_operator(&app.server().app().into(), app.clock.now(), decoy).await;
    assert!(
        matches!(activated, Ok(OperatorActivation::AddressTaken)),
        "{activated:?}"
    );
    assert_eq!(count::<user::Entity>(app.db()).await, 1);
    let row = verification::Entity::find_by_id(decoy).one(app.db()).await;
    let row = row.expect("the database answers").expect("the decoy");
    assert!(row.consumed_at.is_none() && row.password_hash.is_some());
    app.sign_in("ada@example.com", OTHER_PASSWORD)
        .await
        .fails_with("NOT_ACTIVATED");
    app.sign_in("ada@example.com", PASSWORD).await.succeeds();
}

#[on_both_databases]
async fn activate_needs_an_open_registration(database: Database) {
    let app = server(&database).await;
    app.register("ada@example.com", PASSWORD).await.succeeds();
    let id = open_registration(&app).await;
    let later = app.clock.now() + crate::seconds(24 * 60 * 60);
    let expired = activate_by_operator(&app.server().app().into(), later, id).await;
    assert!(matches!(expired, Ok(OperatorActivation::Gone)), "{expired:?}");
    let first = activate_by_operator(&app.server().app().into(), app.clock.now(), id).await;
    assert!(matches!(first, Ok(OperatorActivation::Activated(_))), "{first:?}");
    let second = activate_by_operator(&app.server().app().into(), app.clock.now(), id).await;
    assert!(matches!(second, Ok(OperatorActivation::Gone)), "{second:?}");
    assert_eq!(count::<user::Entity>(app.db()).await, 1);
}

#[on_both_databases]
async fn code_and_operator_race_for_one_user(database: Database) {
    let app = server(&database).await;
    for number in 0..10 {
        let email = format!("user{number}@example.com");
        let token = app.register(&email, PASSWORD).await.verification_token();
        let code = app.next_code(&email).await;
        let id = open_registration(&app).await;
        let operator = app.server().app().into();
        let (activated, by_operator) = tokio::join!(
            app.activate_with_token(&token, &code),
            activate_by_operator(&operator, app.clock.now(), id)
        );
        if let OperatorActivation::Activated(_) = by_operator.expect("the database answers") {
            activated.fails_with("ALREADY_ACTIVATED");
        } else {
            activated.succeeds();
        }
        assert_eq!(count::<user::Entity>(app.db()).await, number + 1);
        app.sign_in(&email, PASSWORD).await.succeeds();
    }
}
