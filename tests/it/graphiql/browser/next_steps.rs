//! From one step to the next: the keyboard, the code, and what a phone shows.

use browser::{Key, Look, in_browser};
use serde_json::json;
use tests::{Database, TestApp, wrong_code};

use super::Workbench;
use crate::seconds;

/// Presses Ctrl-Enter wherever the focus is, and returns the only field of the answer.
async fn ctrl_enter(graphiql: &Workbench) -> serde_json::Value {
    graphiql.ask("resultWindow.setValue('')").await;
    graphiql
        .press(&format!("{}{}{}", Key::Control, Key::Enter, Key::Null))
        .await;
    graphiql.eventually("there is an answer", "answer() !== null").await;
    let data = graphiql.ask("Object.values(answer().data)[0]").await;
    assert_eq!(data["userErrors"], json!([]), "{data}");
    data
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ctrl_enter_runs_without_a_click_into_the_editor() {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(Look::Desktop, async move |client| {
        let graphiql = Workbench::open(client, &app).await;
        assert_eq!(graphiql.ask("document.activeElement.localName").await, "body");
        ctrl_enter(&graphiql).await;
        graphiql.code().await;
        graphiql.click("#use").await;
        graphiql.eventually("the tab is open", "isOpen('Activate')").await;
        let activated = ctrl_enter(&graphiql).await;
        assert_eq!(activated["user"]["status"], "ACTIVE");

        // In an editor, GraphiQL runs it. In a dialog, nothing does.
        graphiql.click("#new").await;
        graphiql.choose("Register").await;
        graphiql.click(".graphiql-query-editor .CodeMirror").await;
        let count = "window.sent = 0, window.fetch = ((fetch) => (url, request) => {
            window.sent += url === '/graphql';
            return fetch(url, request);
        })(window.fetch)";
        graphiql.ask(&format!("[{count}].length")).await;
        ctrl_enter(&graphiql).await;
        assert_eq!(graphiql.ask("sent").await, 1);
        graphiql.click("[aria-label='Open settings dialog']").await;
        graphiql
            .eventually("the dialog is open", "one('.graphiql-dialog') !== null")
            .await;
        graphiql
            .ask("document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', ctrlKey: true, bubbles: true }))")
            .await;
        assert_eq!(graphiql.ask("sent").await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tab_reaches_and_leaves_every_editor() {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(Look::Desktop, async move |client| {
        let graphiql = Workbench::open(client, &app).await;
        graphiql.register().await;
        let before = graphiql
            .ask("[queryEditor, variablesEditor].map((editor) => editor.getValue())")
            .await;
        graphiql.ask("one('.graphiql-tab-add').focus()").await;
        let editor = "document.activeElement.closest('.CodeMirror')?.CodeMirror";
        let there = format!("[queryEditor, variablesEditor, resultWindow].indexOf({editor})");
        for (key, expected) in [
            (Key::Tab.to_string(), &[0, 1, 2][..]),
            (format!("{}{}{}", Key::Shift, Key::Tab, Key::Null), &[1, 0][..]),
        ] {
            let mut reached = Vec::new();
            for _ in 0..20 {
                graphiql.press(&key).await;
                match graphiql.ask(&there).await.as_i64() {
                    Some(place) if place >= 0 => reached.push(place),
                    _ => {}
                }
                if reached.len() == expected.len() {
                    break;
                }
            }
            assert_eq!(reached, expected);
        }
        let after = graphiql
            .ask("[queryEditor, variablesEditor].map((editor) => editor.getValue())")
            .await;
        assert_eq!(after, before);
        graphiql.is_clean().await;
    })
    .await;
}

/// The state of the button, and whether it looks like the next step.
const BUTTON: &str = "[one('#use').dataset.state, getComputedStyle(one('#use')).backgroundColor === window.green]";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dead_code_is_not_the_next_step() {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(Look::Desktop, async move |client| {
        let graphiql = Workbench::open(client, &app).await;
        let code = graphiql.register().await;
        graphiql
            .ask("window.green = getComputedStyle(one('#use')).backgroundColor")
            .await;
        assert_eq!(graphiql.ask(BUTTON).await, json!(["usable", true]));

        for _ in 0..4 {
            graphiql.choose("Activate").await;
            let token = graphiql.ask("variables().input.verificationToken").await;
            let wrong = json!({ "input": { "activationCode": wrong_code(&code), "verificationToken": token } });
            graphiql.type_into("Variables", &wrong.to_string()).await;
            graphiql.run().await;
        }
        assert_eq!(graphiql.ask(BUTTON).await, json!(["spent", false]));

        app.clock.advance(seconds(31));
        graphiql.run_tab("Resend").await;
        graphiql
            .eventually("another code is there", "one('#use').dataset.state === 'usable'")
            .await;
        assert_eq!(graphiql.ask(BUTTON).await, json!(["usable", true]));
        // A minute by the clock of the page.
        graphiql
            .ask("Date.now = ((now) => () => now() + 60_000)(Date.now)")
            .await;
        graphiql
            .eventually("the code has expired", "one('#use').dataset.state === 'expired'")
            .await;
        assert_eq!(graphiql.ask(BUTTON).await, json!(["expired", false]));

        // The server decides whether it has.
        let activated = graphiql.activate().await;
        assert_eq!(activated["user"]["status"], "ACTIVE", "{activated}");
        assert_eq!(graphiql.ask(BUTTON).await, json!(["used", false]));
        graphiql.is_clean().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn activate_forgets_a_code_that_no_longer_fits() {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(Look::Desktop, async move |client| {
        let graphiql = Workbench::open(client, &app).await;
        let code = "variables().input.activationCode";
        let first = graphiql.register().await;
        graphiql.click("#use").await;
        graphiql
            .eventually("the code is there", &format!("{code} === '{first}'"))
            .await;
        app.clock.advance(seconds(31));
        graphiql.run_tab("Resend").await;
        graphiql.choose("Activate").await;
        assert_eq!(graphiql.ask(code).await, "", "after Resend");

        for variables in [json!({ "verificationToken": "" }), json!({})] {
            let mut input = json!({ "input": variables });
            input["input"]["activationCode"] = json!(first);
            graphiql.type_into("Variables", &input.to_string()).await;
            graphiql.click("#new").await;
            graphiql.register().await;
            graphiql.choose("Activate").await;
            assert_eq!(graphiql.ask(code).await, "", "after New and Register: {input}");
        }
        graphiql.is_clean().await;
    })
    .await;
}

/// Whether all of an element is in the window.
fn in_view(selector: &str) -> String {
    format!(
        "(({{ top, bottom, left, right }}) => top >= 0 && left >= 0 && bottom <= innerHeight && right <= innerWidth)
            (one('{selector}').getBoundingClientRect())"
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn phone_shows_the_answer_and_the_next_step() {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(Look::Phone, async move |client| {
        let graphiql = Workbench::open(client, &app).await;
        // What the mailbox says moves the buttons below it.
        graphiql
            .eventually(
                "the mailbox has answered",
                "text('#code') === 'No code yet: run Register'",
            )
            .await;
        let answer = in_view(".graphiql-response");
        assert_eq!(graphiql.ask(&answer).await, false);
        graphiql.register().await;
        graphiql.eventually("the answer is in view", &answer).await;
        graphiql.click("#use").await;
        graphiql.eventually("the tab is open", "isOpen('Activate')").await;
        graphiql
            .eventually("the button is in view", &in_view(".graphiql-execute-button"))
            .await;
        graphiql.is_clean().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn phone_shows_documentation_above_the_editor() {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(Look::Phone, async move |client| {
        let graphiql = Workbench::open(client, &app).await;
        // What the mailbox says moves the buttons below it.
        graphiql
            .eventually("the mailbox has answered", "text('#code') === 'No code yet: run Register'")
            .await;
        let size = "[one('.graphiql-query-editor').clientWidth, one('.graphiql-query-editor').clientHeight]";
        let before = graphiql.ask(size).await;
        for plugin in ["Documentation Explorer", "History"] {
            graphiql.click(&format!("[aria-label='Show {plugin}']")).await;
            graphiql
                .eventually(
                    "the plugin is above the editor",
                    "one('.graphiql-plugin').getBoundingClientRect().bottom <= one('.graphiql-sessions').getBoundingClientRect().top",
                )
                .await;
            assert_eq!(graphiql.ask(size).await, before, "{plugin}");
            let fits = "document.documentElement.scrollWidth <= document.documentElement.clientWidth";
            assert_eq!(graphiql.ask(fits).await, true, "{plugin}");
        }
        graphiql.is_clean().await;
    })
    .await;
}
