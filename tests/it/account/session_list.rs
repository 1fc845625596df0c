//! `me { sessions }`.

use api::accounts::{self, DomainError};
use entity::session;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};
use tests::{Answer, Client, Database, PASSWORD, TestApp, client, on_both_databases};

use super::{ADA, SignedIn, server, sessions};
use crate::seconds;

const HOUR: u64 = 60 * 60;

fn nodes(answer: &Answer) -> &Vec<Value> {
    answer.succeeds()["sessions"]["nodes"].as_array().expect("a list")
}

pub(super) fn ids(answer: &Answer) -> Vec<&str> {
    nodes(answer).iter().filter_map(|node| node["id"].as_str()).collect()
}

pub(super) async fn current_id(client: &Client) -> String {
    let answer = client.sessions(json!({})).await;
    let current = nodes(&answer).iter().find(|node| node["isCurrent"] == true);
    current.expect("a current session")["id"]
        .as_str()
        .expect("an id")
        .to_owned()
}

#[on_both_databases]
async fn sessions_show_what_is_stored(database: Database) {
    let app = TestApp::start(&database).await;
    app.register_and_activate(ADA, PASSWORD).await;
    app.clock.advance(seconds(HOUR));
    let query = "mutation($i:SignInInput!){signIn(input:$i){session{token user{sessions{nodes{isCurrent}}}}}}";
    let variables = json!({ "i": { "email": ADA, "password": PASSWORD } });
    let signed_in = app
        .request(reqwest::Method::POST, "/graphql")
        .header("user-agent", "A browser")
        .json(&json!({ "query": query, "variables": variables }))
        .send()
        .await
        .expect("the server answers");
    let signed_in: Value = signed_in.json().await.expect("JSON");
    let session = &signed_in["data"]["signIn"]["session"];
    let not_current = json!({ "isCurrent": false });
    assert_eq!(session["user"]["sessions"]["nodes"], json!([not_current, not_current]));

    let answer = app
        .bearer(session["token"].as_str().expect("a token"))
        .sessions(json!({}))
        .await;
    let nodes = nodes(&answer);
    let mut shown = nodes[0].clone();
    assert!(shown["id"].take().is_string());
    assert_eq!(
        shown,
        json!({
            "id": null,
            "createdAt": "2026-01-04T13:00:00.000Z",
            "lastUsedAt": "2026-01-04T13:00:00.000Z",
            "expiresAt": "2026-02-03T13:00:00.000Z",
            "userAgent": "A browser",
            "network": "127.0.0.0/24",
            "isCurrent": true,
        })
    );
    assert_eq!(
        (&nodes[1]["userAgent"], &nodes[1]["isCurrent"]),
        (&json!(null), &json!(false))
    );
    assert_eq!(nodes.len(), 2);
    // With HTTP Basic none is current. A pending user has none.
    let basic = app.basic(ADA, PASSWORD).sessions(json!({})).await;
    assert!(self::nodes(&basic).iter().all(|node| node["isCurrent"] == false));
    app.register_and_read_code("bob@example.com", PASSWORD).await;
    let pending = app.basic("bob@example.com", PASSWORD).sessions(json!({})).await;
    assert_eq!(self::nodes(&pending).len(), 0);
}

