use serde_json::json;

use super::canary::Canary;
use super::{Look, Page, in_browser};
use crate::support::{deliver, start};

const MAIL: &str = "Subject: styled\nContent-Type: multipart/alternative; boundary=b\n\n--b\n\nplain\n--b\nContent-Type: text/html\n\n\
    <meta name=color-scheme content='light dark'><p>Hello</p>\n--b--";

const IS_DARK: &str = "matchMedia('(prefers-color-scheme: dark)').matches";

#[tokio::test]
async fn html_is_shown_first_as_high_as_the_window() {
    let mock = start().await;
    in_browser(Look::Desktop, async move |client| {
        let page = Page::open(client, &mock).await;
        deliver(&mock, "ada@example.com", MAIL).await;
        page.open_newest("styled").await;
        page.frame_eventually("the HTML is there", "document.body?.innerText === 'Hello'")
            .await;
        assert_eq!(page.ask("one('iframe').clientHeight > innerHeight * 0.8").await, true);
        assert_eq!(
            page.ask("[one('#panel .bar a').href, one('#panel .bar a').target].join(' ')")
                .await
                .as_str()
                .map(|link| link.ends_with(".html _blank")),
            Some(true)
        );

        // The chosen tab stays.
        page.choose_tab("text").await;
        deliver(&mock, "ada@example.com", &MAIL.replace("styled", "another")).await;
        page.open_newest("another").await;
        page.eventually("the text is there", "text('#panel pre')?.trim() === 'plain'")
            .await;
    })
    .await;
}

#[tokio::test]
async fn html_is_shown_as_on_a_phone_and_in_dark_mode() {
    let mock = start().await;
    in_browser(Look::Desktop, async move |client| {
        let page = Page::open(client, &mock).await;
        deliver(&mock, "ada@example.com", MAIL).await;
        page.open_newest("styled").await;
        page.frame_eventually("it is light and wide", &format!("!{IS_DARK} && innerWidth >= 600"))
            .await;
        page.click("#panel .bar button:nth-of-type(1)").await;
        page.frame_eventually("it is narrow", "innerWidth <= 392 && innerWidth > 300")
            .await;
        page.click("#panel .bar button:nth-of-type(2)").await;
        page.frame_eventually("it is dark", IS_DARK).await;
        page.is_accessible("document", "dark email").await;
        let pressed = "[...document.querySelectorAll('#panel [aria-pressed=true]')].length";
        assert_eq!(page.ask(pressed).await, 2);

        // The switches stay for the next email.
        deliver(&mock, "ada@example.com", &MAIL.replace("styled", "another")).await;
        page.open_newest("another").await;
        page.frame_eventually("it is dark and narrow", &format!("{IS_DARK} && innerWidth <= 392"))
            .await;
        page.click("#panel .bar button:nth-of-type(2)").await;
        page.frame_eventually("it is light", &format!("!{IS_DARK}")).await;
    })
    .await;
}

#[tokio::test]
async fn on_a_phone_the_desktop_width_scrolls() {
    let mock = start().await;
    in_browser(Look::Phone, async move |client| {
        let page = Page::open(client, &mock).await;
        deliver(&mock, "ada@example.com", MAIL).await;
        page.open_newest("styled").await;
        page.frame_eventually("it is narrow", "innerWidth < 400").await;
        page.click("#panel .bar button:nth-of-type(1)").await;
        page.frame_eventually("it is wide", "innerWidth >= 600").await;
        let fits = "document.documentElement.scrollWidth <= document.documentElement.clientWidth";
        assert_eq!(page.ask(fits).await, true, "only the frame scrolls");
        page.is_accessible("document", "desktop width").await;
    })
    .await;
}

#[tokio::test]
async fn empty_html_does_not_hide_the_text() {
    let mock = start().await;
    in_browser(Look::Desktop, async move |client| {
        let page = Page::open(client, &mock).await;
        let mail = MAIL.replace("<meta name=color-scheme content='light dark'><p>Hello</p>", " ");
        deliver(&mock, "ada@example.com", &mail).await;
        page.open_newest("styled").await;
        page.eventually("the text is there", "text('#panel pre')?.trim() === 'plain'")
            .await;
    })
    .await;
}

