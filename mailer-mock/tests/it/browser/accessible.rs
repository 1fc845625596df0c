//! axe-core checks every state of the page. The screenshots in the documentation come from these tests:
//! `SCREENSHOTS=docs ./tests/run -- -p mailer-mock --test it browser`.

use super::{Look, Page, in_browser};
use crate::support::{deliver, start};

/// Takes a screenshot of an email that is 12 seconds old.
async fn screenshot(page: &Page, name: &str) {
    if browser::screenshots().is_none() {
        return;
    }
    page.ask("Date.now = () => Date.parse(one('#created').dateTime) + 12500")
        .await;
    page.eventually("the age is right", "text('.age').startsWith('Sent 12 s ago')")
        .await;
    page.screenshot(name).await;
}

const MAIL: &str = "From: Registration <no-reply@example.com>\nTo: Ada Lovelace <ada@example.com>\n\
    Subject: 4466 is your activation code\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\n\
    Hello Ada,\n\nYour activation code:\n\n4466\n\nIt expires in 60 seconds. If you did not request it, ignore this email.\n\
    --b\nContent-Type: text/html\n\n<h1>Hello</h1><p>Your activation code: <b>4466</b></p>\n--b\n\
    Content-Type: text/plain; name=\"terms.txt\"\nContent-Disposition: attachment\n\nNone.\n--b--";

async fn every_state(look: Look, picture: Option<&'static str>) {
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
        page.eventually("its text is there", "one('#panel pre') !== null").await;
        page.is_accessible("document", "text").await;
        if let Some(picture) = picture {
            screenshot(&page, picture).await;
        }
        page.ask("Date.now = () => Date.parse(one('#created').dateTime) + 61000")
            .await;
        page.eventually("the code is expired", "one('.card').classList.contains('is-expired')")
            .await;
        page.is_accessible("document", "an expired code").await;
        for (tab, content) in [("html", "iframe"), ("headers", "dl"), ("raw", "pre")] {
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
    every_state(Look::Desktop, Some("mailer-mock.png")).await;
}

#[tokio::test]
async fn every_state_is_accessible_in_dark_mode() {
    every_state(Look::DarkDesktop, None).await;
}

#[tokio::test]
async fn every_state_is_accessible_on_a_phone() {
    every_state(Look::DarkPhone, Some("mailer-mock-phone.png")).await;
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
