//! Each step is recorded once, with the request that took it.

use api::accounts::{self, DomainError, Operator};
use api::clock::Clock;
use entity::{AccountEventKind, user};
use sea_orm::{ConnectionTrait, EntityTrait};
use serde_json::{Value, json};
use tests::{
    Answers, Database, OTHER_PASSWORD, PASSWORD, TestApp, TestCore, client, credentials, on_both_databases, wrong_code,
};

use super::{ADA, count_of, events_of, kinds, kinds_of};
use crate::{loopback, seconds};

#[on_both_databases]
async fn each_step_of_a_life_is_an_event(database: Database) {
    let app = TestApp::start(&database).await;
    let token = app.register(ADA, PASSWORD).await.verification_token();
    let code = app.next_code(ADA).await;
    app.clock.advance(seconds(1));
    app.activate_with_token(&token, &wrong_code(&code))
        .await
        .fails_with("INVALID_CODE");
    app.clock.advance(seconds(1));
    let session = app.activate_with_token(&token, &code).await.session_token();
    let ada = app.bearer(&session);
    app.clock.advance(seconds(1));
    app.sign_in(ADA, PASSWORD).await.succeeds();
    app.clock.advance(seconds(1));
    ada.revoke_other_sessions().await.succeeds();
    app.clock.advance(seconds(1));
    ada.change_password(PASSWORD, OTHER_PASSWORD).await.succeeds();
    app.next_mail(ADA).await;
    app.clock.advance(seconds(1));
    let reset = app.request_password_reset(ADA).await.verification_token();
    let code = app.next_code(ADA).await;
    app.clock.advance(seconds(1));
    app.reset_password(&reset, &code, PASSWORD).await.succeeds();
    app.clock.advance(seconds(1));
    let ada = app.bearer(&app.sign_in(ADA, PASSWORD).await.session_token());
    let change = ada
        .request_email_change("new@example.com", PASSWORD)
        .await
        .verification_token();
    let code = app.next_code("new@example.com").await;
    app.clock.advance(seconds(1));
    ada.confirm_email_change(&change, &code).await.succeeds();
    app.clock.advance(seconds(1));
    let other = app.bearer(&app.sign_in("new@example.com", PASSWORD).await.session_token());
    app.clock.advance(seconds(1));
    other.sign_out().await.succeeds();
    // A token without a session is no event.
    other.sign_out().await.succeeds();
    let operator = Operator::from(app.server().app());
    let id = user::Entity::find()
        .one(app.db())
        .await
        .expect("an answer")
        .expect("a user")
        .id;
    for _ in 0..2 {
        app.clock.advance(seconds(1));
        accounts::disable_user(&operator, app.clock.now(), id)
            .await
            .expect("an answer");
        app.clock.advance(seconds(1));
        accounts::enable_user(&operator, app.clock.now(), id)
            .await
            .expect("an answer");
    }
    let expected = [
        "code_mailed",
        "registered",
        "wrong_code",
        "activated",
        "signed_in",
        "signed_out",
        "password_changed",
        "code_mailed",
        "password_reset",
        "code_mailed",
        "signed_in",
        "email_changed",
        "signed_in",
        "signed_out",
        "disabled",
        "enabled",
        "disabled",
        "enabled",
    ];
    assert_eq!(kinds_of(app.db(), id).await, expected);
    app.clock.advance(seconds(1));
    let ada = app.bearer(&app.sign_in("new@example.com", PASSWORD).await.session_token());
    let mut listed = kinds(&ada.events(json!({ "first": 50 })).await);
    assert_eq!(listed[..3], ["SIGNED_IN", "ENABLED", "DISABLED"]);
    let mut stored: Vec<_> = kinds_of(app.db(), id)
        .await
        .iter()
        .map(|kind| kind.to_uppercase())
        .collect();
    listed.sort();
    stored.sort();
    assert_eq!(listed, stored);
}

