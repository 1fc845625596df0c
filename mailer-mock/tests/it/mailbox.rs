use std::time::Duration;

use crate::support::{Client, GIVE_UP_AFTER, Receiver, deliver, start};

#[tokio::test]
async fn messages_are_newest_first_and_filtered_by_recipient() {
    let mock = start().await;
    deliver(&mock, "ada@example.com", "To: someone-else@example.com\n\none").await;
    deliver(&mock, "bob@example.com", "To: ada@example.com\n\ntwo").await;
    deliver(&mock, "ADA@example.com", "three").await;

    let mailbox = mock.mailbox();
    let texts = |messages: Vec<std::sync::Arc<mailer_mock::Message>>| {
        messages.iter().map(|m| m.text.trim().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(texts(mailbox.messages()), ["three", "two", "one"]);
    assert_eq!(texts(mailbox.messages_to("Ada@Example.com")), ["three", "one"]);
    assert_eq!(texts(mailbox.messages_to("eve@example.com")), [""; 0]);

    let id = mailbox.messages()[1].id.clone();
    assert_eq!(mailbox.message(&id).map(|m| m.text.clone()).as_deref(), Some("two\n"));
    mailbox.clear();
    assert!(mailbox.messages().is_empty());
    assert_eq!(mailbox.message(&id), None);
}

#[tokio::test]
async fn wait_without_an_id_returns_the_newest_message() {
    let mock = start().await;
    deliver(&mock, "ada@example.com", "one").await;
    deliver(&mock, "ada@example.com", "two").await;
    deliver(&mock, "bob@example.com", "three").await;
    let mail = mock.mailbox().wait_for("Ada@example.com", None, Duration::ZERO).await;
    assert_eq!(mail.expect("it is there").text, "two\n");
}

#[tokio::test]
async fn wait_with_an_id_returns_each_message_once() {
    let mock = start().await;
    let mailbox = mock.mailbox();
    for text in ["one", "two", "three"] {
        deliver(&mock, "ada@example.com", text).await;
        deliver(&mock, "bob@example.com", "another").await;
    }
    let first = mailbox.messages_to("ada@example.com").pop().expect("three");
    assert_eq!(first.text, "one\n");
    let mut after = first.id.clone();
    for text in ["two\n", "three\n"] {
        let mail = mailbox.wait_for("ada@example.com", Some(&after), Duration::ZERO).await;
        let mail = mail.expect("it is there");
        assert_eq!(mail.text, text);
        after.clone_from(&mail.id);
    }
    let none = mailbox.wait_for("ada@example.com", Some(&after), Duration::ZERO).await;
    assert_eq!(none, None);
}

#[tokio::test]
async fn wait_ends_when_a_message_arrives() {
    let mock = start().await;
    let wait = |to: &'static str, after: Option<String>| {
        let mailbox = mock.mailbox().clone();
        tokio::spawn(async move { mailbox.wait_for(to, after.as_deref(), GIVE_UP_AFTER).await })
    };
    let (ada, bob) = (wait("ada@example.com", None), wait("bob@example.com", None));
    deliver(&mock, "ada@example.com", "one").await;
    let first = ada.await.expect("no panic").expect("it came");
    assert_eq!(first.text, "one\n");

    let next = wait("ada@example.com", Some(first.id.clone()));
    deliver(&mock, "bob@example.com", "for bob").await;
    deliver(&mock, "ada@example.com", "two").await;
    assert_eq!(next.await.expect("no panic").expect("it came").text, "two\n");
    assert_eq!(bob.await.expect("no panic").expect("it came").text, "for bob\n");
}

#[tokio::test]
async fn wait_accepts_the_id_of_a_deleted_message() {
    let mock = start().await;
    deliver(&mock, "ada@example.com", "one").await;
    let first = mock.mailbox().messages()[0].id.clone();
    mock.mailbox().clear();
    deliver(&mock, "ada@example.com", "two").await;
    let next = mock
        .mailbox()
        .wait_for("ada@example.com", Some(&first), Duration::ZERO)
        .await;
    assert_eq!(next.expect("it is there").text, "two\n");
}

#[tokio::test]
async fn keeps_the_newest_thousand() {
    let mock = start().await;
    let mut client = Client::greeted(mock.smtp_addr()).await;
    for n in 0..1_005 {
        let begin = "MAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.com>\r\nDATA\r\n";
        client.send(format!("{begin}{n}\r\n.\r\n")).await;
        assert_eq!(client.codes().await, [250, 250, 354, 250]);
    }
    let messages = mock.mailbox().messages();
    assert_eq!(messages.len(), 1_000);
    assert_eq!(messages[0].text, "1004\n");
    assert_eq!(messages[999].text, "5\n");
}

#[tokio::test]
async fn sender_is_from_the_header_or_the_envelope() {
    let mut receiver = Receiver::start().await;
    for (mail, address, name) in [
        ("From: A <a@x>, b@x\n\n", "a@x", "A"),
        ("From: nobody\n\n", "sender@example.com", ""),
        ("no header", "sender@example.com", ""),
    ] {
        let from = receiver.receive(mail).await.from.clone().expect("a sender");
        assert_eq!((from.address.as_str(), from.name.as_str()), (address, name), "{mail}");
    }
}

#[tokio::test]
async fn recipients_are_from_the_envelope_and_names_from_the_header() {
    let mut receiver = Receiver::start().await;
    let many = |before: usize| format!("To: {}Ada <ada@example.com>\n\n", "a@x, ".repeat(before));
    for (mail, name) in [
        (
            "To: Other <o@x>\nCc: Team: Ada <ADA@Example.com>, b@x;\n\n".to_owned(),
            "Ada",
        ),
        ("To: a, ,<\n\n".to_owned(), ""),
        (
            "To: =?utf-8?Q?Ada,_Countess?= <ada@example.com>\n\n".to_owned(),
            "Ada, Countess",
        ),
        (
            format!("To: {} <ada@example.com>\n\n", "n".repeat(5_000)),
            "n".repeat(1_000).as_str(),
        ),
        (many(999), "Ada"),
        (many(1_000), ""),
    ] {
        let to = receiver.receive(&mail).await.to.clone();
        assert_eq!(
            (to.len(), to[0].address.as_str(), to[0].name.as_str()),
            (1, "ada@example.com", name)
        );
    }
}

#[tokio::test]
async fn addresses_are_found_in_every_spelling() {
    let mock = start().await;
    let mut client = Client::greeted(mock.smtp_addr()).await;
    for (recipient, address, is_same) in [
        ("ada@xn--bcher-kva.example", "Ada@b\u{fc}cher.example", true),
        ("ada@B\u{dc}CHER.example", "ada@XN--BCHER-KVA.example", true),
        ("ada@bu\u{308}cher.example", "ada@b\u{fc}cher.example", true),
        ("\"odd+user\"@example.com", "odd+user@example.com", true),
        ("\"odd user\"@example.org", "\"odd user\"@example.org", true),
        ("\"ada\"@example.com", "ada@example.com", true),
        ("\"a\\\"b\"@x", "\"A\\\"B\"@x", true),
        ("J\u{d6}RG@example.com", "j\u{f6}rg@example.com", true),
        ("ada@[127.0.0.1]", "ada@[127.0.0.1]", true),
        ("ada@b\u{fc}cher.example", "ada@bucher.example", false),
        ("ada@example.com", "ada@example.org", false),
    ] {
        mock.mailbox().clear();
        client
            .send(format!(
                "MAIL FROM:<a@x> SMTPUTF8\r\nRCPT TO:<{recipient}>\r\nDATA\r\n.\r\n"
            ))
            .await;
        assert_eq!(client.codes().await, [250, 250, 354, 250], "{recipient}");
        assert_eq!(mock.mailbox().messages()[0].to[0].address, recipient);
        assert_eq!(
            mock.mailbox().messages_to(address).len(),
            usize::from(is_same),
            "{recipient} {address}"
        );
        let query: String =
            percent_encoding::utf8_percent_encode(address, percent_encoding::NON_ALPHANUMERIC).collect();
        let (status, _) = crate::support::get(&mock, &format!("/api/v1/wait?timeout=1ms&to={query}")).await;
        assert_eq!(status == 200, is_same, "{recipient} {address}");
    }
}
