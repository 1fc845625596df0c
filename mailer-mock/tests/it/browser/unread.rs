use serde_json::json;

use super::{Look, Page, in_browser};
use crate::support::{deliver, start};

#[tokio::test]
async fn email_is_marked_unread_with_button_and_key() {
    let mock = start().await;
    in_browser(Look::Desktop, async move |client| {
        let page = Page::open(client, &mock).await;
        deliver(&mock, "ada@example.com", "Subject: one\n\ntext").await;
        for by_key in [false, true] {
            page.open_newest("one").await;
            page.eventually("it is read", "one('.is-unread') === null").await;
            assert!(mock.mailbox().messages()[0].read);
            if by_key {
                page.press("u").await;
            } else {
                page.click("#unread").await;
            }
            page.eventually(
                "it is closed and unread",
                "one('#mail').hidden && one('.is-unread') !== null",
            )
            .await;
            assert!(!mock.mailbox().messages()[0].read);
            assert_eq!(page.ask("document.activeElement === rows[0]").await, json!(true));
        }
    })
    .await;
}
