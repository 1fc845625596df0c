//! The harness cleans up after itself.

use std::path::Path;

use tests::{Postgres, Process, within};
use tokio::process::Command;

use crate::seconds;

mod postgres {
    use super::*;

    /// Set in the second process of this test.
    const VICTIM: &str = "TEST_STARTS_POSTGRESQL_AND_WAITS";

    /// The test runs itself in a second process, and kills that one.
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn killed_test_process_leaves_no_server() {
        if std::env::var_os(VICTIM).is_some() {
            let postgres = Postgres::shared().await;
            println!("started in {}", postgres.folder().display());
            std::future::pending::<()>().await;
        }
        let mut command = Command::new(std::env::current_exe().expect("a path"));
        let name = "harness::postgres::killed_test_process_leaves_no_server";
        command.args(["--exact", name, "--nocapture"]).env(VICTIM, "1");
        let mut process = Process::start(command);
        let line = process.line_with("started in ").await;
        let (_, folder) = line.rsplit_once(' ').expect("a folder");
        let data = Path::new(folder).join("data");
        let file = std::fs::read_to_string(data.join("postmaster.pid")).expect("a running server");
        let server = file.lines().next().expect("its process id").to_owned();
        assert!(is_running(&server).await);

        process.kill().await;
        within(seconds(20), "the folder is removed", async || {
            !Path::new(folder).exists()
        })
        .await;
        assert!(!is_running(&server).await);
    }

    async fn is_running(process: &str) -> bool {
        let output = Command::new("ps").args(["-o", "stat=", "-p", process]).output().await;
        let state = String::from_utf8(output.expect("ps").stdout).expect("text");
        // A zombie has ended.
        !state.is_empty() && !state.starts_with('Z')
    }
}
