use fantoccini::elements::Element;
use fantoccini::{Client, Locator};
use serde_json::{Value, json};

use crate::PATIENCE;

/// A page, as somebody sees it who sits before it.
pub struct Page {
    /// The browser that shows it.
    pub client: Client,
    words: &'static str,
}

impl Page {
    /// Opens an address.
    ///
    /// # Panics
    /// When it does not load.
    pub async fn open(client: Client, url: &str) -> Self {
        Self::with_words(client, url, "").await
    }

    /// Opens an address, and gives the questions to come more words than those of [`ask`](Self::ask): `const` lines of
    /// JavaScript.
    ///
    /// # Panics
    /// When it does not load.
    pub async fn with_words(client: Client, url: &str, words: &'static str) -> Self {
        client.goto(url).await.expect("the page loads");
        Self { client, words }
    }

    /// What a JavaScript expression is in the page. It may use `one(selector)`, the first such element, and
    /// `text(selector)`, its text.
    ///
    /// # Panics
    /// When it throws.
    pub async fn ask(&self, expression: &str) -> Value {
        let words = self.words;
        let script = format!(
            "const one = (selector) => document.querySelector(selector);
             const text = (selector) => one(selector)?.textContent ?? null;
             {words}
             return {expression};"
        );
        let answer = self.client.execute(&script, Vec::new()).await;
        answer.unwrap_or_else(|error| panic!("{expression}: {error}"))
    }

    /// Asks again and again until the answer is yes.
    ///
    /// # Panics
    /// When it stays no: with what is there instead.
    pub async fn eventually(&self, what: &str, expression: &str) {
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

    /// Has the page believe that another tab is before it, or no longer.
    pub async fn is_hidden(&self, hidden: bool) {
        self.ask(&format!(
            "[Object.defineProperty(document, 'hidden', {{ value: {hidden}, configurable: true }}),
                document.dispatchEvent(new Event('visibilitychange'))].length"
        ))
        .await;
    }

    /// The first element that a CSS selector finds.
    ///
    /// # Panics
    /// When there is none.
    pub async fn element(&self, selector: &str) -> Element {
        let found = self.client.find(Locator::Css(selector)).await;
        found.unwrap_or_else(|error| panic!("{selector}: {error}"))
    }

    /// Clicks into the middle of an element.
    ///
    /// # Panics
    /// When it is not there, not to be seen, or behind another one.
    pub async fn click(&self, selector: &str) {
        let clicked = self.element(selector).await.click().await;
        clicked.unwrap_or_else(|error| panic!("{selector}: {error}"));
    }

    /// Presses keys where the focus is: text, or [`Key`](crate::Key)s as text.
    ///
    /// # Panics
    /// When the page has no focus.
    pub async fn press(&self, keys: &str) {
        let focused = self.client.active_element().await.expect("the page has one");
        focused.send_keys(keys).await.expect("keys are taken");
    }

    /// Types into a field, in place of what is in it.
    ///
    /// # Panics
    /// When it is no field, or not to be seen.
    pub async fn fill(&self, selector: &str, text: &str) {
        let field = self.element(selector).await;
        let filled = async {
            field.clear().await?;
            field.send_keys(text).await
        };
        filled.await.unwrap_or_else(|error| panic!("{selector}: {error}"));
    }
}
