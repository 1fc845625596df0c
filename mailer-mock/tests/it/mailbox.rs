use std::time::Duration;

use crate::support::{Client, GIVE_UP_AFTER, deliver, start};

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
