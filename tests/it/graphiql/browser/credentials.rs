use browser::{Look, in_browser};
use serde_json::json;
use tests::{Database, PASSWORD, TestApp};

use super::Workbench;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_header_that_is_typed_wins() {
    let app = TestApp::start(&Database::sqlite()).await;
    let token = app.register_and_activate("bob@example.com", PASSWORD).await;
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_header_that_is_typed_in_other_capitals_is_sent_once() {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(Look::Desktop, async move |client| {
        let graphiql = Workbench::open(client, &app).await;
        graphiql.click("[data-name=headers]").await;
        let headers = json!({ "Content-Type": "application/json", "ACCEPT": "*/*" });
        graphiql.type_into("Headers", &headers.to_string()).await;
        let listen = "window.fetch = ((fetch) => (url, request) => {
            if (url === '/graphql') window.sent = Object.fromEntries(new Headers(request.headers));
            return fetch(url, request);
        })(window.fetch)";
        graphiql.ask(&format!("[{listen}].length")).await;
        let registered = graphiql.run().await;
        assert_eq!(registered["data"]["register"]["userErrors"], json!([]));
        let expected = json!({ "accept": "*/*", "content-type": "application/json" });
        assert_eq!(graphiql.ask("window.sent").await, expected);
        graphiql.is_clean().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_was_ended_elsewhere_is_dropped() {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(Look::Desktop, async move |client| {
        let graphiql = Workbench::open(client, &app).await;
        graphiql.register().await;
        let activated = graphiql.activate().await;
        let email = activated["user"]["email"].as_str().expect("text");
        let token = activated["session"]["token"].as_str().expect("text");

        // One that lives is kept where it is not what is wanted.
        graphiql.click("#choice [value=session]").await;
        let refused = graphiql.run().await;
        assert_eq!(refused["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
        graphiql.click("#choice [value=automatic]").await;
        graphiql.choose("Me").await;
        graphiql.says(&format!("Me sends the session of {email}")).await;

        app.bearer(token).sign_out().await;
        let refused = graphiql.run().await;
        assert_eq!(refused["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
        graphiql.says(&format!("Me sends HTTP Basic of {email}")).await;
        assert_eq!(graphiql.run().await["data"]["me"]["email"], email);
        graphiql.is_clean().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_typed_header_signs_out_its_own_session_alone() {
    let app = TestApp::start(&Database::sqlite()).await;
    let token = app.register_and_activate("bob@example.com", PASSWORD).await;
    in_browser(Look::Desktop, async move |client| {
        let graphiql = Workbench::open(client, &app).await;
        graphiql.register().await;
        let activated = graphiql.activate().await;
        graphiql.choose("SignOut").await;
        graphiql.click("[data-name=headers]").await;
        let header = json!({ "authorization": format!("Bearer {token}") });
        graphiql.type_into("Headers", &header.to_string()).await;
        graphiql
            .says("SignOut sends the Authorization header from Headers")
            .await;
        assert_eq!(graphiql.run().await["data"]["signOut"]["userErrors"], json!([]));
        app.bearer(&token).me().await.is_unauthenticated();
        assert_eq!(graphiql.run_tab("Me").await["email"], activated["user"]["email"]);
        let email = activated["user"]["email"].as_str().expect("text");
        graphiql.says(&format!("Me sends the session of {email}")).await;
        graphiql.is_clean().await;
    })
    .await;
}
