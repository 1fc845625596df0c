use browser::{Key, Look, Page, in_browser};
use tests::{Database, TestApp, wrong_code};

use super::{EMAIL, PASSWORD, advance_page_clock, choose, is_signed_in, open, register, sign_in, submit};
use crate::seconds;

async fn shows_problem(page: &Page, text: &str) {
    page.eventually(text, &format!("problem('code') === `{text}` && digits === ''"))
        .await;
    assert_eq!(page.ask("focused").await, "code");
    assert_eq!(page.ask("boxes.findIndex((box) => box.dataset.at === 'true')").await, 0);
}

/// Advances both clocks until another code can be sent.
pub(super) async fn cool_down(app: &TestApp, page: &Page) {
    app.clock.advance(seconds(30));
    advance_page_clock(page, seconds(30)).await;
    page.eventually(
        "another code can be sent",
        "button('Send a new code').ariaDisabled === 'false'",
    )
    .await;
}

async fn new_code_works(app: &TestApp, page: &Page) {
    // Only one button is the next step.
    assert_eq!(page.ask("document.querySelectorAll('.primary').length").await, 1);
    assert_eq!(page.ask("text('.primary').startsWith('Send a new code')").await, true);
    cool_down(app, page).await;
    choose(page, "Send a new code").await;
    let sent = "said === 'We sent a new code. Only the newest code works.' && focused === 'code'";
    page.eventually("the code is sent", sent).await;
    assert_eq!(page.ask("boxes.findIndex((box) => box.dataset.at === 'true')").await, 0);
    page.press(&app.next_code(EMAIL).await).await;
    is_signed_in(page).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_wrong_codes_require_a_new_one() {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(Look::Desktop, async move |client| {
        let page = open(client, app.address()).await;
        register(&page).await;
        let code = app.next_code(EMAIL).await;
        for left in [
            "You have 2 tries left.",
            "You have one try left.",
            "No tries left. Request a new code.",
        ] {
            page.press(&wrong_code(&code)).await;
            shows_problem(&page, &format!("That code isn't right. {left}")).await;
        }
        let over = "Too many tries with this code. Request a new one.";
        page.press(&code).await;
        shows_problem(&page, over).await;
        page.ask("one('.problem').old = true").await;
        page.press(&code).await;
        page.eventually(
            "the problem is announced again",
            "one('.problem')?.old === undefined && problem('code') !== null",
        )
        .await;
        shows_problem(&page, over).await;

        new_code_works(&app, &page).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn expired_code_can_be_tried_and_replaced() {
    let short = |builder: &mut tests::TestAppBuilder| builder.policy.code_ttl = seconds(2);
    let app = TestApp::with(&Database::sqlite(), short).await;
    in_browser(Look::Desktop, async move |client| {
        let page = open(client, app.address()).await;
        register(&page).await;
        let code = app.next_code(EMAIL).await;
        app.clock.advance(seconds(2));
        page.eventually(
            "the countdown ends",
            "text('.code-clock p') === 'This code may have expired. Try it, or request a new one.'",
        )
        .await;
        assert_eq!(page.ask("one('[name=code]').disabled").await, false);
        page.press(&code).await;
        shows_problem(&page, "This code has expired. Request a new one.").await;

        new_code_works(&app, &page).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn resend_button_counts_down() {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(Look::Desktop, async move |client| {
        let page = open(client, app.address()).await;
        register(&page).await;
        app.next_code(EMAIL).await;
        page.eventually(
            "the button counts down",
            "/ 0:[12].$/.test(button('Send a new code').textContent)",
        )
        .await;
        choose(&page, "Send a new code").await;

        // A page whose clock is ahead asks too early, and shows the server's time.
        advance_page_clock(&page, seconds(30)).await;
        page.eventually(
            "the button is ready",
            "button('Send a new code').ariaDisabled === 'false'",
        )
        .await;
        choose(&page, "Send a new code").await;
        page.eventually(
            "the page says so",
            "said === 'We just sent an email to this address. You can request another in 30 seconds.'",
        )
        .await;
        let waits = "/ 0:(30|[12].)$/.test(button('Send a new code').textContent)";
        page.eventually("the button counts the server's seconds", waits).await;
        assert_eq!(app.mailbox().messages().len(), 1);
    })
    .await;
}

/// After ten wrong tries, an address gets codes of eight digits. A sign-in does not say how long the code is.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn code_of_unknown_length_is_accepted() {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(Look::Desktop, async move |client| {
        for _ in 0..4 {
            let code = app.register_and_read_code(EMAIL, PASSWORD).await;
            for _ in 0..3 {
                app.basic(EMAIL, PASSWORD).activate(&wrong_code(&code)).await;
            }
            app.clock.advance(seconds(60 * 60));
        }
        let code = app.register_and_read_code(EMAIL, PASSWORD).await;
        assert_eq!(code.len(), 8);
        let page = open(client, app.address()).await;
        sign_in(&page, PASSWORD).await;
        page.eventually("the field is there", "focused === 'code' && boxes.length === 0")
            .await;
        // The page does not send a part of it.
        page.press(&code[..4]).await;
        assert_eq!(page.ask("one('form').ariaBusy").await, "false");
        page.press(&code[4..]).await;
        assert_eq!(page.ask("one('[name=code]').value").await, code);
        submit(&page).await;
        is_signed_in(&page).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn boxes_can_be_edited_like_text() {
    let long = |builder: &mut tests::TestAppBuilder| builder.policy.code_length = 8;
    let app = TestApp::with(&Database::sqlite(), long).await;
    in_browser(Look::DarkPhone, async move |client| {
        let page = open(client, app.address()).await;
        register(&page).await;
        assert_eq!(page.ask("boxes.length").await, 8);
        let code = app.next_code(EMAIL).await;

        page.press("1x2 34").await;
        page.eventually("only digits are taken", "digits === '1234'").await;
        assert_eq!(page.ask("boxes.findIndex((box) => box.dataset.at === 'true')").await, 4);
        page.press(&format!("{}{}", Key::Left, Key::Backspace)).await;
        page.eventually("a digit is deleted", "digits === '124'").await;
        assert_eq!(page.ask("boxes.findIndex((box) => box.dataset.at === 'true')").await, 2);
        page.press("9").await;
        page.eventually("a digit is inserted", "digits === '1294'").await;
        // The state after a double click.
        page.ask("[one('[name=code]').select(), one('[name=code]').click()]")
            .await;
        assert_eq!(page.ask("one('[name=code]').selectionStart").await, 0);
        page.press(&format!("{}a{}{}", Key::Control, Key::Null, Key::Delete)).await;
        page.eventually("all digits are deleted", "digits === ''").await;

        // Pasting takes the code out of the text, and replaces what was typed.
        page.press("55").await;
        let mail = format!("{code} is your activation code");
        let paste = format!(
            "(() => {{
                const clipboardData = new DataTransfer();
                clipboardData.setData('text', '{mail}');
                one('[name=code]').dispatchEvent(new ClipboardEvent('paste', {{ clipboardData, bubbles: true, cancelable: true }}));
            }})()"
        );
        page.ask(&paste).await;
        is_signed_in(&page).await;
    })
    .await;
}
