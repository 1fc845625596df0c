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

#[tokio::test]
async fn age_counts_down_sixty_seconds() {
    let mock = start().await;
    in_browser(Look::Desktop, async move |client| {
        let page = Page::open(client, &mock).await;
        deliver(&mock, "ada@example.com", "Subject: code 4466\n\ntext").await;
        page.open_newest("code 4466").await;
        // Stops the clock of the page this many seconds after the email arrived.
        for (seconds, age, expired) in [
            (0, "Sent 0 s ago, expires in 60 s", false),
            (59, "Sent 59 s ago, expires in 1 s", false),
            (60, "Sent 1 min ago (expired)", true),
            (7200, "Expired", true),
        ] {
            let turn = format!("Date.now = () => Date.parse(one('#created').dateTime) + {seconds}000 + 500");
            page.ask(&turn).await;
            page.eventually("the age is right", &format!("text('.age') === '{age}'"))
                .await;
            assert_eq!(page.ask("one('.card').classList.contains('is-expired')").await, expired);
            assert_eq!(
                page.ask("rows[0].parentElement.classList.contains('is-expired')").await,
                expired
            );
            let left = page.ask("one('progress').value").await;
            assert_eq!(left.as_f64(), Some(f64::from(60 - seconds.min(60))), "{seconds}");
        }
        let large = page.ask("parseFloat(getComputedStyle(one('.digits')).fontSize)").await;
        assert!(large.as_f64() >= Some(48.0), "{large}");
    })
    .await;
}
