use fantoccini::elements::Element;
use fantoccini::{Client, Locator};
use mailer_mock::MailerMock;
use serde_json::{Value, json};

use crate::support::PATIENCE;

/// The mailbox page, as somebody who sits before it.
pub(super) struct Page {
    pub(super) client: Client,
}

impl Page {
    pub(super) async fn open(client: Client, mock: &MailerMock) -> Self {
        let url = format!("http://{}/", mock.http_addr());
        client.goto(&url).await.expect("the page loads");
        let page = Self { client };
        // From here on, what arrives is told to it.
        page.eventually("it has loaded", "status !== 'Loading…'").await;
        page
    }

    /// What a script in the page answers. `status`, `rows` and `text(selector)` are there to use.
    pub(super) async fn ask(&self, expression: &str) -> Value {
        let script = format!(
            "const one = (selector) => document.querySelector(selector);
             const text = (selector) => one(selector)?.textContent ?? null;
             const rows = [...document.querySelectorAll('#list a')];
             const status = text('#status');
             return {expression};"
        );
        let answer = self.client.execute(&script, Vec::new()).await;
        answer.unwrap_or_else(|error| panic!("{expression}: {error}"))
    }

    /// Asks again and again until the answer is yes.
    pub(super) async fn eventually(&self, what: &str, expression: &str) {
        let asked = async {
            while self.ask(expression).await != json!(true) {
                tokio::task::yield_now().await;
            }
        };
        if tokio::time::timeout(PATIENCE, asked).await.is_err() {
            let page = self.ask("document.body.innerText").await;
            panic!("{what}: {expression}\n{page}");
        }
    }

    pub(super) async fn element(&self, selector: &str) -> Element {
        let found = self.client.find(Locator::Css(selector)).await;
        found.unwrap_or_else(|error| panic!("{selector}: {error}"))
    }

    pub(super) async fn click(&self, selector: &str) {
        let clicked = self.element(selector).await.click().await;
        clicked.unwrap_or_else(|error| panic!("{selector}: {error}"));
    }

    /// Presses keys where the focus is.
    pub(super) async fn press(&self, keys: &str) {
        let focused = self.client.active_element().await.expect("the page has one");
        focused.send_keys(keys).await.expect("keys are taken");
    }

    /// Opens the newest mail.
    pub(super) async fn open_newest(&self, subject: &str) {
        let shown = json!(subject).to_string();
        let listed = format!("rows[0]?.querySelector('.subject').textContent === {shown}");
        self.eventually("the mail is listed", &listed).await;
        self.click("#list li:first-child a").await;
        let open = format!("!one('#mail').hidden && text('#subject') === {shown}");
        self.eventually("the mail is open", &open).await;
    }

    pub(super) async fn choose_tab(&self, name: &str) {
        self.click(&format!("#tab-{name}")).await;
        let chosen = format!("one('#panel').getAttribute('aria-labelledby') === 'tab-{name}'");
        self.eventually("the tab is chosen", &chosen).await;
    }
}
