use serde_json::json;

use super::{Look, Page, in_browser};
use crate::support::{deliver, start};

/// The visible fields above the tabs.
const FIELDS: &str = "[...document.querySelectorAll('#mail dt')].filter((term) => !term.closest('#panel') && !term.hidden)
    .map((term) => `${term.textContent}: ${term.nextElementSibling.textContent}`).filter((field) => !field.startsWith('Received'))";

#[tokio::test]
async fn every_kind_of_recipient_has_a_field() {
    let mock = start().await;
    in_browser(Look::Desktop, async move |client| {
        let page = Page::open(client, &mock).await;
        let mail = "From: Reg <reg@example.com>\nTo: ada@example.com\nCc: Bob <bob@example.com>, c@example.com\n\
                    Reply-To: help@example.com\nSubject: all\n\ntext";
        deliver(&mock, "dan@example.com", mail).await;
        page.open_newest("all").await;
        assert_eq!(
            page.ask(FIELDS).await,
            json!([
                "From: Reg <reg@example.com>",
                "To: ada@example.com",
                "Cc: Bob <bob@example.com>, c@example.com",
                "Bcc: dan@example.com",
                "Reply to: help@example.com",
            ])
        );
        deliver(&mock, "ada@example.com", "Subject: few\n\ntext").await;
        page.open_newest("few").await;
        let few = json!(["From: sender@example.com", "To: ada@example.com"]);
        assert_eq!(page.ask(FIELDS).await, few);
    })
    .await;
}

#[tokio::test]
async fn files_and_pictures_are_shown() {
    let mock = start().await;
    let mail = "From: Registration <reg@example.com>\nSubject: files\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\ntext\n\
        --b\nContent-Type: image/gif; name=dot.gif\nContent-Disposition: inline\nContent-ID: <dot>\n\
        Content-Transfer-Encoding: base64\n\nR0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7\n\
        --b\nContent-Type: image/svg+xml; name=a.svg\nContent-Disposition: attachment\n\n\
        <svg xmlns='http://www.w3.org/2000/svg' width='40' height='30'><script>alert(1)</script></svg>\n\
        --b\nContent-Type: image/png; name=broken.png\nContent-Disposition: attachment\n\nno picture\n\
        --b\nContent-Type: text/csv; name=log.csv\nContent-Disposition: attachment\n\na,b\n--b--";
    in_browser(Look::Desktop, async move |client| {
        let page = Page::open(client, &mock).await;
        deliver(&mock, "ada@example.com", mail).await;
        page.open_newest("files").await;
        let names = "[...document.querySelectorAll('#files a')].map((link) => link.textContent).sort()";
        assert_eq!(
            page.ask(names).await,
            json!(["a.svg", "broken.png", "dot.gif", "log.csv"])
        );
        let widths = "[...document.querySelectorAll('#files img')].map((one) => one.naturalWidth).sort().join()";
        page.eventually("the pictures are there", &format!("{widths} === '1,40'"))
            .await;
        page.is_accessible("document", "pictures").await;

        // The list shows the sender and a paper clip.
        assert_eq!(page.ask("text('#list .from')").await, "Registration");
        assert_eq!(
            page.ask("one('#list .clip').getBoundingClientRect().width > 5").await,
            true
        );
        deliver(&mock, "ada@example.com", "Subject: none\n\ntext").await;
        page.open_newest("none").await;
        assert_eq!(page.ask("one('#list .clip').getBoundingClientRect().width").await, 0);
        assert_eq!(page.ask("text('#list .from')").await, "sender@example.com");
    })
    .await;
}

#[tokio::test]
async fn right_to_left_text_has_its_direction() {
    let mock = start().await;
    let hebrew = "\u{5e9}\u{5dc}\u{5d5}\u{5dd}!";
    let mail = format!(
        "From: \"{hebrew}\" <reg@example.com>\nSubject: {hebrew}\nX-Note: {hebrew}\nContent-Type: text/plain; charset=utf-8\n\n{hebrew}\nHello!"
    );
    in_browser(Look::Desktop, async move |client| {
        let page = Page::open(client, &mock).await;
        deliver(&mock, "ada@example.com", &mail).await;
        page.open_newest(hebrew).await;
        page.eventually("the text is there", "one('#panel pre') !== null").await;
        let direction = |selector: &str| format!("getComputedStyle(one('{selector}')).direction");
        for selector in ["#subject", "#from bdi", "#panel pre", "#list .subject", "#list .from"] {
            assert_eq!(page.ask(&direction(selector)).await, "rtl", "{selector}");
        }
        assert_eq!(page.ask(&direction("#to")).await, "ltr");
        // Each line of the text has its own direction.
        assert_eq!(
            page.ask("getComputedStyle(one('#panel pre')).unicodeBidi").await,
            "plaintext"
        );
        page.choose_tab("headers").await;
        page.eventually(
            "the header is there",
            &format!(
                "[...document.querySelectorAll('#panel dd')].some((one) =>
            one.textContent === '{hebrew}' && getComputedStyle(one).direction === 'rtl')"
            ),
        )
        .await;
    })
    .await;
}

#[tokio::test]
async fn headers_are_decoded() {
    let mock = start().await;
    in_browser(Look::Desktop, async move |client| {
        let page = Page::open(client, &mock).await;
        let mail = "Subject: =?utf-8?q?caf=C3=A9?=\nX-Two: =?utf-8?b?w6k=?=\n =?iso-8859-1?q?=E9?=\n\ntext";
        deliver(&mock, "ada@example.com", mail).await;
        page.open_newest("caf\u{e9}").await;
        page.choose_tab("headers").await;
        page.eventually("they are there", "one('#panel dl') !== null").await;
        let values = "[...document.querySelectorAll('#panel dd')].map((one) => one.textContent)";
        assert_eq!(page.ask(values).await, json!(["caf\u{e9}", "\u{e9}\u{e9}"]));
    })
    .await;
}

#[tokio::test]
async fn first_steps_name_the_host_of_the_page() {
    let config = mailer_mock::Config {
        smtp: ([0, 0, 0, 0], 0).into(),
        ..mailer_mock::Config::ephemeral()
    };
    let mock = mailer_mock::MailerMock::start(config).await.expect("free ports");
    in_browser(Look::Desktop, async move |client| {
        let page = Page::open(client, &mock).await;
        page.eventually("it is empty", "!one('#empty').hidden").await;
        let steps = page.ask("one('#empty').innerText").await;
        let steps = steps.as_str().expect("text");
        let port = mock.smtp_addr().port();
        assert!(steps.contains(&format!("curl smtp://127.0.0.1:{port} ")), "{steps}");
        assert!(steps.contains(&format!("host 127.0.0.1 and port {port}")), "{steps}");
        assert!(!steps.contains("0.0.0.0"), "{steps}");
    })
    .await;
}
