//! `examples/web` in a browser, on another origin than the API.

mod accessible;
mod accessible_account;
mod account;
mod code;
mod flow;
mod history;
mod late;
mod life;
mod limits;
mod link;
mod problems;
mod reset;
mod site;
mod tabs;
mod unfinished;
mod unreachable;

use std::net::SocketAddr;
use std::time::Duration;

use browser::{Client, Page};
use serde_json::{Value, json};
use site::Site;

/// Beyond Latin-1, and with a colon: HTTP Basic must encode both.
const PASSWORD: &str = "trombone:Ätna über прибой";
const EMAIL: &str = "ada@example.com";
const OTHER: &str = "grace@example.com";

const WORDS: &str = "
    const heading = text('h1');
    const said = text('.notice p') ?? '';
    const boxes = [...document.querySelectorAll('.boxes span')];
    const digits = boxes.map((box) => box.textContent).join('');
    const problem = (name) => {
        const field = one(`[name=${name}]`);
        const told = (field.getAttribute('aria-describedby') ?? '').split(' ').map((id) => document.getElementById(id));
        const text = told.filter((element) => element?.matches('.problem')).map((element) => element.textContent).join();
        return field.getAttribute('aria-invalid') === 'true' ? text : null;
    };
    const button = (name) => [...document.querySelectorAll('button')].find((it) => it.textContent.startsWith(name));
    const focused = document.activeElement.name ?? document.activeElement.localName;
    const kept = JSON.stringify({ ...sessionStorage, ...localStorage });
    const registration = JSON.parse(localStorage['account.registration'] ?? 'null');
";

/// Opens the page, which calls the API at this address.
async fn open(client: Client, api: SocketAddr) -> Page {
    visit(client, &Site::start(api).await).await
}

async fn visit(client: Client, site: &Site) -> Page {
    let page = Page::with_words(client, &site.url(), WORDS).await;
    page.eventually("the page is there", "heading === 'Create your account'")
        .await;
    page
}

async fn submit(page: &Page) {
    page.click("button[type=submit]").await;
}

/// Waits for the hint at a new password. It comes with an answer of the server, and moves the button below it.
async fn hint_is_there(page: &Page) {
    page.eventually("the hint is there", "one('.hint p') !== null").await;
}

/// Clicks a button by its text.
async fn choose(page: &Page, name: &str) {
    page.ask(&format!("button({}).click()", json!(name))).await;
}

/// Registers, up to the boxes for the code.
async fn register(page: &Page) {
    page.fill("[name=email]", EMAIL).await;
    page.fill("[name=password]", PASSWORD).await;
    submit(page).await;
    page.eventually("the boxes are there", "boxes.length > 0").await;
}

/// Opens the form and signs in.
async fn sign_in(page: &Page, password: &str) {
    choose(page, "Sign in").await;
    page.eventually("the form is there", "heading === 'Welcome back'").await;
    page.fill("[name=email]", EMAIL).await;
    page.fill("[name=password]", password).await;
    submit(page).await;
}

async fn is_signed_in(page: &Page) {
    let details = format!("heading === `You're signed in` && text('dl').includes('{EMAIL}')");
    page.eventually("the account is there", &details).await;
}

/// Advances the clock of the page, not of the server.
async fn advance_page_clock(page: &Page, by: Duration) {
    let turn = format!(
        "(() => {{ const now = Date.now; Date.now = () => now() + {}; }})()",
        by.as_millis()
    );
    page.ask(&turn).await;
}

/// The session token that the page keeps.
async fn session(page: &Page) -> String {
    let kept: Value = page.ask("sessionStorage['account.session']").await;
    kept.as_str().expect("a token").to_owned()
}
