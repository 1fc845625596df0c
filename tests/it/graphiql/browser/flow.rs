use browser::{Look, in_browser};
use serde_json::{Value, json};
use tests::{Database, OTHER_PASSWORD, TestApp};

use super::Workbench;
use crate::seconds;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_an_unknown_address_to_a_session_and_its_end() {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(Look::Desktop, async move |client| {
        let graphiql = Workbench::open(client, &app).await;
        assert_eq!(graphiql.ask("document.title").await, "Registration · GraphiQL");
        let email = graphiql.ask("email").await;
        let email = email.as_str().expect("text");

        graphiql.says("Register sends no credential").await;
        let first = graphiql.register().await;
        graphiql
            .eventually("it is said", &format!("text('#said').startsWith('New code {first}')"))
            .await;

        // Too late for this one: another.
        app.clock.advance(seconds(61));
        let activated = graphiql.activate().await;
        assert_eq!(activated["userErrors"][0]["code"], "CODE_EXPIRED", "{activated}");
        graphiql.choose("Resend").await;
        graphiql.says(&format!("Resend sends HTTP Basic of {email}")).await;
        let resent = graphiql.run_tab("Resend").await;
        assert_eq!(resent["userErrors"], json!([]), "{resent}");
        graphiql
            .eventually("there is another code", &format!("text('#code') !== '{first}'"))
            .await;

        graphiql.choose("Me").await;
        graphiql.says(&format!("Me sends HTTP Basic of {email}")).await;
        assert_eq!(graphiql.run_tab("Me").await["status"], "PENDING");
        let activated = graphiql.activate().await;
        assert_eq!(activated["user"]["status"], "ACTIVE", "{activated}");

        graphiql.choose("Me").await;
        graphiql.says(&format!("Me sends the session of {email}")).await;
        assert_eq!(graphiql.run_tab("Me").await["email"], email);
        assert_eq!(graphiql.run_tab("SignOut").await["userErrors"], json!([]));
        graphiql
            .says("SignOut has no session to send: run Activate or SignIn")
            .await;
        let signed_in = graphiql.run_tab("SignIn").await;
        assert!(signed_in["session"]["token"].is_string(), "{signed_in}");
        graphiql.choose("Me").await;
        graphiql.says(&format!("Me sends the session of {email}")).await;
        assert_eq!(graphiql.run_tab("Me").await["email"], email);
        graphiql.is_clean().await;

        // Nothing of it is kept, and the next address is another one.
        let kept = graphiql.ask("JSON.stringify([localStorage, sessionStorage])").await;
        let kept = kept.as_str().expect("text");
        assert!(!kept.contains("correct horse") && !kept.contains("ada-"), "{kept}");
        let graphiql = Workbench::open(graphiql.client.clone(), &app).await;
        assert_ne!(graphiql.ask("email").await, email);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_typed_into_the_fields_is_what_every_tab_sends() {
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
        // Its address is another one on the envelope, and the password goes through Basic.
        graphiql.register().await;
        let activated = graphiql.activate().await;
        assert_eq!(activated["user"]["status"], "ACTIVE", "{activated}");
        assert!(graphiql.run_tab("SignIn").await["session"]["token"].is_string());
        graphiql.is_clean().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_typed_into_the_variables_and_accepted_is_taken_over() {
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
                .eventually("the field has it", &format!("email === {email}"))
                .await;
        }
        let activated = graphiql.activate().await;
        assert_eq!(activated["user"]["email"], "grace@example.com", "{activated}");
        graphiql.is_clean().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_code_finds_its_tab_also_when_it_was_closed() {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(Look::Desktop, async move |client| {
        let graphiql = Workbench::open(client, &app).await;
        graphiql.choose("Activate").await;
        graphiql.ask("tab('Activate').nextSibling.click()").await;
        graphiql.eventually("it is gone", "tab('Activate') === undefined").await;
        graphiql.register().await;
        let activated = graphiql.activate().await;
        assert_eq!(activated["user"]["status"], "ACTIVE", "{activated}");

        // Codes for somebody else are not shown.
        graphiql.click("#fresh").await;
        graphiql.eventually("there is none", "one('#use').disabled").await;
        let none: Value = graphiql.ask("text('#code')").await;
        assert_eq!(none, "No code yet: run Register");
        graphiql.is_clean().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_being_typed_stays_when_the_account_changes() {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(Look::Desktop, async move |client| {
        let graphiql = Workbench::open(client, &app).await;
        graphiql.choose("Resend").await;
        // At once, since GraphiQL takes over a moment later what is typed.
        let (query, headers) = ("query Typed { me { id } }", r#"{"x-typed": "1"}"#);
        graphiql
            .ask(&format!(
                "[headersEditor.setValue('{headers}'), queryEditor.setValue('{query}'), queryEditor.setCursor(0, 7),
                    one('#fresh').click()].length"
            ))
            .await;
        let there = "[queryEditor.getValue(), headersEditor.getValue(), queryEditor.getCursor().ch]";
        assert_eq!(graphiql.ask(there).await, json!([query, headers, 7]));

        graphiql
            .eventually("it is taken over", "tab('Typed') !== undefined")
            .await;
        graphiql.choose("SignIn").await;
        assert_eq!(
            graphiql.ask("variables().input.email === email").await,
            true,
            "the other tabs are about the new one"
        );
        graphiql.choose("Typed").await;
        let there = "[queryEditor.getValue(), headersEditor.getValue()]";
        assert_eq!(graphiql.ask(there).await, json!([query, headers]));
        graphiql.is_clean().await;
    })
    .await;
}
