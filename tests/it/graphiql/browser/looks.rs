//! The page is accessible in each theme and size. `SCREENSHOTS=docs ./tests/run -- -p tests --test it
//! graphiql::browser` renews the picture in the documentation.

use browser::{Look, in_browser};
use serde_json::json;
use tests::{Database, TestApp};

use super::Workbench;

/// The whole page except for two faults of GraphiQL: the colors of its editors, and tabs that contain a button.
const PAGE: &str = "{ exclude: ['.CodeMirror', '.graphiql-tab'] }";

async fn every_state(look: Look, picture: Option<&'static str>) {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(look, async move |client| {
        let graphiql = Workbench::open(client, &app).await;
        graphiql.is_accessible(PAGE, "at first").await;
        graphiql.register().await;
        graphiql.is_accessible(PAGE, "with a code").await;
        graphiql.activate().await;
        if let Some(picture) = picture {
            // As after `cargo run`.
            let usual =
                "[one('#age').textContent, one('#where').textContent] = ['4 s ago', 'All emails: localhost:8025']";
            graphiql.ask(usual).await;
            graphiql.screenshot(picture).await;
        }
        graphiql.choose("SignOut").await;
        graphiql.run().await;
        graphiql
            .eventually("no session is left", "one('#sends').dataset.kind === 'missing'")
            .await;
        graphiql.is_accessible(PAGE, "without a session").await;
        let fits = "document.documentElement.scrollWidth <= document.documentElement.clientWidth";
        assert_eq!(graphiql.ask(fits).await, true);
        graphiql.is_clean().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_state_is_accessible_in_light_theme() {
    every_state(Look::Desktop, Some("graphiql.png")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_state_is_accessible_in_dark_theme() {
    every_state(Look::DarkDesktop, None).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_state_is_accessible_on_a_phone() {
    every_state(Look::Phone, None).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn close_buttons_of_dialogs_are_visible() {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(Look::Desktop, async move |client| {
        let graphiql = Workbench::open(client, &app).await;
        for dialog in ["Open settings dialog", "Open short keys dialog"] {
            graphiql.click(&format!("[aria-label='{dialog}']")).await;
            let cross = "(({ paddingLeft, paddingRight }, { width }) => width - parseFloat(paddingLeft) - parseFloat(paddingRight))
                (getComputedStyle(one('.graphiql-dialog-close svg')), one('.graphiql-dialog-close svg').getBoundingClientRect()) > 8";
            graphiql.eventually(dialog, &format!("one('.graphiql-dialog-close svg') !== null && {cross}"))
                .await;
            graphiql.click(".graphiql-dialog-close").await;
            graphiql
                .eventually("the dialog is closed", "one('.graphiql-dialog') === null")
                .await;
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn panel_follows_theme_setting() {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(Look::DarkDesktop, async move |client| {
        let graphiql = Workbench::open(client, &app).await;
        let colors = "['body', '.graphiql-query-editor .CodeMirror']
            .map((selector) => getComputedStyle(one(selector)).backgroundColor)";
        let dark = graphiql.ask(colors).await;
        assert_eq!(dark[0], dark[1], "both are dark");
        graphiql.click("[aria-label='Open settings dialog']").await;
        graphiql.click("[data-theme=light]").await;
        graphiql
            .eventually(
                "both are light",
                &format!("{colors}.every((color) => color === 'rgb(255, 255, 255)')"),
            )
            .await;
        // The choice survives a reload.
        let graphiql = Workbench::open(graphiql.client.clone(), &app).await;
        assert_eq!(
            graphiql.ask(colors).await,
            json!(["rgb(255, 255, 255)", "rgb(255, 255, 255)"])
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn low_window_scrolls_to_the_variables_and_the_answer() {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(Look::Desktop, async move |client| {
        let graphiql = Workbench::open(client, &app).await;
        for (width, height) in [(1280, 300), (1024, 400), (768, 500)] {
            graphiql.resize(width, height).await;
            graphiql.ask("scrollTo(0, 1e6)").await;
            let visible = "['.graphiql-editor-tools', '.graphiql-response'].every((part) =>
                one(part).getBoundingClientRect().bottom <= innerHeight + 1 && one(part).getBoundingClientRect().height > 40)";
            graphiql.eventually(&format!("{width} by {height}"), visible).await;
            let together = "[...document.querySelectorAll('#account label')].every((label) =>
                Math.abs(label.getBoundingClientRect().top - one(`#${label.htmlFor}`).getBoundingClientRect().top) < 20)";
            assert_eq!(graphiql.ask(together).await, true, "each field is beside its label");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn run_button_and_open_tabs_are_visible_in_forced_colors() {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(Look::Desktop, async move |client| {
        let graphiql = Workbench::open(client, &app).await;
        graphiql.prefers("forced-colors", "active").await;
        let run = "getComputedStyle(one('.graphiql-execute-button')).backgroundColor !== getComputedStyle(one('.graphiql-execute-button svg')).color";
        assert_eq!(graphiql.ask(run).await, true);
        for (open, other) in [
            (".graphiql-tab-active", ".graphiql-tab:not(.graphiql-tab-active)"),
            (".graphiql-editor-tools .active", ".graphiql-editor-tools button:not(.active)"),
        ] {
            let border = |selector: &str| format!("getComputedStyle(one('{selector}')).borderTopWidth");
            assert_ne!(graphiql.ask(&border(open)).await, graphiql.ask(&border(other)).await, "{open}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn page_without_scripts_says_what_it_needs() {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(Look::Desktop, async move |client| {
        let graphiql = Workbench::open(client, &app).await;
        graphiql.reload_without_scripts().await;
        let shown = graphiql.element("body").await.text().await.expect("text");
        assert_eq!(shown, "Registration\nGraphiQL needs JavaScript. The schema does not.");
    })
    .await;
}
