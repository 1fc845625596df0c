use lettre::message::{Mailbox, MultiPart};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};

use crate::support::start;

type Transport = AsyncSmtpTransport<Tokio1Executor>;

fn address(text: &str) -> Mailbox {
    text.parse().expect("an address")
}

#[tokio::test]
async fn lettre_delivers_a_multipart_message() {
    let mock = start().await;
    let smtp = mock.smtp_addr();
    let transport = Transport::builder_dangerous(smtp.ip().to_string())
        .port(smtp.port())
        .build();
    let mail = Message::builder()
        .from(address("Registration <no-reply@example.com>"))
        .to(address("Ada L\u{f6}velace <Ada@example.com>"))
        .message_id(Some("<one@example.com>".to_owned()))
        .subject("0042 is your activation code \u{2013} hello")
        .multipart(MultiPart::alternative_plain_html(
            "Your code, sch\u{f6}n:\n\n0042\n".to_owned(),
            "<p>Your code, sch\u{f6}n:</p><h1>0042</h1>".to_owned(),
        ))
        .expect("a mail");
    // The second one uses the same connection.
    for _ in 0..2 {
        transport.send(mail.clone()).await.expect("it is accepted");
    }

    let messages = mock.mailbox().messages();
    assert_eq!(messages.len(), 2);
    let message = &messages[0];
    let from = message.from.as_ref().expect("a sender");
    assert_eq!(
        (from.name.as_str(), from.address.as_str()),
        ("Registration", "no-reply@example.com")
    );
    let to = &message.to[0];
    assert_eq!(
        (to.name.as_str(), to.address.as_str()),
        ("Ada L\u{f6}velace", "Ada@example.com")
    );
    assert_eq!(message.return_path, "no-reply@example.com");
    assert_eq!(message.message_id.as_deref(), Some("one@example.com"));
    assert_eq!(message.subject, "0042 is your activation code \u{2013} hello");
    assert_eq!(message.text, "Your code, sch\u{f6}n:\n\n0042\n");
    assert_eq!(message.html, "<p>Your code, sch\u{f6}n:</p><h1>0042</h1>");
    assert_eq!(message.codes, ["0042"]);
}

#[tokio::test]
async fn lettre_delivers_to_non_ascii_addresses() {
    let mock = start().await;
    let smtp = mock.smtp_addr();
    let transport = Transport::builder_dangerous(smtp.ip().to_string())
        .port(smtp.port())
        .build();
    let mail = Message::builder()
        .from(address("no-reply@example.com"))
        .to(address("j\u{f6}rg@ex\u{e4}mple.com"))
        .subject("Hello")
        .body("Hello".to_owned())
        .expect("a mail");
    transport.send(mail).await.expect("it is accepted");
    assert_eq!(mock.mailbox().messages_to("J\u{d6}RG@EX\u{c4}MPLE.com").len(), 1);
}
