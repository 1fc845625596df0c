use mailer_mock::MailerMock;
use serde_json::{Value, json};

use crate::support::{GIVE_UP_AFTER, deliver, get, put, start};

/// A client of the event stream.
struct EventStream {
    response: reqwest::Response,
    buffer: String,
}

/// An event: type, ID, data.
type Event = (String, String, Value);

impl EventStream {
    async fn open(mock: &MailerMock, query: &str, last_event_id: Option<&str>) -> Self {
        let url = format!("http://{}/api/v1/events{query}", mock.http_addr());
        let mut request = reqwest::Client::new().get(url);
        if let Some(id) = last_event_id {
            request = request.header("last-event-id", id);
        }
        let response = request.send().await.expect("a response");
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        // Or nginx buffers it.
        assert_eq!(response.headers()["x-accel-buffering"], "no");
        let mut stream = Self {
            response,
            buffer: String::new(),
        };
        let greeting = stream.block().await;
        assert!(
            greeting.contains("retry: 1000") && !greeting.contains("data"),
            "{greeting}"
        );
        stream
    }

    async fn next(&mut self) -> Event {
        let block = self.block().await;
        let field = |name: &str| {
            let values = block.lines().filter_map(|line| line.strip_prefix(name));
            values.collect::<Vec<_>>().join("\n").trim().to_owned()
        };
        let data = serde_json::from_str(&field("data:")).expect("JSON");
        (field("event:"), field("id:"), data)
    }

    async fn block(&mut self) -> String {
        loop {
            if let Some((block, rest)) = self.buffer.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.buffer = rest;
                return block;
            }
            let chunk = tokio::time::timeout(GIVE_UP_AFTER, self.response.chunk()).await;
            let chunk = chunk.expect("in time").expect("it is open").expect("it goes on");
            self.buffer.push_str(&String::from_utf8_lossy(&chunk));
        }
    }
}

async fn send(mock: &MailerMock, subject: &str) -> String {
    deliver(mock, "ada@example.com", &format!("Subject: {subject}\n\n")).await;
    mock.mailbox().messages()[0].id.clone()
}

#[tokio::test]
async fn each_message_is_an_event() {
    let mock = start().await;
    send(&mock, "before").await;
    let (mut one, mut other) = (
        EventStream::open(&mock, "", None).await,
        EventStream::open(&mock, "", None).await,
    );
    for subject in ["code 4466", "line\n two"] {
        let id = send(&mock, subject).await;
        let (_, list) = get(&mock, "/api/v1/messages").await;
        let expected = ("mail".to_owned(), id, list["messages"][0].clone());
        assert_eq!(one.next().await, expected);
        assert_eq!(other.next().await, expected);
    }
}

#[tokio::test]
async fn reconnecting_client_gets_missed_messages() {
    let mock = start().await;
    let first = send(&mock, "one").await;
    let second = send(&mock, "two").await;
    let third = send(&mock, "three").await;
    for (query, last_event_id, expected) in [
        (String::new(), Some(first.as_str()), vec![&second, &third]),
        (format!("?after={second}"), None, vec![&third]),
        // A browser repeats the original query.
        (format!("?after={first}"), Some(second.as_str()), vec![&third]),
        (format!("?after={second}"), Some("nonsense"), vec![&third]),
        ("?after=00000000000000".to_owned(), None, vec![&first, &second, &third]),
    ] {
        let mut stream = EventStream::open(&mock, &query, last_event_id).await;
        for id in expected {
            assert_eq!(stream.next().await.1, *id, "{query} {last_event_id:?}");
        }
    }
    let (status, answer) = get(&mock, "/api/v1/events?after=nonsense").await;
    assert_eq!(status, 400);
    assert!(
        answer["Error"]
            .as_str()
            .is_some_and(|error| error.starts_with("after: "))
    );
}

#[tokio::test]
async fn deletions_are_events_without_an_id() {
    let mock = start().await;
    let id = send(&mock, "one").await;
    send(&mock, "two").await;
    let mut stream = EventStream::open(&mock, "", None).await;
    let deleted = |total: u32| ("deleted".to_owned(), String::new(), json!({ "total": total }));
    mock.mailbox().delete(&[id]);
    assert_eq!(stream.next().await, deleted(1));
    mock.mailbox().clear();
    assert_eq!(stream.next().await, deleted(0));
    let id = send(&mock, "three").await;
    assert_eq!(stream.next().await.1, id);
}

#[tokio::test]
async fn marks_are_events_without_an_id() {
    let mock = start().await;
    let id = send(&mock, "one").await;
    send(&mock, "two").await;
    let mut stream = EventStream::open(&mock, "", None).await;
    for (read, unread) in [(true, 1), (false, 2)] {
        let body = format!(r#"{{"IDs": ["{id}"], "Read": {read}}}"#);
        assert_eq!(put(&mock, "/api/v1/messages", &body).await.0, 200);
        let marked = ("marked".to_owned(), String::new(), json!({ "unread": unread }));
        assert_eq!(stream.next().await, marked);
        let (_, list) = get(&mock, "/api/v1/messages").await;
        assert_eq!(list["messages"][1]["Read"], json!(read));
    }
}

#[tokio::test]
async fn deleted_message_is_not_sent_later() {
    let mock = start().await;
    let mut stream = EventStream::open(&mock, "", None).await;
    send(&mock, "one").await;
    mock.mailbox().clear();
    let id = send(&mock, "two").await;
    let mut received = Vec::new();
    while received.last() != Some(&id) {
        let (kind, id, _) = stream.next().await;
        if kind == "mail" {
            received.push(id);
        }
    }
    assert!(received.len() <= 2, "{received:?}");
}
