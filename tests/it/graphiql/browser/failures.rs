//! What the answer says when the request fails as a whole.

use browser::{Look, in_browser};
use serde_json::{Value, json};
use tests::{Database, Proxy, TestApp};

use super::Workbench;

async fn says(graphiql: &Workbench, expected: &str) {
    let answer: Value = graphiql.run().await;
    assert_eq!(answer, json!({ "errors": [{ "message": expected }] }));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stopped_server_is_a_sentence() {
    let app = TestApp::start(&Database::sqlite()).await;
    let mut network = Proxy::start(app.address());
    in_browser(Look::Desktop, async move |client| {
        let graphiql = Workbench::open_at(client, network.address(), &app).await;
        network.refuse().await;
        let expected = "The server does not answer. Check that it is running, then try again.";
        says(&graphiql, expected).await;
        // It reads the schema again.
        graphiql.click("[aria-label='Re-fetch GraphQL schema']").await;
        graphiql
            .eventually("the schema is fetched", "one('.graphiql-spin') === null")
            .await;
        assert_eq!(graphiql.ask("document.body.innerText.includes('    at ')").await, false);
        network.heal();
        assert_eq!(graphiql.run().await["data"]["register"]["userErrors"], json!([]));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answer_without_graphql_is_a_sentence() {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(Look::Desktop, async move |client| {
        let graphiql = Workbench::open(client, &app).await;
        for body in ["<h1>Bad Gateway</h1>", "", "null", "[]", "\"text\"", "{}"] {
            let body = json!(body);
            let answer = format!("window.fetch = async () => new Response({body}, {{ status: 502 }})");
            graphiql.ask(&format!("[{answer}].length")).await;
            says(
                &graphiql,
                "The answer has status 502 and is not GraphQL. A proxy may have sent it.",
            )
            .await;
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn header_that_cannot_be_sent_is_named() {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(Look::Desktop, async move |client| {
        let graphiql = Workbench::open(client, &app).await;
        graphiql.click("[data-name=headers]").await;
        for (name, value) in [("x-name", "ключ"), ("x name", "1"), ("", "1")] {
            let header = json!({ name: value });
            graphiql.type_into("Headers", &header.to_string()).await;
            let expected = format!("The browser cannot send the header \"{name}\". Change it under Headers.");
            says(&graphiql, &expected).await;
        }
        graphiql.is_clean().await;
    })
    .await;
}
