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

#[tokio::test]
async fn email_that_is_left_while_it_opens_stays_unread() {
    let mock = start().await;
    in_browser(Look::Desktop, async move |client| {
        let page = Page::open(client, &mock).await;
        deliver(&mock, "ada@example.com", "Subject: one\n\ntext").await;
        page.open_newest("one").await;
        page.click("#tab-raw").await;
        page.press("u").await;
        page.eventually("it is unread", "one('.is-unread') !== null").await;
        // Holds back the source, so that the email is left before it is shown.
        let hold = "(() => {
            const real = fetch;
            const released = new Promise((release) => (window.release = release));
            window.fetch = async (...call) => {
                const answer = await real(...call);
                if (String(call[0]).includes('/raw')) { window.held = true; await released; }
                return answer;
            };
        })()";
        page.ask(hold).await;
        page.ask("rows[0].click()").await;
        page.eventually("it is held", "window.held === true").await;
        page.press("u").await;
        page.ask("window.release()").await;
        deliver(&mock, "ada@example.com", "Subject: two\n\ntext").await;
        page.eventually("the page goes on", "rows.length === 2").await;
        assert_eq!(page.ask("document.title").await, "Mailbox");
        assert!(!mock.mailbox().messages()[1].read);
    })
    .await;
}
