//! Tasks that panic are started again.

use std::time::Duration;

use reqwest::Method;
use tests::{Database, PASSWORD, TestApp, eventually, on_both_databases};

async fn readiness(app: &TestApp) -> (u16, String) {
    let request = app.request(Method::GET, "/readyz").send();
    let response = request.await.expect("the server answers");
    let status = response.status().as_u16();
    (status, response.text().await.expect("text"))
}

#[on_both_databases]
async fn tasks_that_panic_are_started_again(database: Database) {
    let app = TestApp::start(&database).await;
    let session = app.register_and_activate("ada@example.com", PASSWORD).await;
    assert_eq!(readiness(&app).await.0, 200);

    eventually("the server is not ready while tasks are down", async || {
        // Every task reads the clock.
        app.clock.set_broken(true);
        // Wakes the tasks that sleep.
        app.clock.advance(Duration::from_mins(11));
        eventually("the tasks are down", async || {
            let down = app.server().app().supervisor.down();
            down.contains(&"mail") && down.contains(&"sweep")
        })
        .await;
        app.clock.set_broken(false);
        // They are started again within a second, so a slow test may miss it.
        let (status, text) = readiness(&app).await;
        status == 503 && text.contains("mail") && text.contains("sweep")
    })
    .await;

    eventually("the server is ready", async || readiness(&app).await.0 == 200).await;
    app.bearer(&session).me().await.is_active();
    app.register_and_activate("bob@example.com", PASSWORD).await;
    let metrics = app
        .request(Method::GET, "/metrics")
        .send()
        .await
        .expect("the server answers");
    let metrics = metrics.text().await.expect("text");
    for task in ["mail", "sweep"] {
        let restarts = format!("task_restarts_total{{task=\"{task}\"}} ");
        assert!(metrics.contains(&restarts), "{metrics}");
    }
}
