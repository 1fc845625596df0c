use mailer_mock::MailerMock;
use serde_json::{Value, json};

use crate::support::{PATIENCE, deliver, get, start};

/// A listener to the events.
struct Feed {
    response: reqwest::Response,
    buffer: String,
}

/// An event: its kind, its id, its data.
type Event = (String, String, Value);

impl Feed {
    async fn open(mock: &MailerMock, query: &str, last_seen: Option<&str>) -> Self {
        let url = format!("http://{}/api/v1/events{query}", mock.http_addr());
        let mut request = reqwest::Client::new().get(url);
        if let Some(id) = last_seen {
            request = request.header("last-event-id", id);
        }
        let response = request.send().await.expect("an answer");
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        let mut feed = Self {
            response,
            buffer: String::new(),
        };
        let greeting = feed.block().await;
        assert!(
            greeting.contains("retry: 1000") && !greeting.contains("data"),
            "{greeting}"
        );
        feed
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
            let chunk = tokio::time::timeout(PATIENCE, self.response.chunk()).await;
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
async fn each_mail_is_an_event() {
    let mock = start().await;
    send(&mock, "before").await;
    let (mut one, mut other) = (Feed::open(&mock, "", None).await, Feed::open(&mock, "", None).await);
    for subject in ["code 4466", "line\n two"] {
        let id = send(&mock, subject).await;
        let (_, list) = get(&mock, "/api/v1/messages").await;
        let expected = ("mail".to_owned(), id, list["messages"][0].clone());
        assert_eq!(one.next().await, expected);
        assert_eq!(other.next().await, expected);
    }
}

#[tokio::test]
async fn who_comes_back_gets_what_came_meanwhile() {
    let mock = start().await;
    let first = send(&mock, "one").await;
    let second = send(&mock, "two").await;
    let third = send(&mock, "three").await;
    for (query, last_seen, expected) in [
        (String::new(), Some(first.as_str()), vec![&second, &third]),
        (format!("?after={second}"), None, vec![&third]),
        // Browsers repeat the query of the first time.
        (format!("?after={first}"), Some(second.as_str()), vec![&third]),
        (format!("?after={second}"), Some("nonsense"), vec![&third]),
        ("?after=00000000000000".to_owned(), None, vec![&first, &second, &third]),
    ] {
        let mut feed = Feed::open(&mock, &query, last_seen).await;
        for id in expected {
            assert_eq!(feed.next().await.1, *id, "{query} {last_seen:?}");
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
    let mut feed = Feed::open(&mock, "", None).await;
    let deleted = |total: u32| ("deleted".to_owned(), String::new(), json!({ "total": total }));
    mock.mailbox().delete(&[id]);
    assert_eq!(feed.next().await, deleted(1));
    mock.mailbox().clear();
    assert_eq!(feed.next().await, deleted(0));
    let id = send(&mock, "three").await;
    assert_eq!(feed.next().await.1, id);
}

#[tokio::test]
async fn a_mail_that_is_gone_before_it_was_told_is_none() {
    let mock = start().await;
    let mut feed = Feed::open(&mock, "", None).await;
    send(&mock, "one").await;
    mock.mailbox().clear();
    let id = send(&mock, "two").await;
    let mut told = Vec::new();
    while told.last() != Some(&id) {
        let (kind, id, _) = feed.next().await;
        if kind == "mail" {
            told.push(id);
        }
    }
    assert!(told.len() <= 2, "{told:?}");
}
