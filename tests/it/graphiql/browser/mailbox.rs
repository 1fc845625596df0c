use browser::{Look, Port, in_browser, refuse_until};
use mailer_mock::{Config, MailerMock};
use tests::{Database, TestApp};

use super::Workbench;
use crate::seconds;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn unreachable_mailbox_is_shown_and_reconnected() {
    let (smtp, http) = (Port::reserve(), Port::reserve());
    let config = Config {
        smtp: smtp.address(),
        http: http.address(),
        ..Config::ephemeral()
    };
    let mailer = MailerMock::start(config.clone()).await.expect("free ports");
    let app = TestApp::with(&Database::sqlite(), |app| {
        app.smtp_url = Some(format!("smtp://{}", config.smtp));
        app.mailbox_url = Some(format!("http://{}", config.http));
    })
    .await;
    in_browser(Look::Desktop, async move |client| {
        let graphiql = Workbench::open(client, &app).await;
        let code = graphiql.register().await;
        assert_eq!(graphiql.ask("text('#outage')").await, "");
        mailer.shutdown().await;
        graphiql
            .eventually("the outage is shown", "text('#outage') === 'Mailbox unreachable'")
            .await;
        assert_eq!(graphiql.code().await, code, "the code can still be used");
        graphiql.click("#new").await;
        graphiql
            .eventually(
                "another address has no code",
                "one('#use').disabled && text('#code') === 'No code'",
            )
            .await;

        // The browser does not reconnect by itself after an HTTP error.
        refuse_until("/api/v1/events", http.address()).await;
        let _mailer = MailerMock::start(config).await.expect("its ports are free");
        graphiql
            .eventually(
                "the mailbox answers again",
                "text('#outage') === '' && text('#code') === 'No code yet: run Register'",
            )
            .await;
        graphiql.register().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hidden_page_closes_its_mailbox_connection() {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(Look::Desktop, async move |client| {
        let graphiql = Workbench::open(client, &app).await;
        let email = graphiql.ask("email").await;
        let email = email.as_str().expect("text");
        graphiql
            .eventually(
                "the mailbox has answered",
                "text('#code') === 'No code yet: run Register'",
            )
            .await;
        let count = "window.left = 0, EventSource.prototype.close = ((close) => function () {
            window.left += 1;
            close.call(this);
        })(EventSource.prototype.close)";
        graphiql.ask(&format!("[{count}].length")).await;
        graphiql.is_hidden(true).await;
        graphiql
            .eventually("the page closes its connection", "window.left === 1")
            .await;
        graphiql.run_tab("Register").await;
        let first = app.next_code(email).await;
        // The page looks once when the account changes, but opens no connection.
        assert_eq!(graphiql.ask("window.left").await, 1);

        // When shown again, the page reads the mailbox and reconnects.
        graphiql.is_hidden(false).await;
        assert_eq!(graphiql.code().await, first);
        app.clock.advance(seconds(61));
        graphiql.run_tab("Resend").await;
        let second = app.next_code(email).await;
        graphiql
            .eventually("the next code is there", &format!("text('#code') === '{second}'"))
            .await;
        graphiql.is_clean().await;
    })
    .await;
}
