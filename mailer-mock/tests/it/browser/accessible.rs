//! axe-core checks every state of the page.

use super::{Look, Page, in_browser};
use crate::support::{deliver, start};

const MAIL: &str = "From: Registration <no-reply@example.com>\nTo: Ada Lovelace <ada@example.com>\n\
    Cc: Grace <grace@example.com>\nX-Code-Expires: 2199-01-01T00:00:00Z\n\
    Subject: 4466 is your activation code\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\n\
    Hello Ada,\n\nYour activation code:\n\n4466\n\nhttps://example.com/activate\n\nIt expires in 60 seconds. If you did not request it, ignore this email.\n\
    --b\nContent-Type: text/html\n\n<h1>Hello</h1><p>Your activation code: <b>4466</b></p>\n--b\n\
    Content-Type: text/plain; name=\"terms.txt\"\nContent-Disposition: attachment\n\nNone.\n--b--";

async fn every_state(look: Look) {
    let mock = start().await;
    in_browser(look, async move |client| {
        let page = Page::open(client, &mock).await;
        page.eventually("it is empty", "!one('#empty').hidden").await;
        page.is_accessible("document", "empty").await;
        deliver(
            &mock,
            "joerg@example.com",
            "Subject: 903144 is your verification code\n\n",
        )
        .await;
        deliver(&mock, "grace@example.com", "Subject: You already have an account\n\n").await;
        deliver(&mock, "linus@example.com", "Subject: 2718 is your activation code\n\n").await;
        deliver(&mock, "ada@example.com", MAIL).await;
        page.eventually("they are there", "rows.length === 4").await;
        page.is_accessible("document", "list").await;
        page.open_newest("4466 is your activation code").await;
        page.eventually("its HTML is there", "one('#panel iframe') !== null")
            .await;
        page.is_accessible("document", "html").await;
        page.ask("Date.now = () => Date.parse('2199-01-01T00:00:01Z')").await;
        page.eventually("the code is expired", "one('.card').classList.contains('is-expired')")
            .await;
        page.is_accessible("document", "an expired code").await;
        for (tab, content) in [("text", "pre"), ("links", "ul"), ("headers", "dl"), ("raw", "pre")] {
            page.choose_tab(tab).await;
            page.eventually("it is there", &format!("one('#panel {content}') !== null"))
                .await;
            page.is_accessible("document", tab).await;
        }
        page.ask("one('#confirm-delete').showModal()").await;
        page.is_accessible("document", "the confirmation").await;
    })
    .await;
}

#[tokio::test]
async fn every_state_is_accessible_in_light_mode() {
    every_state(Look::Desktop).await;
}

#[tokio::test]
async fn every_state_is_accessible_in_dark_mode() {
    every_state(Look::DarkDesktop).await;
}

#[tokio::test]
async fn every_state_is_accessible_on_a_phone() {
    every_state(Look::DarkPhone).await;
}

#[tokio::test]
async fn finds_violations() {
    let mock = start().await;
    in_browser(Look::Desktop, async move |client| {
        let page = Page::open(client, &mock).await;
        page.ask("document.querySelector('main').append(document.createElement('img'))")
            .await;
        let found = page.violations("document").await;
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0]["id"], "image-alt");
    })
    .await;
}
