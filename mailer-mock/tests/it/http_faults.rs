use std::time::Duration;

use mailer_mock::{Action, FaultRule, Stage};
use serde_json::json;

use crate::support::{Client, get, put, start};

const PATH: &str = "/api/v1/faults";

#[tokio::test]
async fn sets_and_returns_rules() {
    let mock = start().await;
    assert_eq!(get(&mock, PATH).await, (200, json!([])));

    let rules = json!([
        {"stage": "rcpt", "recipient": "*@example.com", "reply": {"code": 450, "text": "busy"}, "times": 2},
        {"stage": "after-data", "delay": "1s 500ms"},
        {"stage": "connect", "drop": true},
        {"stage": "ehlo", "reply": {"code": 554}},
        {"stage": "mail", "delay": "0s"},
        {"stage": "data", "drop": true},
    ]);
    let (status, response) = put(&mock, PATH, &rules.to_string()).await;
    assert_eq!(status, 200);
    assert_eq!(get(&mock, PATH).await, (200, response.clone()));

    let reply = |code, text: &str| Action::Reply {
        code,
        text: text.to_owned(),
    };
    let expected = [
        FaultRule {
            times: Some(2),
            recipient: Some("*@example.com".to_owned()),
            ..FaultRule::new(Stage::Rcpt, reply(450, "busy"))
        },
        FaultRule::new(Stage::AfterData, Action::Delay(Duration::from_millis(1_500))),
        FaultRule::new(Stage::Connect, Action::Drop),
        FaultRule::new(Stage::Ehlo, reply(554, "injected fault")),
        FaultRule::new(Stage::Mail, Action::Delay(Duration::ZERO)),
        FaultRule::new(Stage::Data, Action::Drop),
    ];
    assert_eq!(mock.faults().rules(), expected);

    // A response can be sent back.
    assert_eq!(put(&mock, PATH, &response.to_string()).await, (200, response));
    assert_eq!(mock.faults().rules(), expected);
    assert_eq!(put(&mock, PATH, "[]").await, (200, json!([])));
    assert_eq!(mock.faults().rules(), []);
}

#[tokio::test]
async fn counts_how_often_rules_fired() {
    let mock = start().await;
    let rules = r#"[{"stage": "mail", "reply": {"code": 450, "text": "busy"}, "times": 1}]"#;
    put(&mock, PATH, rules).await;
    let mut client = Client::greeted(mock.smtp_addr()).await;
    assert_eq!(
        client.command("MAIL FROM:<a@example.com>").await,
        (450, "busy".to_owned())
    );
    assert_eq!(client.code("MAIL FROM:<a@example.com>").await, 250);
    let (_, rules) = get(&mock, PATH).await;
    let expected = json!([{"stage": "mail", "reply": {"code": 450, "text": "busy"}, "times": 1, "fired": 1}]);
    assert_eq!(rules, expected);
}

#[tokio::test]
async fn body_too_large_is_a_json_error() {
    let mock = start().await;
    let (status, answer) = put(&mock, PATH, &" ".repeat(3 * 1024 * 1024)).await;
    assert_eq!(status, 413);
    assert!(answer["Error"].is_string(), "{answer}");
}

#[tokio::test]
async fn invalid_rules_are_rejected_and_change_nothing() {
    let mock = start().await;
    put(&mock, PATH, r#"[{"stage": "mail", "drop": true}]"#).await;
    for (rules, reason) in [
        ("", "expected a list of rules"),
        ("{}", "expected a list of rules"),
        (r#"[{"drop": true}]"#, "missing field `stage`"),
        (
            r#"[{"stage": "quit", "drop": true}]"#,
            "unknown variant `quit`, expected one of",
        ),
        (r#"[{"stage": "mail", "dorp": true}]"#, "unknown field `dorp`"),
        (
            r#"[{"stage": "mail"}]"#,
            "rule 1: expected exactly one of reply, delay and drop",
        ),
        (
            r#"[{"stage": "mail", "drop": true}, {"stage": "mail", "drop": true, "delay": "1s"}]"#,
            "rule 2: expected exactly",
        ),
        (
            r#"[{"stage": "mail", "delay": "soon"}]"#,
            "rule 1: delay: expected a duration",
        ),
        (
            r#"[{"stage": "mail", "delay": "2h"}]"#,
            "rule 1: delay: expected a duration up to 1h",
        ),
        (
            r#"[{"stage": "mail", "drop": true, "times": 0}]"#,
            "rule 1: times: expected at least 1",
        ),
        (r#"[{"stage": "mail", "drop": true, "times": -1}]"#, "invalid value"),
        (
            r#"[{"stage": "mail", "reply": {"code": 99}}]"#,
            "rule 1: reply.code: expected 200 to 599",
        ),
        (
            r#"[{"stage": "mail", "reply": {"code": 600}}]"#,
            "rule 1: reply.code: expected 200 to 599",
        ),
        (
            r#"[{"stage": "mail", "reply": {"code": 450, "text": "a\r\nb"}}]"#,
            "rule 1: reply.text: expected no control",
        ),
        (
            r#"[{"stage": "mail", "recipient": "a@b", "drop": true}]"#,
            "rule 1: recipient: only valid at the stages",
        ),
    ] {
        let (status, answer) = put(&mock, PATH, rules).await;
        let error = answer["Error"].as_str().unwrap_or_default();
        assert!(status == 400 && error.contains(reason), "{rules}: {status} {error}");
        assert_eq!(mock.faults().rules(), [FaultRule::new(Stage::Mail, Action::Drop)]);
    }
}

#[tokio::test]
async fn address_rules_fire_and_are_listed() {
    let mock = start().await;
    put(&mock, PATH, r#"[{"stage": "mail", "delay": "1ms"}]"#).await;
    let mut client = Client::greeted(mock.smtp_addr()).await;
    for (line, code) in [
        ("MAIL FROM:<a@example.com>", 250),
        ("RCPT TO:<Bob+451x2@example.com>", 451),
        ("RCPT TO:<bob+451x2@example.com>", 451),
        ("RCPT TO:<bob+451x2@example.com>", 250),
        ("RCPT TO:<bob+delay-1ms@example.com>", 250),
        ("RCPT TO:<bob+drop-quit@example.com>", 553),
        ("RCPT TO:<bob+drop-after-data@example.com>", 250),
        ("DATA", 354),
    ] {
        assert_eq!(client.code(line).await, code, "{line}");
    }
    client.send(".\r\n").await;
    client.is_closed().await;
    assert_eq!(mock.mailbox().messages_to("bob+451x2@example.com").len(), 1);

    let (_, rules) = get(&mock, PATH).await;
    let reply = json!({"code": 451, "text": "requested by the address"});
    let expected = json!([
        {"stage": "mail", "delay": "1ms", "fired": 1},
        {"stage": "rcpt", "recipient": "bob+451x2@example.com", "reply": reply, "times": 2, "fired": 2, "address": true},
        {"stage": "rcpt", "recipient": "bob+delay-1ms@example.com", "delay": "1ms", "fired": 1, "address": true},
        {"stage": "after-data", "recipient": "bob+drop-after-data@example.com", "drop": true, "fired": 1, "address": true},
    ]);
    assert_eq!(rules, expected);

    // Sending the list back resets the counts and drops the address rules.
    let (_, rules) = put(&mock, PATH, &rules.to_string()).await;
    assert_eq!(rules, json!([{"stage": "mail", "delay": "1ms", "fired": 0}]));
}
