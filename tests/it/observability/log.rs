//! The lines of the real binary.

use serde_json::{Value, json};
use tests::{Client, Database, Installation, PASSWORD, wrong_code};

use crate::seconds;

/// Runs a life with every step that a person can take, and returns the lines of the log.
async fn live(database_url: &str) -> Vec<Value> {
    let installation = Installation::on(database_url)
        .await
        .with("LOG_FORMAT", "json")
        .with("RUST_LOG", "api=debug,info");
    let mut process = installation.process();
    let client = Client::new(process.listening().await);
    let mailbox = installation.mailer.mailbox();
    let code = async |address: &str| {
        let mail = mailbox.wait_for(address, None, seconds(30)).await;
        mail.expect("an email").codes[0].clone()
    };

    let token = client.register("ada@example.com", PASSWORD).await.verification_token();
    let right = code("ada@example.com").await;
    client
        .activate_with_token(&token, &wrong_code(&right))
        .await
        .fails_with("INVALID_CODE");
    let session = client.activate_with_token(&token, &right).await.session_token();
    client.send("query Hunter2{me{id}}", json!({})).await;
    client.bearer("hunter2").me().await.is_unauthenticated();
    client.bearer(&session).me().await.is_active();
    client.send("{hunter2}", json!({})).await;
    client
        .sign_in("ada@example.com", "hunter2hunter2")
        .await
        .fails_with("INVALID_CREDENTIALS");
    client.register("ada", "short").await;
    let second = client.sign_in("ada@example.com", PASSWORD).await.session_token();
    let ada = client.bearer(&second);
    ada.send("mutation{revokeOtherSessions{revokedCount}}", json!({})).await;
    let change = ada.request_email_change("countess@example.com", PASSWORD).await;
    let change = change.verification_token();
    let digits = code("countess@example.com").await;
    ada.confirm_email_change(&change, &digits).await.succeeds();
    let changed = ada.change_password(PASSWORD, "another long passphrase").await;
    client.bearer(&changed.session_token()).sign_out().await.succeeds();
    let (status, lines) = process.stop("TERM").await;
    assert_eq!(status, Some(0));
    // In development, examples for a person follow the start.
    let lines: Vec<_> = lines.into_iter().filter(|line| line.starts_with('{')).collect();
    for secret in [
        "ada@",
        "countess@",
        "hunter2",
        "Hunter2",
        PASSWORD,
        "another long passphrase",
        &token,
        &session,
        &second,
        &change,
        &digits,
    ] {
        let line = lines.iter().find(|line| line.contains(secret));
        assert_eq!(line, None, "{secret}");
    }
    lines
        .iter()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .collect()
}

/// The lines with a message.
fn lines_of<'a>(lines: &'a [Value], message: &str) -> Vec<&'a Value> {
    lines.iter().filter(|line| line["message"] == message).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_request_is_one_line_with_its_outcome_and_its_costs() {
    let lines = live(Database::sqlite().url()).await;
    let requests = lines_of(&lines, "request");
    let outcomes: Vec<_> = requests
        .iter()
        .map(|line| {
            (
                line["field"].as_str().unwrap_or_default(),
                line["outcome"].as_str().unwrap_or_default(),
            )
        })
        .collect();
    assert_eq!(
        outcomes,
        [
            ("register", "OK"),
            ("activate", "INVALID_CODE"),
            ("activate", "OK"),
            ("me", "OK"),
            ("me", "UNAUTHENTICATED"),
            ("me", "OK"),
            ("unknown", "GRAPHQL_VALIDATION_FAILED"),
            ("signIn", "INVALID_CREDENTIALS"),
            ("register", "INVALID_EMAIL"),
            ("signIn", "OK"),
            ("revokeOtherSessions", "OK"),
            ("requestEmailChange", "OK"),
            ("confirmEmailChange", "OK"),
            ("changePassword", "OK"),
            ("signOut", "OK"),
        ]
    );
    for line in &requests {
        let is_routine = line["field"] == "me" && line["outcome"] == "OK";
        assert_eq!(line["level"], if is_routine { "DEBUG" } else { "INFO" }, "{line}");
        assert_eq!(line["status"], 200, "{line}");
        assert_eq!(line["network"], "127.0.0.0/24", "{line}");
        assert!(line["span"]["id"].is_string(), "{line}");
        let millis = |name: &str| line[name].as_f64().unwrap_or_default();
        assert!(millis("millis") >= millis("db_millis"), "{line}");
        assert!(!line.to_string().contains("127.0.0.1"), "{line}");
    }
    let [register, _, activate, _, _, me, _, sign_in, refused, ..] = requests[..] else {
        panic!("{requests:#?}");
    };
    for (line, statements, hashes) in [
        (register, 9.., true),
        (activate, 9.., false),
        (me, 1.., false),
        (sign_in, 5.., true),
        (refused, 0.., false),
    ] {
        let counted = line["db_statements"].as_u64().expect("a number");
        assert!(statements.contains(&counted), "{line}");
        assert_eq!(counted > 0, line["db_millis"].as_f64() > Some(0.0), "{line}");
        assert_eq!(line["hash_wait_millis"].is_number(), hashes, "{line}");
    }
    assert_eq!(me["db_statements"], 1, "{me}");
    assert_eq!(refused["db_statements"], 0, "{refused}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_step_of_a_life_is_logged_within_its_request() {
    let lines = live(Database::sqlite().url()).await;
    let steps = lines_of(&lines, "account step");
    let names: Vec<_> = steps
        .iter()
        .map(|line| line["step"].as_str().unwrap_or_default())
        .collect();
    assert_eq!(
        names,
        [
            "registered",
            "activated",
            "signed_in",
            "other_sessions_ended",
            "email_change_requested",
            "email_changed",
            "password_changed",
            "signed_out",
        ]
    );
    let user = &steps[1]["user"];
    assert_eq!(&steps[0]["verification"], user);
    for step in &steps {
        assert!(step["user"] == *user || step["verification"].is_string(), "{step}");
        assert!(step["span"]["id"].is_string(), "{step}");
    }
    let sent = lines_of(&lines, "email sent");
    assert_eq!(sent[0]["kind"], "registration");
    assert_eq!(&sent[0]["verification"], user);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn probe_is_no_line_at_info() {
    let database = Database::sqlite();
    let installation = Installation::on(database.url()).await.with("LOG_FORMAT", "json");
    let mut process = installation.process();
    let client = Client::new(process.listening().await);
    for path in ["/livez", "/readyz", "/metrics", "/hunter2"] {
        client
            .request(reqwest::Method::GET, path)
            .send()
            .await
            .expect("an answer");
    }
    let not_json = client.request(reqwest::Method::POST, "/graphql").body("hunter2");
    assert_eq!(not_json.send().await.expect("an answer").status(), 415);
    let (_, lines) = process.stop("TERM").await;
    let requests: Vec<_> = lines.iter().filter(|line| line.contains("\"request\"")).collect();
    assert_eq!(requests.len(), 1, "{lines:#?}");
    assert!(requests[0].contains("BAD_REQUEST"), "{requests:?}");
}
