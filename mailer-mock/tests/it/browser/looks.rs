//! Sizes, colors and settings of browsers.

use browser::Key;
use serde_json::json;

use super::{Look, Page, in_browser};
use crate::support::{deliver, start};

/// Whether all of these elements are inside of the other one, and cover nothing of each other.
const APART: &str = "((outer, boxes) => boxes.every((box, place) =>
    box.left >= outer.left - 1 && box.right <= outer.right + 1 && boxes.slice(place + 1).every((other) =>
        box.right <= other.left || other.right <= box.left || box.bottom <= other.top || other.bottom <= box.top)))";

#[tokio::test]
async fn codes_of_any_length_fit_windows_of_any_width() {
    let mock = start().await;
    in_browser(Look::Desktop, async move |client| {
        let page = Page::open(client, &mock).await;
        for code in ["4466", "12345678", "A7K9QXB3ZT"] {
            let subject = format!("Your verification code is {code}");
            deliver(&mock, "ada@example.com", &format!("Subject: {subject}\n\ntext")).await;
            page.resize(1280, 700).await;
            page.open_newest(&subject).await;
            assert_eq!(page.ask("text('.digits')").await, code);
            for width in [320, 480, 799, 801, 900, 1280] {
                page.resize(width, 700).await;
                let parts = "[one('.digits'), one('.copy')].map((one) => one.getBoundingClientRect())";
                let card = format!("{APART}(one('.card').getBoundingClientRect(), {parts})");
                page.eventually(
                    &format!("{code} at {width}"),
                    &format!("{card} && one('.digits').scrollWidth <= one('.digits').clientWidth"),
                )
                .await;
                let tabs = "[...document.querySelectorAll('[role=tab]')].map((one) => one.getBoundingClientRect())";
                let bar = format!("{APART}(one('#panel').getBoundingClientRect(), {tabs})");
                assert_eq!(page.ask(&bar).await, true, "the tabs at {width}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn state_is_visible_in_forced_colors() {
    let mock = start().await;
    in_browser(Look::Desktop, async move |client| {
        let page = Page::open(client, &mock).await;
        page.prefers("forced-colors", "active").await;
        deliver(&mock, "ada@example.com", "Subject: unread\n\ntext").await;
        let mail = "Subject: code 4466\nContent-Type: text/html\n\n<p>Hello</p>";
        deliver(&mock, "ada@example.com", mail).await;
        page.open_newest("code 4466").await;
        page.eventually("the HTML is there", "one('#panel [aria-pressed]') !== null").await;
        page.click("#panel [aria-pressed]").await;
        page.eventually("it is read", "one('#list li:not(.is-unread)') !== null").await;
        // Each pair would be equal without colors of the system.
        for (what, property, one, other) in [
            ("open", "outlineStyle", "#list [aria-current]", "#list a:not([aria-current])"),
            ("unread", "backgroundColor", "#list .is-unread .unread", "#list li:not(.is-unread) .unread"),
            ("selected", "borderBottomColor", "[aria-selected=true]", "#tab-raw"),
            ("pressed", "backgroundColor", "[aria-pressed=true]", "[aria-pressed=false]"),
            ("primary", "backgroundColor", ".copy", "#unread"),
        ] {
            let value = |selector: &str| format!("getComputedStyle(one('{selector}')).{property}");
            page.ask("document.activeElement.blur()").await;
            assert_ne!(page.ask(&value(one)).await, page.ask(&value(other)).await, "{what}");
        }
        for button in [".copy", "[aria-pressed=true]"] {
            let legible = format!("(({{ color, backgroundColor, forcedColorAdjust }}) => color !== backgroundColor && forcedColorAdjust)(getComputedStyle(one('{button}')))");
            // Otherwise the browser would paint its own color behind the text.
            assert_eq!(page.ask(&legible).await, "none", "{button}");
        }
    })
    .await;
}

#[tokio::test]
async fn everything_that_moves_asks_first() {
    let mock = start().await;
    in_browser(Look::Desktop, async move |client| {
        let page = Page::open(client, &mock).await;
        let moving = "[...document.styleSheets].flatMap(({ cssRules }) => [...cssRules])
            .flatMap((rule) => (rule.conditionText?.includes('prefers-reduced-motion') ? [] : [...(rule.cssRules ?? []), rule]))
            .filter(({ style }) => style?.transitionDuration || style?.animationName).map(({ cssText }) => cssText)";
        assert_eq!(page.ask(moving).await, json!([]));
    })
    .await;
}

#[tokio::test]
async fn page_without_scripts_says_what_it_needs() {
    let mock = start().await;
    for look in [Look::Desktop, Look::Phone] {
        let url = format!("http://{}/", mock.http_addr());
        in_browser(look, async move |client| {
            let page = browser::Page::open(client, &url).await;
            page.reload_without_scripts().await;
            let shown = page.element("body").await.text().await.expect("text");
            assert_eq!(
                shown,
                "Mailbox\nThis page requires JavaScript. Without it, use /api/v1/messages."
            );
        })
        .await;
    }
}

#[tokio::test]
async fn print_of_html_says_how_to_print_all_of_it() {
    let mock = start().await;
    in_browser(Look::Desktop, async move |client| {
        let page = Page::open(client, &mock).await;
        deliver(
            &mock,
            "ada@example.com",
            "Subject: long\nContent-Type: text/html\n\n<p>Hello</p>",
        )
        .await;
        page.open_newest("long").await;
        let note = "one('#panel')?.innerText.includes('open it in a tab')";
        page.eventually("the HTML is there", &format!("one('iframe') !== null && !{note}"))
            .await;
        page.as_printed().await;
        page.eventually("the note is there", note).await;
    })
    .await;
}

#[tokio::test]
async fn direction_of_a_name_ends_with_it() {
    let mock = start().await;
    in_browser(Look::Desktop, async move |client| {
        let page = Page::open(client, &mock).await;
        let mail = "From: \"\u{202e}Reversed\" <a@example.com>\nTo: \"\u{202e}too\" <b@example.com>, c@example.com\nSubject: names\n\ntext";
        deliver(&mock, "ada@example.com", mail).await;
        page.open_newest("names").await;
        let places = |field: &str| {
            format!("[...document.querySelectorAll('#{field} bdi')].map((one) => [one.textContent, one.getBoundingClientRect().left])
                .sort(([, one], [, other]) => one - other).map(([text]) => text)")
        };
        assert_eq!(page.ask(&places("from")).await, json!(["\u{202e}Reversed", "a@example.com"]));
        assert_eq!(
            page.ask(&places("to")).await,
            json!(["\u{202e}too", "b@example.com", "c@example.com"])
        );
    })
    .await;
}

#[tokio::test]
async fn copying_without_permission_keeps_the_focus() {
    let mock = start().await;
    in_browser(Look::Desktop, async move |client| {
        let page = Page::open(client, &mock).await;
        deliver(&mock, "ada@example.com", "Subject: code 4466\n\ntext").await;
        page.open_newest("code 4466").await;
        page.ask("navigator.clipboard.writeText = () => Promise.reject(new DOMException('', 'NotAllowedError'))")
            .await;
        for (focused, key) in [("#list a", "c".to_owned()), (".copy", Key::Enter.to_string())] {
            page.ask(&format!(
                "[one('.copy').textContent = 'Copy', one('{focused}').focus()].length"
            ))
            .await;
            page.press(&key).await;
            page.eventually("it is copied", "text('.copy') === 'Copied'").await;
            let kept = format!("document.activeElement === one('{focused}')");
            assert_eq!(page.ask(&kept).await, true, "{focused}");
        }
    })
    .await;
}