#[on_both_databases]
async fn event_shows_the_client_and_names_the_request(database: Database) {
    let app = TestApp::start(&database).await;
    app.register_and_activate(ADA, PASSWORD).await;
    app.clock.advance(seconds(1));
    let query = "mutation($i:SignInInput!){signIn(input:$i){session{token}}}";
    let body = json!({ "query": query, "variables": { "i": { "email": ADA, "password": PASSWORD } } });
    let request = app.request(reqwest::Method::POST, "/graphql").json(&body);
    let request = request
        .header("user-agent", "A browser")
        .header("x-request-id", "request-1");
    let answer: Value = request.send().await.expect("an answer").json().await.expect("JSON");
    let session = answer["data"]["signIn"]["session"]["token"]
        .as_str()
        .expect("a token")
        .to_owned();
    let listed = app.bearer(&session).events(json!({ "first": 1 })).await;
    let mut event = listed.succeeds()["events"]["nodes"][0].clone();
    let id = event["id"].take();
    let expected = json!({
        "id": null, "kind": "SIGNED_IN", "createdAt": "2026-01-04T12:00:01.000Z", "network": "127.0.0.0/24",
        "userAgent": "A browser",
    });
    assert_eq!(event, expected);
    let user = user::Entity::find()
        .one(app.db())
        .await
        .expect("an answer")
        .expect("a user")
        .id;
    let stored = events_of(app.db(), user).await;
    let stored = stored.last().expect("an event");
    assert_eq!(
        (stored.id.to_string().as_str(), stored.request_id.as_deref()),
        (id.as_str().expect("an id"), Some("request-1"))
    );
    // No request wrote the email.
    let mut events = events_of(app.db(), user).await.into_iter();
    let mailed = events.find(|event| event.kind == AccountEventKind::CodeMailed);
    let mailed = mailed.expect("an event");
    assert_eq!((mailed.network, mailed.request_id), (None, None));
}

#[on_both_databases]
async fn owner_alone_sees_who_registers_their_address(database: Database) {
    let app = TestApp::start(&database).await;
    let ada = app.bearer(&app.register_and_activate(ADA, PASSWORD).await);
    let stranger = app.at(loopback(7));
    app.clock.advance(seconds(60));
    let token = stranger.register(ADA, OTHER_PASSWORD).await.verification_token();
    app.next_mail(ADA).await;
    stranger
        .activate_with_token(&token, "0000")
        .await
        .fails_with("INVALID_CODE");
    let answer = ada.events(json!({ "first": 1 })).await;
    let newest = &answer.succeeds()["events"]["nodes"][0];
    assert_eq!(
        (&newest["kind"], &newest["network"]),
        (&json!("REGISTRATION_ATTEMPTED"), &json!("127.0.7.0/24"))
    );
    // Neither a decoy nor a registration shows events, so that nobody can tell one from the other.
    app.register_and_read_code("bob@example.com", PASSWORD).await;
    for pending in [app.basic(ADA, OTHER_PASSWORD), app.basic("bob@example.com", PASSWORD)] {
        assert_eq!(kinds(&pending.events(json!({})).await), [""; 0]);
    }
}

#[on_both_databases]
async fn step_that_fails_is_no_event(database: Database) {
    let core = TestCore::start(&database).await;
    let (user, session, _) = core.create_signed_in_user(ADA, PASSWORD).await;
    let (id, before) = (user.id, kinds_of(&core.app.db, user.id).await);
    let operator = Operator::from(&core.app);
    accounts::end_sessions(&operator, core.app.clock.now(), id)
        .await
        .expect("an answer");
    // The credentials that were verified are no longer those of the user.
    let signed_in = accounts::sign_in_verified(&core.app, user.clone(), &client(1)).await;
    assert_eq!(signed_in.err(), Some(DomainError::InvalidCredentials));
    let deleted = accounts::delete_verified(&core.app, &session, user).await;
    assert_eq!(deleted, Err(DomainError::WrongCurrentPassword));
    let ended = accounts::revoke_session(&core.app, &session, &session_id(&core).await, &client(1)).await;
    assert_eq!(ended, Err(DomainError::SessionEnded));
    let _ = accounts::sign_in(&core.app, &credentials(ADA, "a wrong password", 1)).await;
    assert_eq!(
        kinds_of(&core.app.db, id).await,
        [before, vec!["signed_out".to_owned()]].concat()
    );
}

/// An id of no session.
async fn session_id(core: &TestCore) -> String {
    let user = user::Entity::find().one(&core.app.db).await;
    user.expect("an answer").expect("a user").id.to_string()
}

