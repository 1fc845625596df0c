use std::ops::Deref;

use browser::{Client, Key, Page};
use serde_json::{Value, json};
use tests::TestApp;

/// The page, once it can be used.
pub(super) struct Workbench {
    page: Page,
    here: Vec<String>,
}

/// What the questions to the page use: the editors, and the tabs by their names.
const WORDS: &str = "
    const [queryEditor, variablesEditor, headersEditor, resultWindow] =
        [...document.querySelectorAll('.CodeMirror')].map((element) => element.CodeMirror);
    // It looks at the text a moment after that has changed, and would run the operation of the tab before.
    const isOpen = (name) => queryEditor.operationName === name && queryEditor.getValue().includes(` ${name}`);
    const variables = () => JSON.parse(variablesEditor.getValue() || 'null');
    const answer = () => JSON.parse(resultWindow.getValue() || 'null');
    const tab = (name) => [...document.querySelectorAll('[id^=graphiql-session-tab-]')]
        .find((tab) => tab.textContent === name);
    const email = one('#email').value;
";

impl Workbench {
    pub(super) async fn open(client: Client, app: &TestApp) -> Self {
        let mut here = [app.address(), app.mailer.http_addr()].map(|address| format!("http://{address}"));
        here.sort();
        let page = Page::with_words(client, &format!("http://{}/", app.address()), WORDS).await;
        page.eventually("GraphiQL is there", "one('.graphiql-execute-button') !== null")
            .await;
        Self {
            page,
            here: here.into(),
        }
    }

    pub(super) async fn choose(&self, tab: &str) {
        self.ask(&format!("tab('{tab}').click()")).await;
        self.eventually("the tab is open", &format!("isOpen('{tab}')")).await;
    }

    /// Runs what is in the editor, and gives the answer.
    pub(super) async fn run(&self) -> Value {
        self.ask("resultWindow.setValue('')").await;
        self.click(".graphiql-execute-button").await;
        self.eventually("there is an answer", "answer() !== null").await;
        self.ask("answer()").await
    }

    /// Runs a tab, and gives the value of the only field that it asks for.
    pub(super) async fn run_tab(&self, tab: &str) -> Value {
        self.choose(tab).await;
        let answer = self.run().await;
        let data = answer["data"].as_object().unwrap_or_else(|| panic!("data in {answer}"));
        data.values().next().cloned().expect("a field")
    }

    /// Registers, and gives the code as the page shows it.
    pub(super) async fn register(&self) -> String {
        let registered = self.run_tab("Register").await;
        assert_eq!(registered["userErrors"], json!([]), "{registered}");
        self.code().await
    }

    /// The newest code that is shown.
    pub(super) async fn code(&self) -> String {
        self.eventually("there is a code", "!one('#use').disabled").await;
        let code = self.ask("text('#code')").await;
        code.as_str().expect("text").to_owned()
    }

    /// Clicks the code, and activates with it.
    pub(super) async fn activate(&self) -> Value {
        // A click before it is there does nothing.
        self.code().await;
        self.click("#use").await;
        self.eventually(
            "it is in the variables",
            "isOpen('Activate') && variables().input.activationCode === text('#code')",
        )
        .await;
        let answer = self.run().await;
        answer["data"]["activate"].clone()
    }

    /// Types into an editor that is to be seen, in place of what is in it.
    pub(super) async fn type_into(&self, editor: &str, text: &str) {
        self.click(&format!(
            "[aria-label='{editor}'] .graphiql-editor:not(.hidden) .CodeMirror"
        ))
        .await;
        self.press(&format!("{}a{}{}", Key::Control, Key::Null, Key::Delete))
            .await;
        self.press(text).await;
    }

    /// What the page says is sent.
    pub(super) async fn says(&self, what: &str) {
        self.eventually(what, &format!("text('#sends') === {}", json!(what)))
            .await;
    }

    /// Nothing was complained of, and nothing came from elsewhere.
    pub(super) async fn is_clean(&self) {
        assert_eq!(self.complaints().await, [""; 0]);
        assert_eq!(self.origins().await, json!(self.here));
    }
}

impl Deref for Workbench {
    type Target = Page;

    fn deref(&self) -> &Page {
        &self.page
    }
}
