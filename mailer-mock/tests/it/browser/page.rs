use std::ops::Deref;

use browser::Client;
use mailer_mock::MailerMock;
use serde_json::json;

/// The mailbox page.
pub(super) struct Page(browser::Page);

impl Page {
    /// JavaScript expressions may also use `status` and `rows`.
    pub(super) async fn open(client: Client, mock: &MailerMock) -> Self {
        let url = format!("http://{}/", mock.http_addr());
        let words = "const rows = [...document.querySelectorAll('#list a')]; const status = text('#status');";
        let page = browser::Page::with_words(client, &url, words).await;
        // From here on it receives events.
        page.eventually("it has loaded", "status !== 'Loading…'").await;
        Self(page)
    }

    /// Opens the newest email.
    pub(super) async fn open_newest(&self, subject: &str) {
        let shown = json!(subject).to_string();
        let listed = format!("rows[0]?.querySelector('.subject').textContent === {shown}");
        self.eventually("the email is listed", &listed).await;
        self.click("#list li:first-child a").await;
        let open = format!("!one('#mail').hidden && text('#subject') === {shown}");
        self.eventually("the email is open", &open).await;
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
