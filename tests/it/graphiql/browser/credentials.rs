use browser::{Look, in_browser};
use serde_json::json;
use tests::{Database, PASSWORD, TestApp};

use super::Workbench;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_header_that_is_typed_wins() {
    let app = TestApp::start(&Database::sqlite()).await;
    let token = app.activated("bob@example.com", PASSWORD).await;
    in_browser(Look::Desktop, async move |client| {
        let graphiql = Workbench::open(client, &app).await;
        graphiql.register().await;
        graphiql.activate().await;

        graphiql.click("[aria-label='New tab']").await;
        graphiql.type_into("Query Editor", "query Who { me { email } }").await;
        graphiql
            .eventually(
                "it is read",
                "text('#sends').startsWith('Who sends the session of ada-')",
            )
            .await;
        assert_ne!(graphiql.run().await["data"]["me"]["email"], "bob@example.com");

        graphiql.click("[data-name=headers]").await;
        let header = json!({ "authorization": format!("Bearer {token}") });
        graphiql.type_into("Headers", &header.to_string()).await;
        graphiql.says("Who sends the Authorization header from Headers").await;
        assert_eq!(graphiql.run().await["data"]["me"]["email"], "bob@example.com");
        graphiql.is_clean().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_credential_can_be_chosen() {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(Look::Desktop, async move |client| {
        let graphiql = Workbench::open(client, &app).await;
        graphiql.register().await;
        graphiql.choose("Me").await;
        for (chosen, says, answers) in [
            ("none", "Me sends no credential", json!({ "data": { "me": null } })),
            (
                "session",
                "Me has no session to send: run Activate or SignIn",
                json!({ "data": { "me": null } }),
            ),
        ] {
            graphiql.click(&format!("#choice [value={chosen}]")).await;
            graphiql.says(says).await;
            assert_eq!(graphiql.run().await, answers, "{chosen}");
        }
        graphiql.click("#choice [value=basic]").await;
        assert_eq!(graphiql.run().await["data"]["me"]["status"], "PENDING");

        // Basic where the server wants a session.
        graphiql.choose("SignOut").await;
        let refused = graphiql.run().await;
        assert_eq!(refused["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
        graphiql.is_clean().await;
    })
    .await;
}
