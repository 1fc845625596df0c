use std::ops::Deref;

use browser::Client;
use mailer_mock::MailerMock;
use serde_json::{Value, json};

use crate::support::GIVE_UP_AFTER;

/// The mailbox page.
pub(super) struct Page(browser::Page);

impl Page {
    /// JavaScript expressions may also use `status` and `rows`.
    pub(super) async fn open(client: Client, mock: &MailerMock) -> Self {
        Self::at(client, &format!("http://{}/", mock.http_addr())).await
    }

    pub(super) async fn at(client: Client, url: &str) -> Self {
        let words = "const rows = [...document.querySelectorAll('#list a')]; const status = text('#status');";
        let page = browser::Page::with_words(client, url, words).await;
        // From here on it receives events.
        page.eventually("it has loaded", "status !== 'Loading…'").await;
        Self(page)
    }

    /// Opens the newest email. Its subject is that of no other, so that this waits for it.
    pub(super) async fn open_newest(&self, subject: &str) {
        let shown = json!(subject).to_string();
        let listed = format!("rows[0]?.querySelector('.subject').textContent === {shown}");
        self.eventually("the email is listed", &listed).await;
        self.click("#list li:first-child a").await;
        let open = format!("!one('#mail').hidden && text('#subject') === {shown}");
        self.eventually("the email is open", &open).await;
    }

    /// Evaluates a JavaScript expression in the frame of the HTML. The driver can, although it has another origin.
    pub(super) async fn ask_frame(&self, expression: &str) -> Option<Value> {
        self.client.enter_frame(0).await.ok()?;
        let answer = self.client.execute(&format!("return {expression}"), Vec::new()).await;
        self.client.enter_parent_frame().await.expect("the page");
        answer.ok()
    }

    pub(super) async fn frame_eventually(&self, what: &str, expression: &str) {
        let holds = async {
            while self.ask_frame(expression).await != Some(Value::Bool(true)) {
                tokio::task::yield_now().await;
            }
        };
        let in_time = tokio::time::timeout(GIVE_UP_AFTER, holds).await;
        in_time.unwrap_or_else(|_| panic!("{what}: {expression}"));
    }

    pub(super) async fn choose_tab(&self, name: &str) {
        self.click(&format!("#tab-{name}")).await;
        let chosen = format!("one('#panel').getAttribute('aria-labelledby') === 'tab-{name}'");
        self.eventually("the tab is chosen", &chosen).await;
    }
}

impl Deref for Page {
    type Target = browser::Page;

    fn deref(&self) -> &browser::Page {
        &self.0
    }
}