#[on_both_databases]
async fn of_200_right_codes_one_is_an_event(database: Database) {
    let app = TestApp::start(&database).await;
    let token = app.register(ADA, PASSWORD).await.verification_token();
    let code = app.next_code(ADA).await;
    let calls = (0..200).map(|_| {
        let (app, token, code) = ((*app).clone(), token.clone(), code.clone());
        async move { app.activate_with_token(&token, &code).await }
    });
    Answers::to(calls).await;
    assert_eq!(count_of(app.db(), AccountEventKind::Activated).await, 1);
}

#[on_both_databases]
async fn retried_email_is_one_event(database: Database) {
    let core = TestCore::start(&database).await;
    core.register(ADA, PASSWORD, 1).await;
    core.mailer.faults().set(crate::outbox::fault(
        mailer_mock::Stage::Rcpt,
        crate::outbox::reply(451),
        1,
    ));
    assert!(core.send_next().await);
    core.advance(1);
    assert!(core.send_next().await);
    assert_eq!(core.emails().len(), 1);
    assert_eq!(count_of(&core.app.db, AccountEventKind::CodeMailed).await, 1);
}

#[on_both_databases]
async fn pages_of_events_are_complete(database: Database) {
    let app = TestApp::start(&database).await;
    let ada = app.bearer(&app.register_and_activate(ADA, PASSWORD).await);
    // Of the same instant, so that the id decides.
    for _ in 0..4 {
        app.sign_in(ADA, PASSWORD).await.succeeds();
    }
    let ids = |answer: &tests::Answer| {
        let nodes = answer.succeeds()["events"]["nodes"].as_array().expect("a list").clone();
        nodes.iter().map(|node| node["id"].clone()).collect::<Vec<_>>()
    };
    let all = ids(&ada.events(json!({})).await);
    assert_eq!(all.len(), 7);
    let (mut read, mut after) = (Vec::new(), Value::Null);
    for (length, more) in [(3, true), (3, true), (1, false)] {
        let page = ada.events(json!({ "first": 3, "after": after })).await;
        let info = page.succeeds()["events"]["pageInfo"].clone();
        assert_eq!(
            (&info["hasNextPage"], &info["hasPreviousPage"]),
            (&json!(more), &json!(!after.is_null()))
        );
        assert_eq!(ids(&page).len(), length);
        read.extend(ids(&page));
        after = info["endCursor"].clone();
    }
    assert_eq!(read, all);
    for page in [json!({ "first": 51 }), json!({ "after": "no cursor" })] {
        ada.events(page).await.has_top_level_error("BAD_USER_INPUT").status(200);
    }
}

/// Only the owner of an address learns that it has a user.
#[on_both_databases]
async fn events_of_a_change_do_not_tell_whether_the_address_is_taken(database: Database) {
    let app = TestApp::start(&database).await;
    app.register_and_activate("taken@example.com", PASSWORD).await;
    let mut seen = Vec::new();
    for (user, address) in [("bob@example.com", "taken@example.com"), (ADA, "free@example.com")] {
        let session = app.register_and_activate(user, PASSWORD).await;
        app.clock.advance(seconds(31));
        app.bearer(&session)
            .request_email_change(address, PASSWORD)
            .await
            .succeeds();
        app.next_mail(address).await;
        let found = user::by_canonical_email(user).one(app.db()).await;
        let id = found.expect("an answer").expect("a user").id;
        seen.push(kinds_of(app.db(), id).await);
    }
    assert_eq!(seen[0], seen[1]);
    let codes = seen[0].iter().filter(|kind| *kind == "code_mailed").count();
    assert_eq!(codes, 2, "{:?}", seen[0]);
}

#[on_both_databases]
async fn wrong_code_is_answered_although_it_cannot_be_recorded(database: Database) {
    let core = TestCore::start(&database).await;
    let token = core.register(ADA, PASSWORD, 1).await.token;
    assert!(core.send_next().await);
    let wrong = wrong_code(&core.newest_code(ADA));
    let broken = core.app.db.execute_unprepared("DROP TABLE account_events").await;
    broken.expect("the table is there");
    let answer = core.activate_with_token(&token, &wrong).await;
    assert_eq!(answer, Err(DomainError::InvalidCode(Some(2))));
}
