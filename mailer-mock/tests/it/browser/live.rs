use browser::{Key, Port, refuse_until};
use mailer_mock::{Config, MailerMock};
use serde_json::json;

use super::{Look, Page, in_browser};
use crate::support::{Client, deliver, start};

#[tokio::test]
async fn new_email_appears_without_reload() {
    let mock = start().await;
    in_browser(Look::Desktop, async move |client| {
        let page = Page::open(client, &mock).await;
        assert_eq!(
            page.ask("one('#empty').hidden || one('#empty').innerText")
                .await
                .as_str()
                .map(|text| text.contains("curl smtp://")),
            Some(true)
        );
        page.ask("window.same = true").await;

        deliver(&mock, "ada@example.com", "Subject: code 1111\n\n").await;
        page.eventually("it is there", "rows.length === 1 && status === '1 email'")
            .await;
        deliver(&mock, "bob@example.com", "Subject: code 2222\n\n").await;
        page.eventually(
            "it is above",
            "rows.length === 2 && rows[0].innerText.includes('bob@example.com')",
        )
        .await;
        assert_eq!(
            page.ask("rows.map((row) => row.querySelector('.code').textContent)")
                .await,
            json!(["2222", "1111"])
        );
        assert_eq!(page.ask("one('#empty').hidden").await, true);
        page.eventually(
            "it is announced",
            "text('#announcement') === 'New email to bob@example.com: code 2222, code 2 2 2 2'",
        )
        .await;

        mock.mailbox().clear();
        page.eventually("they are gone", "rows.length === 0 && !one('#empty').hidden")
            .await;
        assert_eq!(page.ask("window.same").await, true, "it is still the same page");
    })
    .await;
}

#[tokio::test]
async fn page_reconnects_after_server_restart() {
    let port = Port::reserve();
    let config = Config {
        http: port.address(),
        ..Config::ephemeral()
    };
    let mock = MailerMock::start(config.clone()).await.expect("free ports");
    in_browser(Look::Desktop, async move |client| {
        let page = Page::open(client, &mock).await;
        deliver(&mock, "ada@example.com", "Subject: before\n\n").await;
        page.eventually("it is there", "rows.length === 1").await;
        mock.shutdown().await;
        page.eventually("it says so", "status === 'Connection lost. Reconnecting…'")
            .await;
        let inside = "((text, button, search) => text.right <= button.left && text.bottom <= search.top
            && one('#status').scrollWidth <= one('#status').clientWidth)(
            ...['#status', '#clear', 'search'].map((name) => one(name).getBoundingClientRect()))";
        assert_eq!(page.ask(inside).await, true, "all of it can be read");

        // After an error response the browser does not reconnect by itself.
        refuse_until("/api/v1/events", port.address()).await;
        let mock = MailerMock::start(config).await.expect("its ports are free");
        page.eventually("what was is gone", "rows.length === 0").await;
        deliver(&mock, "ada@example.com", "Subject: after\n\n").await;
        page.eventually("and it goes on", "rows.length === 1 && status === '1 email'")
            .await;
    })
    .await;
}

#[tokio::test]
async fn hidden_page_closes_its_connection() {
    let mock = start().await;
    in_browser(Look::Desktop, async move |client| {
        let page = Page::open(client, &mock).await;
        let count = "window.left = 0, EventSource.prototype.close = ((close) => function () {
            window.left += 1;
            close.call(this);
        })(EventSource.prototype.close)";
        page.ask(&format!("[{count}].length")).await;
        page.is_hidden(true).await;
        assert_eq!(page.ask("window.left").await, 1);
        deliver(&mock, "ada@example.com", "Subject: while away\n\n").await;
        assert_eq!(page.ask("rows.length").await, 0);

        // A visible page loads the list at once, and then listens.
        page.is_hidden(false).await;
        page.eventually("it is there", "rows.length === 1").await;
        deliver(&mock, "ada@example.com", "Subject: back\n\n").await;
        page.eventually("the next one, too", "rows.length === 2").await;
    })
    .await;
}

