use browser::{Look, in_browser};
use serde_json::{Value, json};
use tests::{Database, OTHER_PASSWORD, TestApp};

use super::Workbench;
use crate::seconds;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tabs_lead_from_registration_to_sign_out() {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(Look::Desktop, async move |client| {
        let graphiql = Workbench::open(client, &app).await;
        assert_eq!(graphiql.ask("document.title").await, "Registration · GraphiQL");
        let email = graphiql.ask("email").await;
        let email = email.as_str().expect("text");

        graphiql.says("Register sends no credentials").await;
        let first = graphiql.register().await;
        graphiql
            .eventually(
                "a screen reader announces it",
                &format!("text('#said').startsWith('New code {first}')"),
            )
            .await;

        // This code expires, and Resend sends another.
        app.clock.advance(seconds(61));
        let activated = graphiql.activate().await;
        assert_eq!(activated["userErrors"][0]["code"], "CODE_EXPIRED", "{activated}");
        graphiql.choose("Resend").await;
        graphiql
            .says("Resend uses the verificationToken in its variables")
            .await;
        let resent = graphiql.run_tab("Resend").await;
        assert_eq!(resent["userErrors"], json!([]), "{resent}");
        graphiql
            .eventually("another code is shown", &format!("text('#code') !== '{first}'"))
            .await;

        graphiql.choose("Me").await;
        graphiql
            .says(&format!("Me authenticates as {email} (HTTP Basic)"))
            .await;
        assert_eq!(graphiql.run_tab("Me").await["status"], "PENDING");
        let activated = graphiql.activate().await;
        assert_eq!(activated["user"]["status"], "ACTIVE", "{activated}");

        graphiql.choose("Me").await;
        graphiql.has_session_of("Me", email).await;
        assert_eq!(graphiql.run_tab("Me").await["email"], email);
        assert_eq!(graphiql.run_tab("SignOut").await["userErrors"], json!([]));
        graphiql.says("SignOut needs a session: run Activate or SignIn").await;
        let signed_in = graphiql.run_tab("SignIn").await;
        assert!(signed_in["session"]["token"].is_string(), "{signed_in}");
        graphiql.choose("Me").await;
        graphiql.has_session_of("Me", email).await;
        assert_eq!(graphiql.run_tab("Me").await["email"], email);
        graphiql.is_clean().await;

        // The browser stores nothing of it, and the next page has another address.
        let kept = graphiql.ask("JSON.stringify([localStorage, sessionStorage])").await;
        let kept = kept.as_str().expect("text");
        assert!(!kept.contains("correct horse") && !kept.contains("ada-"), "{kept}");
        let graphiql = Workbench::open(graphiql.client.clone(), &app).await;
        assert_ne!(graphiql.ask("email").await, email);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_tab_uses_the_account_fields() {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(Look::Desktop, async move |client| {
        let graphiql = Workbench::open(client, &app).await;
        let (email, password) = ("Grace@Bücher.example", format!("{OTHER_PASSWORD} 密码 🔑"));
        graphiql.fill("#email", email).await;
        graphiql.fill("#password", &password).await;
        let expected = json!({ "input": { "email": email, "password": password } });
        for tab in ["SignIn", "Register"] {
            graphiql.choose(tab).await;
            assert_eq!(graphiql.ask("variables()").await, expected, "{tab}");
        }
        // The address on the envelope differs, and the password fits in Basic.
        graphiql.register().await;
        assert_eq!(graphiql.run_tab("Me").await["status"], "PENDING");
        let activated = graphiql.activate().await;
        assert_eq!(activated["user"]["status"], "ACTIVE", "{activated}");
        assert!(graphiql.run_tab("SignIn").await["session"]["token"].is_string());
        graphiql.is_clean().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn account_fields_take_accepted_variables() {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(Look::Desktop, async move |client| {
        let graphiql = Workbench::open(client, &app).await;
        let before = graphiql.ask("email").await;
        for (password, accepted) in [("secret", false), (OTHER_PASSWORD, true)] {
            let variables = json!({ "input": { "email": "grace@example.com", "password": password } });
            graphiql.type_into("Variables", &variables.to_string()).await;
            let answer = graphiql.run().await;
            assert_eq!(
                answer["data"]["register"]["userErrors"] == json!([]),
                accepted,
                "{answer}"
            );
            let email = if accepted {
                json!("grace@example.com")
            } else {
                before.clone()
            };
            graphiql
                .eventually("the field shows the address", &format!("email === {email}"))
                .await;
        }
        let activated = graphiql.activate().await;
        assert_eq!(activated["user"]["email"], "grace@example.com", "{activated}");
        graphiql.is_clean().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn code_reopens_the_activate_tab() {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(Look::Desktop, async move |client| {
        let graphiql = Workbench::open(client, &app).await;
        graphiql.choose("Activate").await;
        graphiql.ask("tab('Activate').nextSibling.click()").await;
        graphiql
            .eventually("the tab is closed", "tab('Activate') === undefined")
            .await;
        graphiql.register().await;
        let activated = graphiql.activate().await;
        assert_eq!(activated["user"]["status"], "ACTIVE", "{activated}");

        // Another address has no code, and its variables have no token.
        graphiql.click("#new").await;
        graphiql.eventually("no code is shown", "one('#use').disabled").await;
        let none: Value = graphiql.ask("text('#code')").await;
        assert_eq!(none, "No code yet: run Register");
        let emptied = json!({ "input": { "activationCode": "", "verificationToken": null } });
        assert_eq!(graphiql.ask("variables()").await, emptied);
        graphiql.is_clean().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn new_address_keeps_text_in_the_editors() {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(Look::Desktop, async move |client| {
        let graphiql = Workbench::open(client, &app).await;
        graphiql.choose("Resend").await;
        // In one step, because GraphiQL reads the editors a moment later.
        let (query, headers) = ("query Typed { me { id } }", r#"{"x-typed": "1"}"#);
        graphiql
            .ask(&format!(
                "[headersEditor.setValue('{headers}'), queryEditor.setValue('{query}'), queryEditor.setCursor(0, 7),
                    one('#new').click()].length"
            ))
            .await;
        let there = "[queryEditor.getValue(), headersEditor.getValue(), queryEditor.getCursor().ch]";
        assert_eq!(graphiql.ask(there).await, json!([query, headers, 7]));

        graphiql
            .eventually("GraphiQL has read it", "tab('Typed') !== undefined")
            .await;
        graphiql.choose("SignIn").await;
        assert_eq!(
            graphiql.ask("variables().input.email === email").await,
            true,
            "the other tabs have the new address"
        );
        graphiql.choose("Typed").await;
        let there = "[queryEditor.getValue(), headersEditor.getValue()]";
        assert_eq!(graphiql.ask(there).await, json!([query, headers]));
        graphiql.is_clean().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn register_puts_its_token_into_the_variables() {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(Look::Desktop, async move |client| {
        let graphiql = Workbench::open(client, &app).await;
        let email = graphiql.ask("email").await;
        let email = email.as_str().expect("text").to_owned();
        graphiql.choose("Activate").await;
        graphiql
            .says(&format!("Activate authenticates as {email} (HTTP Basic)"))
            .await;
        let token = graphiql.run_tab("Register").await["verificationToken"].clone();
        assert!(token.is_string(), "{token}");
        for tab in ["Activate", "Resend"] {
            graphiql.choose(tab).await;
            assert_eq!(
                graphiql.ask("variables().input.verificationToken").await,
                token,
                "{tab}"
            );
            graphiql
                .says(&format!("{tab} uses the verificationToken in its variables"))
                .await;
        }

        // Without a token, HTTP Basic proves the registration.
        let code = graphiql.code().await;
        graphiql.choose("Activate").await;
        let variables = json!({ "input": { "activationCode": code } });
        graphiql.type_into("Variables", &variables.to_string()).await;
        graphiql
            .says(&format!("Activate authenticates as {email} (HTTP Basic)"))
            .await;
        let activated = graphiql.run().await["data"]["activate"].clone();
        assert_eq!(activated["user"]["email"], email, "{activated}");
        graphiql.is_clean().await;
    })
    .await;
}
