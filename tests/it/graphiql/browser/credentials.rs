use browser::{Look, in_browser};
use serde_json::json;
use tests::{Database, PASSWORD, TestApp};

use super::Workbench;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn typed_authorization_header_wins() {
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
                "the operation is read",
                "text('#sends').startsWith('Who authenticates as ada-')",
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
async fn credentials_can_be_chosen() {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(Look::Desktop, async move |client| {
        let graphiql = Workbench::open(client, &app).await;
        graphiql.register().await;
        graphiql.choose("Me").await;
        for (chosen, says, answers) in [
            ("none", "Me sends no credentials", json!({ "data": { "me": null } })),
            (
                "session",
                "Me needs a session: run Activate or SignIn",
                json!({ "data": { "me": null } }),
            ),
        ] {
            graphiql.click(&format!("#choice [value={chosen}]")).await;
            graphiql.says(says).await;
            assert_eq!(graphiql.run().await, answers, "{chosen}");
        }
        graphiql.click("#choice [value=basic]").await;
        assert_eq!(graphiql.run().await["data"]["me"]["status"], "PENDING");

        // The server requires a session here.
        graphiql.choose("SignOut").await;
        let refused = graphiql.run().await;
        assert_eq!(refused["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
        let expected = "Authentication required. Send the Bearer token of a session.";
        assert_eq!(refused["errors"][0]["message"], expected);
        graphiql.is_clean().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn typed_header_in_other_case_is_sent_once() {
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
async fn session_ended_elsewhere_is_dropped() {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(Look::Desktop, async move |client| {
        let graphiql = Workbench::open(client, &app).await;
        graphiql.register().await;
        let activated = graphiql.activate().await;
        let email = activated["user"]["email"].as_str().expect("text");
        let token = activated["session"]["token"].as_str().expect("text");

        // A live session is kept when an operation that takes no session rejects it.
        graphiql.click("[aria-label='New tab']").await;
        graphiql
            .type_into(
                "Query Editor",
                "mutation Resend { resendActivationCode { codeLength } }",
            )
            .await;
        graphiql.click("#choice [value=session]").await;
        graphiql.has_session_of("Resend", email).await;
        let refused = graphiql.run().await;
        assert_eq!(refused["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
        graphiql.click("#choice [value=automatic]").await;
        graphiql.choose("Me").await;
        graphiql.has_session_of("Me", email).await;

        app.bearer(token).sign_out().await;
        let refused = graphiql.run().await;
        assert_eq!(refused["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
        graphiql
            .says(&format!("Me authenticates as {email} (HTTP Basic)"))
            .await;
        assert_eq!(graphiql.run().await["data"]["me"]["email"], email);
        graphiql.is_clean().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn typed_header_signs_out_only_its_own_session() {
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
        let email = activated["user"]["email"].as_str().expect("text");
        assert_eq!(graphiql.run_tab("Me").await["email"], email);
        graphiql.has_session_of("Me", email).await;
        graphiql.is_clean().await;
    })
    .await;
}
