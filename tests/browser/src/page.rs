use fantoccini::elements::Element;
use fantoccini::wd::PrintConfiguration;
use fantoccini::{Client, Locator};
use serde_json::{Value, json};

use crate::timeout::TIMEOUT;

/// A page, used as a person uses it.
pub struct Page {
    /// The browser that shows the page.
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

    /// Opens an address. `words` are `const` lines of JavaScript that every [`ask`](Self::ask) may use.
    ///
    /// # Panics
    /// When it does not load.
    pub async fn with_words(client: Client, url: &str, words: &'static str) -> Self {
        client.goto(url).await.expect("the page loads");
        Self { client, words }
    }

    /// Evaluates a JavaScript expression in the page. It may use `one(selector)`, the first matching element, and
    /// `text(selector)`, the text of that element.
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

    /// Evaluates an expression until it is true.
    ///
    /// # Panics
    /// When it stays false: the message holds the text of the page.
    pub async fn eventually(&self, what: &str, expression: &str) {
        let holds = async {
            while self.ask(expression).await != json!(true) {
                tokio::task::yield_now().await;
            }
        };
        if tokio::time::timeout(TIMEOUT, holds).await.is_err() {
            let page = self.ask("document.body.innerText").await;
            panic!("{what}: {expression}\n{page}");
        }
    }

    /// Makes the page believe that its tab is in the background, or in front again.
    pub async fn is_hidden(&self, hidden: bool) {
        self.ask(&format!(
            "[Object.defineProperty(document, 'hidden', {{ value: {hidden}, configurable: true }}),
                document.dispatchEvent(new Event('visibilitychange'))].length"
        ))
        .await;
    }

    /// Ends every animation but those that never end, such as a spinner.
    pub(crate) async fn finish_animations(&self) {
        self.ask(
            "document.getAnimations().filter((it) => it.effect.getComputedTiming().endTime < Infinity)
                .forEach((it) => it.finish())",
        )
        .await;
    }

    /// Returns the first element that matches a CSS selector.
    ///
    /// # Panics
    /// When there is none.
    pub async fn element(&self, selector: &str) -> Element {
        let found = self.client.find(Locator::Css(selector)).await;
        found.unwrap_or_else(|error| panic!("{selector}: {error}"))
    }

    /// Clicks the center of an element.
    ///
    /// # Panics
    /// When the element is missing, invisible or covered.
    pub async fn click(&self, selector: &str) {
        let clicked = self.element(selector).await.click().await;
        clicked.unwrap_or_else(|error| panic!("{selector}: {error}"));
    }

    /// Types text, or [`Key`](crate::Key)s as text, into the focused element.
    ///
    /// # Panics
    /// When the page has no focused element.
    pub async fn press(&self, keys: &str) {
        let focused = self.client.active_element().await.expect("an element has the focus");
        focused.send_keys(keys).await.expect("the element accepts keys");
    }

    /// Prints the page, and returns the PDF.
    ///
    /// # Panics
    /// When the browser cannot.
    pub async fn print(&self) -> Vec<u8> {
        let printed = self.client.print(PrintConfiguration::default()).await;
        printed.expect("the browser prints")
    }

    /// Replaces the text of a field.
    ///
    /// # Panics
    /// When it is not a field, or is invisible.
    pub async fn fill(&self, selector: &str, text: &str) {
        let field = self.element(selector).await;
        let filled = async {
            field.clear().await?;
            field.send_keys(text).await
        };
        filled.await.unwrap_or_else(|error| panic!("{selector}: {error}"));
    }
}
