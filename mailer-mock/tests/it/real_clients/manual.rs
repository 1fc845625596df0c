//! Runs the examples of the manual. Only the ports are replaced.

use super::{program, succeeds};
use crate::manual::MANUAL;
use crate::support::start;

/// All examples in a language, connected to this mailer-mock.
fn examples(language: &str, mock: &mailer_mock::MailerMock) -> String {
    let fence = format!("```{language}\n");
    let blocks: Vec<&str> = MANUAL
        .split(&fence)
        .skip(1)
        .filter_map(|rest| rest.split_once("```").map(|(block, _)| block))
        .collect();
    assert!(blocks.len() > 1, "{language}");
    let (smtp, http) = (mock.smtp_addr().port().to_string(), mock.http_addr().to_string());
    let text = blocks.concat();
    assert!(text.contains("localhost:8025") && text.contains("1025"), "{language}");
    text.replace("localhost:8025", &http).replace("1025", &smtp)
}

#[tokio::test]
async fn javascript() {
    let mock = start().await;
    let mut command = program("node");
    command.args(["--input-type=module", "--eval", &examples("js", &mock)]);
    succeeds(command).await;
    assert_eq!(mock.mailbox().messages_to("ada@example.com").len(), 2);
}

#[tokio::test]
async fn python() {
    let mock = start().await;
    let mut command = program("python3");
    command.args(["-c", &examples("python", &mock)]);
    succeeds(command).await;
    assert_eq!(mock.mailbox().messages_to("grace@example.com").len(), 2);
    assert_eq!(mock.faults().rules()[0].fired, 1);
}

#[tokio::test]
async fn shell() {
    let mock = start().await;
    let folder = tempfile::tempdir().expect("a temporary folder");
    // It is running already.
    let examples = examples("sh", &mock).replace("cargo run -p mailer-mock", "true");
    let mut command = program("bash");
    // curl reports an HTTP error only with --fail.
    let script = format!("set -euo pipefail\ncurl() {{ command curl --fail \"$@\"; }}\n{examples}");
    command.args(["-c", &script]).current_dir(folder.path());
    succeeds(command).await;
    let subjects: Vec<String> = mock
        .mailbox()
        .messages()
        .iter()
        .map(|mail| mail.subject.clone())
        .collect();
    assert_eq!(subjects, ["over TLS", "4466 is your activation code"]);
}
