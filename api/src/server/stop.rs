//! The stop, step by step. First, proxies notice that this server is not ready. Workers stop last, so that emails are
//! still sent while requests end.

use std::sync::atomic::Ordering;

use futures_util::future::join_all;
use tokio::time::{Instant, sleep, timeout_at};

use super::Server;

impl Server {
    /// Stops gracefully: finishes the requests that are in progress, and then the emails and webhooks that are being
    /// sent. What was claimed and is not sent yet is given back. Whenever `hurry` completes, the current step is cut
    /// short.
    pub async fn stop(self, mut hurry: impl AsyncFnMut()) {
        self.app.stopping.store(true, Ordering::Relaxed);
        tokio::select! {
            () = sleep(self.shutdown.delay) => {}
            () = hurry() => {}
        }
        let deadline = Instant::now() + self.shutdown.timeout;
        self.listening.stop();
        tokio::select! {
            // They close what takes too long themselves.
            _ = join_all(self.listeners) => {}
            () = hurry() => {}
        }
        self.app.supervisor.stop();
        let app = self.app;
        let last_steps = async {
            app.tasks.close();
            tokio::join!(join_all(self.workers), app.tasks.wait());
            if let Err(error) = app.refusals.flush(&app.db).await {
                tracing::warn!(%error, "cannot write the counts of refused requests");
            }
            let _ = app.db.clone().close().await;
            app.traces.clone().stop().await;
        };
        let is_over = tokio::select! {
            ended = timeout_at(deadline, last_steps) => ended.is_ok(),
            () = hurry() => false,
        };
        if !is_over {
            tracing::warn!(
                "the stop was cut short; emails and webhooks in progress are sent again when their leases end"
            );
        }
    }
}
