//! axe-core looks at every state of the page, and the screenshots of the documentation are taken on the way: with
//! `SCREENSHOTS=docs ./tests/run -- -p mailer-mock --test it browser`.

use std::path::Path;

use serde_json::{Value, json};

use super::{Look, Page, in_browser};
use crate::support::{deliver, start};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
const AXE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../tests/mailer-mock/node_modules/axe-core/axe.min.js"
);

/// The serious and critical violations, each with where it is.
async fn violations(page: &Page) -> Vec<Value> {
    let axe = std::fs::read_to_string(AXE).expect("axe-core is there: run the tests with ./tests/run");
    page.client.execute(&axe, Vec::new()).await.expect("it loads");
    let script = "const done = arguments[arguments.length - 1];
        axe.run(document, { iframes: false }).then(({ violations, passes }) => done({
            looked: passes.length > 5,
            violations: violations.filter(({ impact }) => ['serious', 'critical'].includes(impact))
                .map(({ id, nodes }) => ({ id, nodes: nodes.map(({ html, failureSummary }) => [html, failureSummary]) })),
        }), (error) => done({ error: String(error) }));";
    let report = page.client.execute_async(script, Vec::new()).await.expect("it looks");
    assert_eq!(report["looked"], json!(true), "{report}");
    report["violations"].as_array().cloned().unwrap_or_default()
}

async fn is_accessible(page: &Page, state: &str) {
    // What fades in has no contrast yet.
    page.ask("document.getAnimations().forEach((animation) => animation.finish())")
        .await;
    assert_eq!(violations(page).await, [json!(null); 0], "{state}");
}

async fn screenshot(page: &Page, name: &str) {
    let Ok(folder) = std::env::var("SCREENSHOTS") else {
        return;
    };
    page.ask("Date.now = () => Date.parse(one('#created').dateTime) + 12500")
        .await;
    page.eventually("the age is right", "text('.age').startsWith('12 s old')")
        .await;
    // Where the bar moves to, and nothing that has the focus.
    page.ask("[document.activeElement.blur(), ...document.getAnimations().map((it) => it.finish())]")
        .await;
    let image = page.client.screenshot().await.expect("a picture");
    let file = Path::new(ROOT).join(folder).join(name);
    std::fs::write(&file, image).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
}

const MAIL: &str = "From: Registration <no-reply@example.com>\nTo: Ada Lovelace <ada@example.com>\n\
    Subject: 4466 is your activation code\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\n\
    Hello Ada,\n\nYour activation code:\n\n4466\n\nIt lasts 60 seconds. If you did not ask for it, ignore this mail.\n\
    --b\nContent-Type: text/html\n\n<h1>Hello</h1><p>Your activation code: <b>4466</b></p>\n--b\n\
    Content-Type: text/plain; name=\"terms.txt\"\nContent-Disposition: attachment\n\nNone.\n--b--";

async fn every_state(look: Look, picture: Option<&'static str>) {
    let mock = start().await;
    in_browser(look, async move |client| {
        let page = Page::open(client, &mock).await;
        page.eventually("it is empty", "!one('#empty').hidden").await;
        is_accessible(&page, "empty").await;
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
        is_accessible(&page, "list").await;
        page.open_newest("4466 is your activation code").await;
        page.eventually("its text is there", "one('#panel pre') !== null").await;
        is_accessible(&page, "text").await;
        if let Some(picture) = picture {
            screenshot(&page, picture).await;
        }
        page.ask("Date.now = () => Date.parse(one('#created').dateTime) + 61000")
            .await;
        page.eventually("the code is old", "one('.card').classList.contains('is-past')")
            .await;
        is_accessible(&page, "an old code").await;
        for (tab, content) in [("html", "iframe"), ("headers", "dl"), ("raw", "pre")] {
            page.choose_tab(tab).await;
            page.eventually("it is there", &format!("one('#panel {content}') !== null"))
                .await;
            is_accessible(&page, tab).await;
        }
        page.ask("one('#sure').showModal()").await;
        is_accessible(&page, "the question").await;
    })
    .await;
}

#[tokio::test]
async fn every_state_in_the_light() {
    every_state(Look::Desktop, Some("mailer-mock.png")).await;
}

#[tokio::test]
async fn every_state_in_the_dark() {
    every_state(Look::DarkDesktop, None).await;
}

#[tokio::test]
async fn every_state_on_a_phone() {
    every_state(Look::DarkPhone, Some("mailer-mock-phone.png")).await;
}

#[tokio::test]
async fn a_violation_would_be_found() {
    let mock = start().await;
    in_browser(Look::Desktop, async move |client| {
        let page = Page::open(client, &mock).await;
        page.ask("document.querySelector('main').append(document.createElement('img'))")
            .await;
        let found = violations(&page).await;
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0]["id"], "image-alt");
    })
    .await;
}
