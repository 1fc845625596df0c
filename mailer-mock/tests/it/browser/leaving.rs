//! Ways out of an open email: back, deletion elsewhere, a lost network, a narrow window.

use browser::Key;
use mailer_mock::MailerMock;
use serde_json::json;

use super::{Look, Page, in_browser};
use crate::support::{deliver, start};

const NONE_OPEN: &str = "one('#mail').hidden && location.hash === '' && document.title === 'Mailbox'";

async fn deliver_two(mock: &MailerMock) {
    for subject in ["one", "two"] {
        let mail = format!("Subject: {subject}\n\n{}", "line\n".repeat(200));
        deliver(mock, "ada@example.com", &mail).await;
    }
}

#[tokio::test]
async fn back_leads_past_a_deleted_email() {
    let mock = start().await;
    in_browser(Look::Desktop, async move |client| {
        client.goto("about:blank").await.expect("a page before");
        let page = Page::open(client, &mock).await;
        deliver_two(&mock).await;
        page.open_newest("two").await;
        page.click("#delete").await;
        page.eventually("it is gone", "rows.length === 1").await;
        for _ in 0..2 {
            page.client.back().await.expect("it goes back");
            page.eventually("none is open", NONE_OPEN).await;
        }
        page.client.back().await.expect("it goes back");
        page.eventually("it has left the mailbox", "location.href === 'about:blank'")
            .await;
    })
    .await;
}

#[tokio::test]
async fn email_deleted_elsewhere_is_closed() {
    let mock = start().await;
    in_browser(Look::Desktop, async move |client| {
        let page = Page::open(client, &mock).await;
        for away in [false, true] {
            mock.mailbox().clear();
            page.eventually("it is empty", "rows.length === 0").await;
            deliver_two(&mock).await;
            page.open_newest("two").await;
            page.ask("one('#delete').focus()").await;
            page.is_hidden(away).await;
            let id = mock.mailbox().messages()[0].id.clone();
            mock.mailbox().delete(&[id]);
            page.is_hidden(false).await;
            page.eventually("it is closed", NONE_OPEN).await;
            page.eventually("it is not listed", "rows.length === 1").await;
            let focused = "document.activeElement === rows[0] || document.activeElement.id === 'title'";
            page.eventually("the focus is somewhere", focused).await;
        }
    })
    .await;
}

#[tokio::test]
async fn email_that_cannot_be_loaded_is_not_closed_in_silence() {
    let mock = start().await;
    in_browser(Look::Desktop, async move |client| {
        let page = Page::open(client, &mock).await;
        deliver_two(&mock).await;
        page.eventually("they are there", "rows.length === 2").await;
        page.ask("window.fetch = () => Promise.reject(new TypeError('Failed to fetch'))")
            .await;
        page.click("#list a").await;
        page.eventually(
            "it says why",
            "status === 'Something went wrong: the mailbox does not answer'",
        )
        .await;
        page.eventually("none is open", NONE_OPEN).await;
    })
    .await;
}

#[tokio::test]
async fn next_email_is_shown_from_its_start() {
    let mock = start().await;
    in_browser(Look::Desktop, async move |client| {
        let page = Page::open(client, &mock).await;
        deliver_two(&mock).await;
        page.open_newest("two").await;
        page.eventually("the text is there", "one('#panel pre') !== null").await;
        page.ask("one('main').scrollTo(0, 5000)").await;
        assert_eq!(page.ask("one('main').scrollTop > 1000").await, true);
        page.click("#list li:last-child a").await;
        page.eventually("the other one is open", "text('#subject') === 'one'")
            .await;
        page.eventually("at its start", "one('main').scrollTop === 0").await;
    })
    .await;
}

/// As on a desktop zoomed to 400 %: the open email covers the list.
#[tokio::test]
async fn focus_never_goes_behind_the_open_email() {
    let mock = start().await;
    in_browser(Look::Desktop, async move |client| {
        let page = Page::open(client, &mock).await;
        page.resize(320, 256).await;
        let before = page.ask("history.length").await.as_u64().expect("a number");
        deliver_two(&mock).await;
        page.eventually("they are there", "rows.length === 2").await;
        page.press("j").await;
        page.press(&Key::Enter.to_string()).await;
        page.eventually("it is open", "!one('#mail').hidden").await;
        page.eventually("it has the focus", "document.activeElement.id === 'subject'")
            .await;
        for key in [Key::Tab.to_string(), format!("{}{}{}", Key::Shift, Key::Tab, Key::Null)] {
            for _ in 0..15 {
                page.press(&key).await;
                let inside = "document.activeElement === document.body || one('main').contains(document.activeElement)";
                assert_eq!(page.ask(inside).await, true);
            }
        }
        page.press(&Key::Escape.to_string()).await;
        page.eventually("its row has the focus", "document.activeElement === rows[0]")
            .await;
        let after = page.ask("history.length").await;
        assert_eq!(after, json!(before + 2), "Escape again adds nothing");
    })
    .await;
}
