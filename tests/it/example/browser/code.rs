use browser::{Key, Look, Page, in_browser};
use tests::{Database, TestApp, wrong_code};

use super::{EMAIL, PASSWORD, choose, is_in, open, register, sign_in, submit, turn_the_clock};
use crate::seconds;

async fn says(page: &Page, text: &str) {
    page.eventually(text, &format!("problem('code') === '{text}' && digits === ''"))
        .await;
    assert_eq!(page.ask("focused").await, "code");
}

/// Turns both clocks until another code may be sent.
pub(super) async fn cool_down(app: &TestApp, page: &Page) {
    app.clock.advance(seconds(30));
    turn_the_clock(page, seconds(30)).await;
    page.eventually("it may be sent", "button('Send a new code').ariaDisabled === 'false'")
        .await;
}

async fn a_new_code_works(app: &TestApp, page: &Page) {
    cool_down(app, page).await;
    choose(page, "Send a new code").await;
    let sent = "said.startsWith('A new code is on its way.') && focused === 'code'";
    page.eventually("it is sent", sent).await;
    page.press(&app.next_code(EMAIL).await).await;
    is_in(page).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_three_wrong_codes_only_a_new_one_works() {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(Look::Desktop, async move |client| {
        let page = open(client, app.address()).await;
        register(&page).await;
        let code = app.next_code(EMAIL).await;
        for told in [
            "2 tries are left.",
            "One try is left.",
            "It has no tries left: please ask for a new one.",
        ] {
            page.press(&wrong_code(&code)).await;
            says(&page, &format!("This is not the code. {told}")).await;
        }
        let over = "This code was tried too often. Please ask for a new one.";
        page.press(&code).await;
        says(&page, over).await;
        page.ask("one('.problem').old = true").await;
        page.press(&code).await;
        page.eventually("it says so once more", "!one('.problem').old").await;
        says(&page, over).await;

        a_new_code_works(&app, &page).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_that_has_run_out_can_be_tried_and_is_replaced() {
    let short = |builder: &mut tests::TestAppBuilder| builder.policy.code_ttl = seconds(2);
    let app = TestApp::with(&Database::sqlite(), short).await;
    in_browser(Look::Desktop, async move |client| {
        let page = open(client, app.address()).await;
        register(&page).await;
        let code = app.next_code(EMAIL).await;
        app.clock.advance(seconds(2));
        page.eventually("it counts down", "text('.code-clock').startsWith('Its time is over.')")
            .await;
        assert_eq!(page.ask("one('[name=code]').disabled").await, false);
        page.press(&code).await;
        says(&page, "This code has run out. Please ask for a new one.").await;

        a_new_code_works(&app, &page).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_code_has_to_wait_and_the_button_says_how_long() {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(Look::Desktop, async move |client| {
        let page = open(client, app.address()).await;
        register(&page).await;
        app.next_code(EMAIL).await;
        page.eventually(
            "it counts down",
            "/ 0:[12].$/.test(button('Send a new code').textContent)",
        )
        .await;
        choose(&page, "Send a new code").await;

        // A page whose clock is ahead asks too early, and is told.
        turn_the_clock(&page, seconds(30)).await;
        page.eventually("it may be tried", "button('Send a new code').ariaDisabled === 'false'")
            .await;
        choose(&page, "Send a new code").await;
        page.eventually("it says so", "said === 'That was too often. Please wait a little.'")
            .await;
        let waits = "/ 0:(30|[12].)$/.test(button('Send a new code').textContent)";
        page.eventually("it counts what the server says", waits).await;
        assert_eq!(app.mailbox().messages().len(), 1);
    })
    .await;
}

/// Ten wrong tries, and the codes of an address have eight digits: of which a sign-in says nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_nobody_told_how_long_the_code_is_any_is_taken() {
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
        page.eventually("it asks", "focused === 'code' && boxes.length === 0")
            .await;
        // It is not sent before its end.
        page.press(&code[..4]).await;
        assert_eq!(page.ask("one('form').ariaBusy").await, "false");
        page.press(&code[4..]).await;
        assert_eq!(page.ask("one('[name=code]').value").await, code);
        submit(&page).await;
        is_in(&page).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn there_is_a_box_for_each_digit_and_they_are_edited_like_any_text() {
    let long = |builder: &mut tests::TestAppBuilder| builder.policy.code_length = 8;
    let app = TestApp::with(&Database::sqlite(), long).await;
    in_browser(Look::DarkPhone, async move |client| {
        let page = open(client, app.address()).await;
        register(&page).await;
        assert_eq!(page.ask("boxes.length").await, 8);
        let code = app.next_code(EMAIL).await;

        page.press("1x2 34").await;
        page.eventually("digits alone", "digits === '1234'").await;
        assert_eq!(page.ask("boxes.findIndex((box) => box.dataset.at === 'true')").await, 4);
        page.press(&format!("{}{}", Key::Left, Key::Backspace)).await;
        page.eventually("one is gone", "digits === '124'").await;
        assert_eq!(page.ask("boxes.findIndex((box) => box.dataset.at === 'true')").await, 2);
        page.press("9").await;
        page.eventually("another is in its place", "digits === '1294'").await;
        // As after a double click.
        page.ask("[one('[name=code]').select(), one('[name=code]').click()]")
            .await;
        assert_eq!(page.ask("one('[name=code]').selectionStart").await, 0);
        page.press(&format!("{}a{}{}", Key::Control, Key::Null, Key::Delete)).await;
        page.eventually("all are gone", "digits === ''").await;

        // What is around the code in the clipboard is left out, and it replaces what was typed.
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
        is_in(&page).await;
    })
    .await;
}
