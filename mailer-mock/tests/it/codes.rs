//! Emails in the manner of banks, shops and online services, each with the right answer in its first header field.

use std::path::Path;

use crate::support::{Client, start};

#[tokio::test]
async fn finds_the_code_of_every_email() {
    let mock = start().await;
    let mut client = Client::greeted(mock.smtp_addr()).await;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/codes");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .expect("a folder")
        .map(|file| file.expect("a file").path())
        .collect();
    files.sort();
    let (mut wrong, mut without_code) = (Vec::new(), 0);
    for file in &files {
        client.begin("ada@example.com").await;
        for line in std::fs::read(file)
            .expect("an email")
            .split_inclusive(|&byte| byte == b'\n')
        {
            client
                .send([line.strip_suffix(b"\n").unwrap_or(line), b"\r\n"].concat())
                .await;
        }
        assert_eq!(client.code(".").await, 250);
        let message = &mock.mailbox().messages()[0];
        let first_line =
            String::from_utf8_lossy(message.raw.split(|&byte| byte == b'\r').next().expect("a line")).into_owned();
        let right: Vec<&str> = first_line
            .strip_prefix("Right-Answer:")
            .expect("the answer")
            .split_whitespace()
            .collect();
        without_code += usize::from(right.is_empty());
        if message.codes != right {
            wrong.push(format!("{}: {:?}, not {right:?}", file.display(), message.codes));
        }
    }
    assert_eq!(wrong, [""; 0]);
    assert!(
        files.len() >= 60 && without_code >= 10,
        "{} emails, {without_code} without a code",
        files.len()
    );
}