#[tokio::test]
async fn lists_the_newest_emails_and_more_on_request() {
    let mock = start().await;
    in_browser(Look::Desktop, async move |client| {
        let mut sender = Client::greeted(mock.smtp_addr()).await;
        for number in 0..1_000 {
            sender.begin("ada@example.com").await;
            assert_eq!(sender.code(&format!("Subject: n{number}e\r\n\r\n.")).await, 250);
        }
        let page = Page::open(client, &mock).await;
        page.eventually(
            "the newest are there",
            "rows.length === 200 && status === '1,000 emails'",
        )
        .await;
        for (more, rows) in [
            ("Show 200 more", 400),
            ("Show 200 more", 600),
            ("Show 200 more", 800),
            ("Show 200 more", 1_000),
        ] {
            assert_eq!(page.ask("text('#more')").await, more);
            page.click("#more").await;
            page.eventually("more are there", &format!("rows.length === {rows}"))
                .await;
            let place = rows - 200;
            page.eventually(
                "the focus is on the first of them",
                &format!("document.activeElement === rows[{place}]"),
            )
            .await;
        }
        assert_eq!(page.ask("one('#more').hidden").await, true);
        page.press("/").await;
        page.press("n0e").await;
        page.eventually("the oldest is found", "rows.length === 1 && one('#more').hidden")
            .await;
        page.press(&Key::Escape.to_string()).await;
        page.eventually("the newest are back", "rows.length === 200 && !one('#more').hidden")
            .await;
    })
    .await;
}

#[tokio::test]
async fn opened_email_stays_read_after_reload() {
    let mock = start().await;
    in_browser(Look::Desktop, async move |client| {
        let page = Page::open(client, &mock).await;
        for subject in ["first", "second"] {
            deliver(&mock, "ada@example.com", &format!("Subject: {subject}\n\ntext")).await;
        }
        let unread = "rows.map((row) => row.parentElement.classList.contains('is-unread'))";
        page.eventually("both are unread", &format!("String({unread}) === 'true,true'"))
            .await;
        page.open_newest("second").await;
        page.eventually("one is read", &format!("String({unread}) === 'false,true'"))
            .await;
        page.client.refresh().await.expect("it loads again");
        page.eventually("it is open again", "text('#subject') === 'second'")
            .await;
        page.press(&Key::Escape.to_string()).await;
        page.client.refresh().await.expect("it loads again");
        page.eventually(
            "and read without being open",
            &format!("String({unread}) === 'false,true'"),
        )
        .await;
        assert_eq!(page.ask("one('#mail').hidden").await, true);
    })
    .await;
}

#[tokio::test]
async fn keyboard_opens_closes_and_searches() {
    let mock = start().await;
    in_browser(Look::Desktop, async move |client| {
        let page = Page::open(client, &mock).await;
        for subject in ["third", "second", "first"] {
            deliver(&mock, "ada@example.com", &format!("Subject: {subject}\n\ntext")).await;
        }
        page.eventually("they are there", "rows.length === 3").await;
        page.press(&Key::Down.to_string()).await;
        page.press("j").await;
        page.press(&Key::Enter.to_string()).await;
        page.eventually(
            "the second is open",
            "text('#subject') === 'second' && !one('#mail').hidden",
        )
        .await;
        assert_eq!(page.ask("rows[1].getAttribute('aria-current')").await, "true");

        // A new email does not move the focus.
        page.press("k").await;
        deliver(&mock, "ada@example.com", "Subject: newest\n\n").await;
        page.eventually("it is there", "rows.length === 4").await;
        assert_eq!(page.ask("document.activeElement === rows[1]").await, true);
        page.press(&Key::Enter.to_string()).await;
        page.eventually("the first is open", "text('#subject') === 'first'")
            .await;
        page.press(&Key::Escape.to_string()).await;
        page.eventually("none is open", "one('#mail').hidden && !one('#choose').hidden")
            .await;
        assert_eq!(page.ask("document.activeElement === rows[1]").await, true);

        page.press("/").await;
        assert_eq!(page.ask("document.activeElement.id").await, "query");
        page.press("sec").await;
        page.eventually("it is found", "rows.length === 1").await;
        page.press(&Key::Escape.to_string()).await;
        page.eventually("all are back", "rows.length === 4").await;
    })
    .await;
}

#[tokio::test]
async fn on_a_phone_the_email_covers_the_list() {
    let mock = start().await;
    in_browser(Look::DarkPhone, async move |client| {
        let page = Page::open(client, &mock).await;
        deliver(&mock, "ada@example.com", "Subject: code 4466\n\ntext").await;
        page.open_newest("code 4466").await;
        let visible = |selector: &str| {
            format!("((box) => document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2)?.closest('{selector}') !== null)(one('{selector}').getBoundingClientRect())")
        };
        page.eventually("the email is visible", &visible("#subject")).await;
        assert_eq!(page.ask(&visible("#list a")).await, false, "the list is covered");
        assert_eq!(page.ask("document.documentElement.scrollWidth <= document.documentElement.clientWidth").await, true);
        page.click("#back").await;
        page.eventually("the list is visible", &visible("#list a")).await;
        assert_eq!(page.ask("matchMedia('(prefers-color-scheme: dark)').matches").await, true);
    })
    .await;
}
