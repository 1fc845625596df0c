//! Emails that try to run a script, load something, or break the page.

use std::net::SocketAddr;

use serde_json::json;

use super::canary::Canary;
use super::{Look, Page, in_browser};
use crate::support::{GIVE_UP_AFTER, deliver, start};

/// Ways to run a script that work without protection, each with the path that it requests.
fn scripts(canary: SocketAddr) -> Vec<(&'static str, String)> {
    let request = |name: &str| format!("fetch('http://{canary}/{name}')");
    vec![
        ("script", format!("<script>{}</script>", request("script"))),
        ("onerror", format!("<img src=x: onerror=\"{}\">", request("onerror"))),
        ("svg", format!("<svg onload=\"{}\"></svg>", request("svg"))),
        (
            "frame",
            format!("<iframe srcdoc=\"<script>{}</script>\"></iframe>", request("frame")),
        ),
        (
            "details",
            format!("<details open ontoggle=\"{}\">x</details>", request("details")),
        ),
    ]
}

/// Ways to load something without a script.
fn remote(canary: SocketAddr) -> Vec<(&'static str, String)> {
    vec![
        ("image", format!("<img src=\"http://{canary}/image\">")),
        ("style", format!("<link rel=stylesheet href=\"http://{canary}/style\">")),
        (
            "background",
            format!("<p style=\"background:url(http://{canary}/background)\">x</p>"),
        ),
        ("import", format!("<style>@import 'http://{canary}/import';</style>")),
        ("inner", format!("<iframe src=\"http://{canary}/inner\"></iframe>")),
        (
            "video",
            format!("<video src=\"http://{canary}/video\" autoplay></video>"),
        ),
    ]
}

fn all(canary: SocketAddr) -> Vec<(&'static str, String)> {
    [scripts(canary), remote(canary)].concat()
}

fn html(canary: SocketAddr) -> String {
    let attacks: Vec<String> = all(canary).into_iter().map(|(_, html)| html).collect();
    // The marker shows that the browser parsed everything before it.
    format!("<p>Hello</p>{}<p id=end>the end</p>", attacks.concat())
}

/// Every place that can contain a script, with the subject that the page must show.
fn mails(canary: SocketAddr) -> Vec<(String, String)> {
    let attack = html(canary).replace('\n', " ");
    let short = "<img src=x: onerror=document.title='ran'>";
    vec![
        (
            "html".to_owned(),
            format!("Subject: html\nContent-Type: text/html\n\n{attack}"),
        ),
        (short.to_owned(), format!("Subject: {short}\n\n{attack}")),
        (
            "names".to_owned(),
            format!("From: \"{short}\" <a@example.com>\nTo: \"{short}\" <ada@example.com>\nSubject: names\n\n{attack}"),
        ),
        (
            "files".to_owned(),
            format!(
                "Subject: files\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\ntext\n--b\nContent-Type: text/html\n\
                 Content-Disposition: attachment; filename=\"{short}\"\n\n{attack}\n--b--"
            ),
        ),
        (
            "headers".to_owned(),
            format!("Subject: headers\nX-<script>: {attack}\n{short}: x\n\ntext"),
        ),
        (
            "broken".to_owned(),
            format!(
                "Subject: broken\nContent-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/html\n\
                 Content-Transfer-Encoding: base64\n\n!!!{attack}\n--b\nContent-Type: text/html; charset=nope\n\n{attack}"
            ),
        ),
        (
            "nul \u{0} end".replace('\u{0}', ""),
            format!("Subject: nul \u{0} end\nContent-Type: text/html\n\n\u{0}<scr\u{0}ipt>{attack}\u{0}"),
        ),
    ]
}

async fn receives(canary: &Canary, names: &[&str]) {
    let received = async {
        while !names.iter().all(|name| canary.requests().contains(&format!("/{name}"))) {
            tokio::task::yield_now().await;
        }
    };
    let in_time = tokio::time::timeout(GIVE_UP_AFTER, received).await;
    assert!(in_time.is_ok(), "received only {:?} of {names:?}", canary.requests());
}

