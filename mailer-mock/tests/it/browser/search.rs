use browser::Key;
use serde_json::json;

use super::{Look, Page, in_browser};
use crate::support::{deliver, start};

const FOUND: &str = "rows.map((row) => row.querySelector('.subject').textContent)";

#[tokio::test]
async fn search_filters_and_updates_live() {
    let mock = start().await;
    in_browser(Look::Desktop, async move |client| {
        let page = Page::open(client, &mock).await;
        for (to, subject) in [("ada@example.com", "red"), ("bob@example.com", "green")] {
            deliver(&mock, to, &format!("Subject: {subject}\n\nsome <b>text</b> & more")).await;
        }
        page.eventually("they are there", "rows.length === 2").await;
        page.click("#query").await;
        page.press("to:ADA").await;
        page.eventually("one is found", "rows.length === 1 && status === '1 of 2 found'")
            .await;
        assert_eq!(page.ask(FOUND).await, json!(["red"]));

        deliver(&mock, "ada@example.com", "Subject: blue\n\n").await;
        deliver(&mock, "bob@example.com", "Subject: grey\n\n").await;
        page.eventually("what arrives is found too", "status === '2 of 4 found'")
            .await;
        assert_eq!(page.ask(FOUND).await, json!(["blue", "red"]));

        page.press(" <b>text</b> &").await;
        page.eventually("in the text too", "status === '1 of 4 found'").await;
        page.press(" nothing").await;
        page.eventually("or nothing", "rows.length === 0 && !one('#no-results').hidden")
            .await;
        page.press(&Key::Escape.to_string()).await;
        page.eventually(
            "all are back",
            "rows.length === 4 && one('#no-results').hidden && status === '4 emails'",
        )
        .await;
    })
    .await;
}

#[tokio::test]
async fn search_is_explained() {
    let mock = start().await;
    in_browser(Look::Desktop, async move |client| {
        let page = Page::open(client, &mock).await;
        deliver(&mock, "ada@example.com", "Subject: red\n\ntext").await;
        page.eventually("it is there", "rows.length === 1").await;
        page.click("search button").await;
        page.eventually("the help is open", "one('#query-help').matches(':popover-open')")
            .await;
        page.is_accessible("document", "help for the search").await;
        let words = page.ask("text('#query-help')").await.to_string();
        for word in [
            "to:",
            "cc:",
            "bcc:",
            "from:",
            "addressed:",
            "subject:",
            "is:unread",
            "is:read",
            "has:attachment",
            "has:inline",
            "after:",
            "before:",
            "larger:",
            "smaller:",
        ] {
            assert!(words.contains(word), "{word}");
        }
        page.press(&Key::Escape.to_string()).await;
        page.eventually("it is closed", "!one('#query-help').matches(':popover-open')")
            .await;

        page.press("/").await;
        page.press("label:x").await;
        page.eventually(
            "the word is named",
            "status === 'Invalid search' && text('#no-results').includes('label:')",
        )
        .await;
        page.is_accessible("document", "an invalid search").await;
        page.press(&Key::Escape.to_string()).await;
        page.eventually(
            "all are back",
            "rows.length === 1 && one('#no-results').hidden && status === '1 email'",
        )
        .await;
    })
    .await;
}
