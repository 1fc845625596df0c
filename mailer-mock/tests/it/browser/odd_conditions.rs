//! Clocks that differ, bursts of emails, long content, and paper.

use mailer_mock::MailerMock;
use time::Duration;
use time::format_description::well_known::Rfc2822;

use super::{Look, Page, in_browser, proxy};
use crate::support::{Client, deliver, start};

#[tokio::test]
async fn ages_are_by_the_clock_of_the_server() {
    let mock = start().await;
    deliver(&mock, "ada@example.com", "Subject: code 4466\n\ntext").await;
    let received = mock.mailbox().messages()[0].created;
    for (ahead, age) in [
        (Duration::hours(1), "Sent 1 h ago"),
        (Duration::minutes(-5), "Sent 0 s ago"),
    ] {
        let date = (received + ahead + Duration::seconds(5))
            .format(&Rfc2822)
            .expect("a date");
        let proxy = proxy::start(mock.http_addr(), Some(date)).await;
        in_browser(Look::Desktop, async move |client| {
            let page = Page::at(client, &format!("http://{proxy}/mailbox/")).await;
            page.open_newest("code 4466").await;
            page.eventually("the age is right", &format!("text('.age') === '{age}'"))
                .await;
        })
        .await;
    }
}

async fn deliver_many(mock: &MailerMock, numbers: std::ops::Range<usize>) {
    let mut sender = Client::greeted(mock.smtp_addr()).await;
    for number in numbers {
        sender.begin("ada@example.com").await;
        assert_eq!(sender.code(&format!("Subject: n{number}\r\n\r\n.")).await, 250);
    }
}

#[tokio::test]
async fn burst_of_emails_moves_nothing_that_a_person_reads() {
    let mock = start().await;
    in_browser(Look::Desktop, async move |client| {
        let page = Page::open(client, &mock).await;
        deliver_many(&mock, 0..60).await;
        page.eventually("they are there", "rows.length === 60").await;
        page.ask("document.getAnimations().forEach((animation) => animation.finish())").await;
        page.ask("[rows[30].focus(), one('nav').scrollTo(0, 1800), window.before = rows[30],
            window.placeBefore = rows[30].getBoundingClientRect().top].length")
            .await;
        deliver_many(&mock, 60..160).await;
        page.eventually("the new ones are there", "rows.length === 160").await;
        assert_eq!(page.ask("document.activeElement === window.before").await, true);
        // The browser corrects the position in the next frame.
        let moved = "Math.abs(window.before.getBoundingClientRect().top - window.placeBefore)";
        page.eventually("it is where it was", &format!("{moved} < 3")).await;
        let order = "rows.map((row) => row.querySelector('.subject').textContent).join() === Array.from({ length: 160 }, (_, n) => `n${159 - n}`).join()";
        assert_eq!(page.ask(order).await, true);
    })
    .await;
}

#[tokio::test]
async fn long_content_fits_a_phone() {
    let mock = start().await;
    let long = "x".repeat(3_000);
    let recipients: Vec<String> = (0..100)
        .map(|n| format!("Person {n} <person{n}.{}@example.com>", "y".repeat(40)))
        .collect();
    let mail = format!(
        "From: {long} <a@example.com>\nTo: {}\nReply-To: {long}@example.com\nX-{}: {long}\nSubject: {long}\n\
        Content-Type: multipart/mixed; boundary=b\n\n--b\n\nhttps://a.example/{long} {long}\n\
        --b\nContent-Type: application/{long}; name={}\nContent-Disposition: attachment\n\nx\n--b--",
        recipients.join(",\n "),
        "h".repeat(80),
        "f".repeat(200)
    );
    in_browser(Look::Phone, async move |client| {
        let page = Page::open(client, &mock).await;
        deliver(&mock, "ada@example.com", &mail).await;
        let fits = "[document.documentElement, ...document.querySelectorAll('main, nav, header')]
            .every((one) => one.scrollWidth <= one.clientWidth)";
        page.eventually("it is listed", "rows.length === 1").await;
        assert_eq!(page.ask(fits).await, true, "the list");
        page.open_newest(&format!("{}\u{2026}", "x".repeat(300))).await;
        for (tab, content) in [
            ("text", "pre a"),
            ("links", ".links a"),
            ("headers", "dd"),
            ("raw", "pre"),
        ] {
            page.choose_tab(tab).await;
            page.eventually("it is there", &format!("one('#panel {content}') !== null"))
                .await;
            assert_eq!(page.ask(fits).await, true, "{tab}");
        }
    })
    .await;
}

#[tokio::test]
async fn whole_email_is_printed() {
    let mock = start().await;
    in_browser(Look::Desktop, async move |client| {
        let page = Page::open(client, &mock).await;
        deliver(
            &mock,
            "ada@example.com",
            &format!("Subject: long\n\n{}", "line\n".repeat(300)),
        )
        .await;
        page.open_newest("long").await;
        page.eventually("the text is there", "one('#panel pre') !== null").await;
        let pdf = page.print().await;
        let pages = String::from_utf8_lossy(&pdf).matches("/Type /Page\n").count();
        assert!(pages >= 4, "{pages} pages");
    })
    .await;
}