/// Each link, with the window in which it opens: a new one, or the frame.
#[tokio::test]
async fn links_open_new_windows_whatever_their_target() {
    let mock = start().await;
    let other = Canary::start(|_| String::new()).await;
    in_browser(Look::Desktop, async move |client| {
        let page = Page::open(client, &mock).await;
        let window = page.client.window().await.expect("the window");
        for (number, target) in [
            "",
            "target=_self",
            "TARGET='_top'",
            "class=x target=\"_parent\"",
            "target=other",
        ]
        .into_iter()
        .enumerate()
        {
            let link = format!(
                "<a {target} href=http://{}/{number} style='display:block'>go</a>",
                other.addr()
            );
            let mail = format!("Subject: n{number}\nContent-Type: text/html\n\n{link}<p id=end>the end</p>");
            deliver(&mock, "ada@example.com", &mail).await;
            page.open_newest(&format!("n{number}")).await;
            page.frame_eventually("it is there", "document.querySelector('#end') !== null")
                .await;
            page.client.enter_frame(0).await.expect("the frame");
            page.click("a").await;
            page.client.enter_parent_frame().await.expect("the page");
            let path = format!("/{number}");
            let opened = async {
                while !other.requests().contains(&path) {
                    tokio::task::yield_now().await;
                }
            };
            let in_time = tokio::time::timeout(crate::support::GIVE_UP_AFTER, opened).await;
            assert!(in_time.is_ok(), "{target}");
            // The page is hidden until the new window is closed.
            let windows = page.client.windows().await.expect("windows");
            let new = windows
                .into_iter()
                .find(|other| *other != window)
                .expect("a new window");
            page.client.switch_to_window(new).await.expect("it is there");
            page.client.close_window().await.expect("it closes");
            page.client.switch_to_window(window.clone()).await.expect("it is there");
            page.frame_eventually(
                "the frame still shows the email",
                "document.querySelector('#end') !== null",
            )
            .await;
        }
    })
    .await;
}

#[tokio::test]
async fn link_to_a_place_in_the_email_goes_there() {
    let mock = start().await;
    in_browser(Look::Desktop, async move |client| {
        let page = Page::open(client, &mock).await;
        let tall = "<p style='height:4000px'>tall</p>";
        let mail = format!(
            "Subject: places\nContent-Type: text/html\n\n<A class=x HREF='#end'>go</A>{tall}<p id=end>the end</p>"
        );
        deliver(&mock, "ada@example.com", &mail).await;
        page.open_newest("places").await;
        page.frame_eventually("it is there", "document.querySelector('#end') !== null")
            .await;
        page.client.enter_frame(0).await.expect("the frame");
        page.click("a").await;
        page.client.enter_parent_frame().await.expect("the page");
        page.frame_eventually("it scrolls", "scrollY > 1000").await;
        assert_eq!(page.client.windows().await.expect("windows").len(), 1);
    })
    .await;
}

#[tokio::test]
async fn email_cannot_leave_its_frame_by_itself() {
    let mock = start().await;
    let other = Canary::start(|_| String::new()).await;
    in_browser(Look::Desktop, async move |client| {
        let page = Page::open(client, &mock).await;
        let away = format!("http://{}/", other.addr());
        let html = format!("<meta http-equiv=refresh content='0;url={away}refresh'><base href='{away}' target=_top>\
            <object data='{away}object'></object><embed src='{away}embed'><link rel=preload as=image href='{away}preload'>\
            <form id=f action='{away}form'><input type=submit autofocus></form><img src=relative><p id=end>the end</p>");
        deliver(&mock, "ada@example.com", &format!("Subject: away\nContent-Type: text/html\n\n{html}")).await;
        page.open_newest("away").await;
        page.frame_eventually("it is there", "document.querySelector('#end') !== null").await;
        page.client.enter_frame(0).await.expect("the frame");
        page.click("input").await;
        page.client.enter_parent_frame().await.expect("the page");
        for _ in 0..20 {
            page.frame_eventually("it stays", "document.querySelector('#end') !== null").await;
        }
        // Outside the frame, too.
        page.client.goto(&format!("http://{}/view/latest.html", mock.http_addr())).await.expect("it loads");
        page.click("input").await;
        page.eventually("it stays", "one('#end') !== null").await;
        assert_eq!(json!(other.requests()), json!([]));
    })
    .await;
}
