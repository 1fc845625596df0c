use std::net::SocketAddr;
use std::ops::Deref;

use browser::{Client, Key, Page};
use serde_json::{Value, json};
use tests::TestApp;

/// The page, when it is ready.
pub(super) struct Workbench {
    page: Page,
    /// The origins that it may load from: the server and the mailbox.
    allowed: Vec<String>,
}

/// JavaScript for the tests: the editors, and the tabs by name.
const WORDS: &str = "
    const [queryEditor, variablesEditor, headersEditor, resultWindow] =
        [...document.querySelectorAll('.CodeMirror')].map((element) => element.CodeMirror);
    // GraphiQL reads the text a moment after it changes. Until then it runs the operation of the tab before.
    const isOpen = (name) => queryEditor.operationName === name && queryEditor.getValue().includes(` ${name}`);
    const variables = () => JSON.parse(variablesEditor.getValue() || 'null');
    const answer = () => JSON.parse(resultWindow.getValue() || 'null');
    const tab = (name) => [...document.querySelectorAll('[id^=graphiql-session-tab-]')]
        .find((tab) => tab.textContent === name);
    const email = one('#email').value;
";

impl Workbench {
    pub(super) async fn open(client: Client, app: &TestApp) -> Self {
        Self::open_at(client, app.address(), app).await
    }

    /// The page at another address of the server.
    pub(super) async fn open_at(client: Client, address: SocketAddr, app: &TestApp) -> Self {
        let mut allowed = [address, app.mailer.http_addr()].map(|address| format!("http://{address}"));
        allowed.sort();
        let page = Page::with_words(client, &format!("http://{address}/"), WORDS).await;
        page.eventually("GraphiQL is there", "one('.graphiql-execute-button') !== null")
            .await;
        Self {
            page,
            allowed: allowed.into(),
        }
    }

    pub(super) async fn choose(&self, tab: &str) {
        self.ask(&format!("tab('{tab}').click()")).await;
        self.eventually("the tab is open", &format!("isOpen('{tab}')")).await;
    }

    /// Runs the operation in the editor, and returns the answer.
    pub(super) async fn run(&self) -> Value {
        self.ask("resultWindow.setValue('')").await;
        self.click(".graphiql-execute-button").await;
        self.eventually("there is an answer", "answer() !== null").await;
        self.ask("answer()").await
    }

    /// Runs a tab, and returns the value of its only field.
    pub(super) async fn run_tab(&self, tab: &str) -> Value {
        self.choose(tab).await;
        let answer = self.run().await;
        let data = answer["data"].as_object().unwrap_or_else(|| panic!("data in {answer}"));
        data.values().next().cloned().expect("a field")
    }

    /// Registers, and returns the code that the page shows.
    pub(super) async fn register(&self) -> String {
        let registered = self.run_tab("Register").await;
        assert_eq!(registered["userErrors"], json!([]), "{registered}");
        self.code().await
    }

    /// The newest code on the page.
    pub(super) async fn code(&self) -> String {
        self.eventually("there is a code", "!one('#use').disabled").await;
        let code = self.ask("text('#code')").await;
        code.as_str().expect("text").to_owned()
    }

    /// Clicks the code, and activates with it.
    pub(super) async fn activate(&self) -> Value {
        let answer = self.use_code("Activate", "activationCode").await;
        answer["data"]["activate"].clone()
    }

    /// Clicks the code, which opens the tab that takes it, and runs that.
    pub(super) async fn use_code(&self, tab: &str, variable: &str) -> Value {
        // A click before the code is there does nothing.
        self.code().await;
        self.click("#use").await;
        self.eventually(
            "the code is in the variables, beside the token",
            &format!(
                "isOpen('{tab}') && variables().input.{variable} === text('#code')
                    && 'verificationToken' in variables().input"
            ),
        )
        .await;
        self.run().await
    }

    /// Types into a visible editor, and replaces its content.
    pub(super) async fn type_into(&self, editor: &str, text: &str) {
        self.click(&format!(
            "[aria-label='{editor}'] .graphiql-editor:not(.hidden) .CodeMirror"
        ))
        .await;
        self.press(&format!("{}a{}{}", Key::Control, Key::Null, Key::Delete))
            .await;
        self.press(text).await;
    }

    /// Waits until the bar says this about the credentials.
    pub(super) async fn says(&self, what: &str) {
        self.eventually(what, &format!("text('#sends') === {}", json!(what)))
            .await;
    }

    /// Waits until the bar says that the open tab has the session.
    pub(super) async fn has_session_of(&self, tab: &str, email: &str) {
        self.says(&format!("{tab} authenticates as {email} (session)")).await;
    }

    /// The console has no warning, and everything was loaded from the server and the mailbox.
    pub(super) async fn is_clean(&self) {
        assert_eq!(self.complaints().await, [""; 0]);
        assert_eq!(self.origins().await, json!(self.allowed));
    }
}

impl Deref for Workbench {
    type Target = Page;

    fn deref(&self) -> &Page {
        &self.page
    }
}
