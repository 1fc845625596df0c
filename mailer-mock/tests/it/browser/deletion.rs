use browser::Key;
use serde_json::json;

use super::{Look, Page, in_browser};
use crate::support::{deliver, start};

async fn deliver_all(mock: &mailer_mock::MailerMock, subjects: &[&str]) {
    for subject in subjects {
        deliver(mock, "ada@example.com", &format!("Subject: {subject}\n\ntext")).await;
    }
}

#[tokio::test]
async fn deletes_one_email_or_all_after_confirmation() {
    let mock = start().await;
    in_browser(Look::Desktop, async move |client| {
        let page = Page::open(client, &mock).await;
        deliver_all(&mock, &["one", "two", "three"]).await;
        page.open_newest("three").await;
        page.click("#delete").await;
        page.eventually("it is gone", "rows.length === 2 && one('#mail').hidden")
            .await;
        page.click("#clear").await;
        page.eventually("it asks first", "text('#confirm-title') === 'Delete all 2 emails?'")
            .await;
        page.click("#confirm-delete [value=no]").await;
        assert_eq!(mock.mailbox().messages().len(), 2);
        assert_eq!(page.ask("document.activeElement.id").await, "clear");
        page.click("#clear").await;
        page.click("#confirm-delete [value=yes]").await;
        page.eventually("all are gone", "rows.length === 0 && !one('#empty').hidden")
            .await;
        assert!(mock.mailbox().messages().is_empty());
        assert_eq!(page.ask("document.activeElement.id").await, "title");
    })
    .await;
}

#[tokio::test]
async fn confirmation_forgets_the_last_answer() {
    let mock = start().await;
    in_browser(Look::Desktop, async move |client| {
        let page = Page::open(client, &mock).await;
        deliver_all(&mock, &["one"]).await;
        page.eventually("it is there", "rows.length === 1").await;
        page.click("#clear").await;
        page.click("#confirm-delete [value=yes]").await;
        page.eventually("it is gone", "rows.length === 0").await;
        deliver_all(&mock, &["two"]).await;
        page.eventually("the next one is there", "rows.length === 1").await;
        page.click("#clear").await;
        // As Escape does in browsers that keep the answer.
        page.ask("one('#confirm-delete').close()").await;
        page.eventually("it is closed", "document.activeElement.id === 'clear'")
            .await;
        deliver_all(&mock, &["three"]).await;
        page.eventually("nothing is deleted", "rows.length === 2").await;
    })
    .await;
}

#[tokio::test]
async fn question_counts_what_came_while_the_last_one_was_open() {
    let mock = start().await;
    in_browser(Look::Desktop, async move |client| {
        let page = Page::open(client, &mock).await;
        deliver_all(&mock, &["one", "two"]).await;
        page.eventually("they are there", "rows.length === 2").await;
        page.click("#clear").await;
        page.eventually("it asks", "text('#confirm-title') === 'Delete all 2 emails?'")
            .await;
        deliver_all(&mock, &["three"]).await;
        page.eventually("another one is there", "rows.length === 3").await;
        page.click("#confirm-delete [value=no]").await;
        page.click("#clear").await;
        page.eventually("it asks again", "text('#confirm-title') === 'Delete all 3 emails?'")
            .await;
    })
    .await;
}

#[tokio::test]
async fn focus_goes_on_after_a_deletion() {
    let mock = start().await;
    in_browser(Look::Desktop, async move |client| {
        let page = Page::open(client, &mock).await;
        deliver_all(&mock, &["one", "two", "three"]).await;
        page.eventually("they are there", "rows.length === 3").await;
        let focused = "document.activeElement.querySelector('.subject')?.textContent ?? document.activeElement.id";
        // The open email, then one that somebody else deletes.
        page.ask("rows[1].click()").await;
        page.eventually("it is open", "text('#subject') === 'two' && !one('#mail').hidden")
            .await;
        page.click("#delete").await;
        page.eventually("it is gone", "rows.length === 2").await;
        assert_eq!(page.ask(focused).await, "one", "the next one");
        let id = mock.mailbox().messages()[1].id.clone();
        mock.mailbox().delete(&[id]);
        page.eventually("it is gone", "rows.length === 1").await;
        assert_eq!(page.ask(focused).await, "three", "there is no next one");
        mock.mailbox().clear();
        page.eventually("it is gone", "rows.length === 0").await;
        assert_eq!(page.ask(focused).await, "title");
    })
    .await;
}

#[tokio::test]
async fn while_searching_only_what_is_found_is_deleted() {
    let mock = start().await;
    in_browser(Look::Desktop, async move |client| {
        let page = Page::open(client, &mock).await;
        deliver_all(&mock, &["red", "green", "red"]).await;
        page.eventually("they are there", "rows.length === 3 && text('#clear') === 'Delete all'")
            .await;
        page.press("/").await;
        for (typed, visible) in [("nothing", false), ("tag:x", false), ("subject:red", true)] {
            page.fill("#query", typed).await;
            page.eventually("the button follows", &format!("one('#clear').hidden !== {visible}"))
                .await;
        }
        page.eventually(
            "it says what",
            "text('#clear') === 'Delete found' && status === '2 of 3 found'",
        )
        .await;
        page.click("#clear").await;
        assert_eq!(page.ask("text('#confirm-title')").await, "Delete the 2 emails found?");
        page.click("#confirm-delete [value=yes]").await;
        page.eventually("they are gone", "status === '0 of 1 found'").await;
        let left: Vec<String> = mock
            .mailbox()
            .messages()
            .iter()
            .map(|mail| mail.subject.clone())
            .collect();
        assert_eq!(json!(left), json!(["green"]));
        page.press("/").await;
        page.press(&Key::Escape.to_string()).await;
        page.eventually("the other one is there", "rows.length === 1").await;
    })
    .await;
}
