//! `api users delete`.

use entity::{EmailKind, Purpose, email_outbox, session, user, verification};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use tests::{Database, OTHER_PASSWORD, PASSWORD, count, on_both_databases};

use super::{insert_email, insert_reset, server, user_of, users};

#[on_both_databases]
async fn delete_leaves_nothing_of_the_user_and_everything_of_others(database: Database) {
    let app = server(&database).await;
    let ada = app.register_and_activate("ada@example.com", PASSWORD).await;
    app.sign_in("ada@example.com", PASSWORD).await.succeeds();
    let bob = app.register_and_activate("bob@example.com", PASSWORD).await;
    for email in ["ada@example.com", "bob@example.com"] {
        let user = user_of(&app, email).await;
        insert_reset(&app, &user).await;
        insert_reset(&app, &user).await;
        insert_email(&app, EmailKind::PasswordChanged, email, None).await;
    }
    let deleted = users(&database, &["delete", "--json", "ada@example.com"])
        .await
        .ends_with(0)
        .object();
    assert_eq!(
        (&deleted["changed"], &deleted["endedSessions"]),
        (&true.into(), &2.into())
    );
    app.bearer(&ada).me().await.is_unauthenticated();
    app.sign_in("ada@example.com", PASSWORD)
        .await
        .fails_with("INVALID_CREDENTIALS");

    let bobs = user_of(&app, "bob@example.com").await.id;
    assert_eq!(count::<user::Entity>(app.db()).await, 1);
    assert_eq!(count::<session::Entity>(app.db()).await, 1);
    let verifications = verification::Entity::find()
        .all(app.db())
        .await
        .expect("the database answers");
    // Ada's resets are decoys now, so that nobody sees them end.
    let is_decoy = |row: &verification::Model| row.purpose == Purpose::PasswordReset && row.user_id.is_none();
    let (decoys, verifications): (Vec<_>, Vec<_>) = verifications.into_iter().partition(is_decoy);
    assert_eq!((decoys.len(), verifications.len()), (2, 3));
    // The emails of the decoys are sent without a code.
    let ids = decoys.iter().map(|row| row.id);
    let of_decoys = email_outbox::Entity::find().filter(email_outbox::Column::VerificationId.is_in(ids));
    assert_eq!(of_decoys.count(app.db()).await, Ok(2));
    assert_eq!(count::<email_outbox::Entity>(app.db()).await, 2 + 3);
    assert!(
        verifications
            .iter()
            .all(|row| row.id == bobs || row.user_id == Some(bobs))
    );
    app.bearer(&bob).me().await.is_active();
    users(&database, &["delete", "ada@example.com"]).await.ends_with(4);
}

#[on_both_databases]
async fn decoy_of_a_deleted_user_stays_and_the_address_is_free(database: Database) {
    let app = server(&database).await;
    app.register_and_activate("ada@example.com", PASSWORD).await;
    app.clock.advance(crate::seconds(60));
    let token = app
        .register("ada@example.com", OTHER_PASSWORD)
        .await
        .verification_token();
    app.next_mail("ada@example.com").await;
    users(&database, &["delete", "ada@example.com"]).await.ends_with(0);
    app.sign_in("ada@example.com", OTHER_PASSWORD)
        .await
        .fails_with("NOT_ACTIVATED");
    app.clock.advance(crate::seconds(60));
    app.resend_with_token(&token).await.succeeds();
    let code = app.next_code("ada@example.com").await;
    app.activate_with_token(&token, &code).await.succeeds();
}