#[on_both_databases]
async fn pages_follow_the_last_use(database: Database) {
    let (app, ada) = server(&database).await;
    let mut reader = ada.clone();
    // Two of the same instant, so that the id decides.
    for pause in [HOUR, HOUR, 0, HOUR] {
        app.clock.advance(seconds(pause));
        let token = app.sign_in(ADA, PASSWORD).await.session_token();
        reader = app.bearer(&token);
    }
    let all = reader.sessions(json!({})).await;
    let used: Vec<_> = nodes(&all).iter().map(|node| node["lastUsedAt"].as_str()).collect();
    assert!(used.is_sorted_by(|a, b| a >= b), "{used:?}");
    let all = ids(&all);
    assert_eq!(all.len(), 5);

    let mut read = Vec::new();
    let mut after = Value::Null;
    for (length, more) in [(2, true), (2, true), (1, false)] {
        let page = reader.sessions(json!({ "first": 2, "after": after })).await;
        let connection = &page.succeeds()["sessions"];
        let info = &connection["pageInfo"];
        assert_eq!(
            (&info["hasNextPage"], &info["hasPreviousPage"]),
            (&json!(more), &json!(!after.is_null()))
        );
        let edges = connection["edges"].as_array().expect("a list");
        assert_eq!(edges.len(), length);
        assert_eq!(info["startCursor"], edges[0]["cursor"]);
        assert_eq!(info["endCursor"], edges[length - 1]["cursor"]);
        read.extend(ids(&page).into_iter().map(str::to_owned));
        after = info["endCursor"].clone();
    }
    assert_eq!(read, all);
    // A session that is used moves to the front, and the rest of the pages stays.
    let first = reader.sessions(json!({ "first": 2 })).await;
    let after = &first.succeeds()["sessions"]["pageInfo"]["endCursor"];
    app.clock.advance(seconds(HOUR));
    ada.me().await.is_active();
    tests::eventually("the last use is written", async || {
        ids(&reader.sessions(json!({ "first": 2 })).await).contains(&all[4])
    })
    .await;
    assert_eq!(ids(&reader.sessions(json!({ "after": after })).await), all[2..4]);
}

#[on_both_databases]
async fn page_arguments_are_bounded(database: Database) {
    let (_app, ada) = server(&database).await;
    let none = ada.sessions(json!({ "first": 0 })).await;
    let info = json!({ "hasNextPage": true, "hasPreviousPage": false, "startCursor": null, "endCursor": null });
    assert_eq!(
        (nodes(&none).len(), &none.succeeds()["sessions"]["pageInfo"]),
        (0, &info)
    );
    for first in [json!(50), json!(null)] {
        assert_eq!(nodes(&ada.sessions(json!({ "first": first })).await).len(), 1);
    }
    for page in [
        json!({ "first": -1 }),
        json!({ "first": 51 }),
        json!({ "after": "" }),
        json!({ "after": "not a cursor" }),
        json!({ "after": "AAAA" }),
    ] {
        let answer = ada.sessions(page.clone()).await;
        answer.has_top_level_error("BAD_USER_INPUT").status(200);
        let message = answer.body["errors"][0]["message"].as_str().expect("a message");
        let argument = page.as_object().expect("an object").keys().next().expect("an argument");
        assert!(message.starts_with(&format!("`{argument}` must be ")), "{message}");
    }
}

#[on_both_databases]
async fn ended_sessions_are_neither_listed_nor_revoked(database: Database) {
    // Nothing sweeps here.
    let ada = SignedIn::start(&database).await;
    let app = &ada.core.app;
    let ended = sessions(&app.db).await;
    let ends = [session::Column::ExpiresAt, session::Column::LastUsedAt];
    for (row, end) in ended.iter().zip(ends) {
        let past = app.clock.now() - app.policy.session_ttl;
        let update = session::Entity::update_many().col_expr(end, Expr::value(past));
        let update = update.filter(session::Column::Id.eq(row.id));
        update.exec(&app.db).await.expect("the update succeeds");
    }
    let opened = accounts::sign_in_verified(app, ada.user.clone(), &client(1)).await;
    let (user, opened) = opened.expect("a session");
    let listed = accounts::list_sessions(app, (user.id, user.status), 10, None).await;
    let listed: Vec<_> = listed.expect("the database answers").iter().map(|row| row.id).collect();
    assert_eq!(listed, [opened.id]);
    let found = accounts::find_session(app, &opened.token).await;
    let caller = found.expect("the database answers").expect("a live session");
    for row in &ended {
        let revoked = accounts::revoke_session(app, &caller, &row.id.to_string(), &client(1)).await;
        assert_eq!(revoked, Err(DomainError::SessionNotFound));
    }
    assert_eq!(accounts::revoke_other_sessions(app, &caller, &client(1)).await, Ok(0));
}
