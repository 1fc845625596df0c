use browser::{Look, in_browser, refuse_until};
use mailer_mock::{Config, MailerMock};
use tests::{Database, TestApp};

use super::Workbench;
use crate::seconds;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mailbox_that_does_not_answer_is_no_empty_one() {
    let mailer = MailerMock::start(Config::ephemeral()).await.expect("free ports");
    let config = Config {
        smtp: mailer.smtp_addr(),
        http: mailer.http_addr(),
        ..Config::ephemeral()
    };
    let app = TestApp::with(&Database::sqlite(), |app| {
        app.smtp_url = Some(format!("smtp://{}", config.smtp));
        app.mailbox_url = Some(format!("http://{}", config.http));
    })
    .await;
    in_browser(Look::Desktop, async move |client| {
        let graphiql = Workbench::open(client, &app).await;
        let code = graphiql.register().await;
        assert_eq!(graphiql.ask("text('#silence')").await, "");
        mailer.shutdown().await;
        graphiql
            .eventually("it is said", "text('#silence') === 'The mailbox does not answer'")
            .await;
        assert_eq!(graphiql.code().await, code, "it can still be used");
        graphiql.click("#fresh").await;
        graphiql
            .eventually(
                "but for nobody else",
                "one('#use').disabled && text('#code') === 'No code'",
            )
            .await;

        // After such an answer a browser does not try again by itself.
        refuse_until("/api/v1/events", config.http).await;
        let _mailer = MailerMock::start(config).await.expect("its ports are free again");
        graphiql
            .eventually(
                "it answers again",
                "text('#silence') === '' && text('#code') === 'No code yet: run Register'",
            )
            .await;
        graphiql.register().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_that_nobody_looks_at_leaves_its_connection_to_others() {
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
        assert_eq!(graphiql.ask("window.left").await, 1);
        graphiql.run_tab("Register").await;
        let first = app.next_code(email).await;
        assert_eq!(graphiql.ask("one('#use').disabled").await, true);

        // It looks at once, and then listens.
        graphiql.is_hidden(false).await;
        assert_eq!(graphiql.code().await, first);
        app.clock.advance(seconds(61));
        graphiql.run_tab("Resend").await;
        let second = app.next_code(email).await;
        graphiql
            .eventually("the next one is there", &format!("text('#code') === '{second}'"))
            .await;
        graphiql.is_clean().await;
    })
    .await;
}
