use browser::Key;

use super::{Look, Page, in_browser};
use crate::support::{deliver, start};

#[tokio::test]
async fn code_is_copied_with_button_and_key() {
    let mock = start().await;
    in_browser(Look::Desktop, async move |client| {
        let page = Page::open(client, &mock).await;
        for (subject, digits, by_key) in [("4466 is your code", "4466", false), ("code 903144", "903144", true)] {
            deliver(&mock, "ada@example.com", &format!("Subject: {subject}\n\ntext")).await;
            page.open_newest(subject).await;
            assert_eq!(page.ask("text('.digits')").await, digits);
            if by_key {
                page.press("c").await;
            } else {
                page.click(".copy").await;
            }
            page.eventually(
                "it says so",
                "text('.copy') === 'Copied' && text('#announcement') === 'Code copied'",
            )
            .await;
            // Paste the clipboard into the search field.
            page.press("/").await;
            page.press(&format!("{}a{}", Key::Control, Key::Null)).await;
            page.press(&format!("{}v{}", Key::Control, Key::Null)).await;
            page.eventually("it is pasted", &format!("one('#query').value === '{digits}'"))
                .await;
            page.press(&Key::Escape.to_string()).await;
        }
    })
    .await;
}

/// Stops the clock of the page this many milliseconds after an instant in a variable of the page.
async fn stop_clock(page: &Page, instant: &str, millis: i32) {
    page.ask(&format!("Date.now = () => Date.parse({instant}) + {millis}"))
        .await;
}

#[tokio::test]
async fn age_counts_down_to_the_expiry_in_the_header() {
    let mock = start().await;
    in_browser(Look::Desktop, async move |client| {
        let page = Page::open(client, &mock).await;
        for (lifetime, millis) in [("ten minutes", 600_000), ("thirty seconds", 30_000)] {
            let expires = page
                .ask(&format!("new Date(Date.now() + {millis}).toISOString()"))
                .await;
            let expires = expires.as_str().expect("an instant");
            let subject = format!("code 4466 for {lifetime}");
            let mail = format!("Subject: {subject}\nX-Code-Expires: {expires}\n\ntext");
            deliver(&mock, "ada@example.com", &mail).await;
            page.open_newest(&subject).await;
            let expires = format!("'{expires}'");
            for (after, ends, expired) in [
                (-1_500, "ago, expires in 2 s", false),
                (-500, "ago, expires in 1 s", false),
                (0, "ago (expired)", true),
                (7_200_000, "Sent 2 h ago (expired)", true),
            ] {
                stop_clock(&page, &expires, after).await;
                page.eventually("the age is right", &format!("text('.age').endsWith('{ends}')"))
                    .await;
                assert_eq!(page.ask("one('.card').classList.contains('is-expired')").await, expired);
                let row = page.ask("rows[0].parentElement.classList.contains('is-expired')").await;
                assert_eq!(row, expired, "{lifetime} {after}");
                let left = page.ask("one('progress').value").await;
                assert_eq!(
                    left.as_f64(),
                    Some(f64::from((999 - after).max(0) / 1_000)),
                    "{lifetime} {after}"
                );
            }
            page.ask("delete Date.now, Date.now = () => performance.timeOrigin + performance.now()")
                .await;
        }
        let large = page.ask("parseFloat(getComputedStyle(one('.digits')).fontSize)").await;
        assert!(large.as_f64() >= Some(48.0), "{large}");
    })
    .await;
}

#[tokio::test]
async fn code_without_expiry_shows_its_age_alone() {
    let mock = start().await;
    in_browser(Look::Desktop, async move |client| {
        let page = Page::open(client, &mock).await;
        deliver(&mock, "ada@example.com", "Subject: code 4466\n\ntext").await;
        page.open_newest("code 4466").await;
        for (seconds, age) in [
            (0, "Sent 0 s ago"),
            (60, "Sent 1 min ago"),
            (3_600, "Sent 1 h ago"),
            (200_000, "Sent 2 days ago"),
        ] {
            stop_clock(&page, "one('#created').dateTime", seconds * 1_000 + 500).await;
            page.eventually("the age is right", &format!("text('.age') === '{age}'"))
                .await;
            assert_eq!(page.ask("document.querySelector('.is-expired') === null").await, true);
        }
        assert_eq!(page.ask("one('progress').hidden").await, true);
    })
    .await;
}