#[tokio::test]
async fn email_cannot_run_scripts_or_load_anything() {
    let mock = start().await;
    let canary = Canary::start(html).await;
    let names: Vec<&str> = all(canary.addr()).into_iter().map(|(name, _)| name).collect();
    in_browser(Look::Desktop, async move |client| {
        let page = Page::open(client, &mock).await;
        for (subject, mail) in mails(canary.addr()) {
            deliver(&mock, "ada@example.com", &mail).await;
            let listed = "rows[0]?.querySelector('.subject').textContent";
            let listed = format!("{listed}?.replace(/[\\u0000\\ufffd]/g, '') === {}", json!(subject));
            page.eventually("it is listed", &listed).await;
            page.click("#list li:first-child a").await;
            page.eventually(
                "it is open",
                &format!(
                    "text('#subject').replace(/[\\u0000\\ufffd]/g, '') === {}",
                    json!(subject)
                ),
            )
            .await;
            assert_eq!(
                page.ask(
                    "document.querySelectorAll(':is(#subject, #from, #to) > :not(bdi), #subject > *, bdi > *').length"
                )
                .await,
                0
            );
            page.choose_tab("headers").await;
            page.eventually("the headers are there", "one('#panel dl') !== null")
                .await;
            page.choose_tab("raw").await;
            page.eventually("the source is there", "text('#panel pre')?.includes('Subject:')")
                .await;
            page.choose_tab("text").await;
            page.eventually("the text is there", "one('#panel pre, #panel .note') !== null")
                .await;
            if page.ask("!one('#tab-html').disabled").await == json!(true) {
                page.choose_tab("html").await;
                page.eventually("there is a frame", "one('iframe') !== null").await;
                let end = "document.body?.innerText.includes('the end')";
                page.frame_eventually("the email is shown in the frame", end).await;
            }
            assert_eq!(page.ask("document.scripts.length").await, 1, "the page's own");
            let title = page.ask("document.title").await;
            assert_eq!(
                title.as_str().map(|title| title.ends_with("Mailbox")),
                Some(true),
                "{title}"
            );
        }
        // Outside the frame an email cannot do more.
        let mail = format!("http://{}/view/latest.html", mock.http_addr());
        page.client.goto(&mail).await.expect("it loads");
        assert_eq!(canary.requests(), [""; 0]);

        // Without protection each attack works, so the test can detect it.
        let unprotected = format!("http://{}/page", canary.addr());
        page.client.goto(&unprotected).await.expect("it loads");
        receives(&canary, &names).await;
    })
    .await;
}

#[tokio::test]
async fn ten_megabyte_email_is_shown_in_part() {
    let mock = start().await;
    in_browser(Look::Desktop, async move |client| {
        let page = Page::open(client, &mock).await;
        let line = "<b>line</b> &amp; more ".repeat(45) + "\n";
        let body = line.repeat(9_900_000 / line.len());
        for (subject, kind) in [("plain", "text/plain"), ("marked up", "text/html")] {
            deliver(
                &mock,
                "ada@example.com",
                &format!("Subject: {subject}\nContent-Type: {kind}\n\n{body}"),
            )
            .await;
            page.open_newest(subject).await;
            page.choose_tab("text").await;
            page.eventually("the start is shown", "text('#panel pre')?.length === 200000")
                .await;
            page.eventually(
                "and a note",
                "text('#panel .note')?.startsWith('Only the start is shown')",
            )
            .await;
            page.choose_tab("raw").await;
            page.eventually(
                "the start of the source too",
                "text('#panel pre')?.startsWith('Subject: ')",
            )
            .await;
        }
        let subject = "x".repeat(5_000_000);
        deliver(&mock, "ada@example.com", &format!("Subject: {subject}\n\ncode 4466")).await;
        page.open_newest(&format!("{}…", "x".repeat(300))).await;
        assert_eq!(page.ask("text('.digits')").await, "4466");
        assert_eq!(
            page.ask("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
                .await,
            true
        );
    })
    .await;
}
