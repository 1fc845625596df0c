use super::*;
use crate::random::SystemRandom;

const HASH: &str = "$2b$05$abcdefghijklmnopqrstuu7Pw/zb60ckXULDQQIjFFmQNXbVnPlya";
/// 2026-11-22T14:13:21Z
const NOW: Timestamp = Timestamp::from_millis(1_795_356_801_000);

fn parsed(line: &str) -> Result<Line, InvalidLine> {
    parse(line.as_bytes(), NOW, &SystemRandom)
}

/// A line with these fields beside email and hash.
fn with(fields: &str) -> Result<Line, InvalidLine> {
    parsed(&format!(r#"{{"email": "ada@example.com", "hash": "{HASH}"{fields}}}"#))
}

fn user(fields: &str) -> ImportedUser {
    match with(fields) {
        Ok(Line::User(user)) => *user,
        other => panic!("{fields}: {other:?}"),
    }
}

#[test]
fn optional_fields_have_defaults() {
    let user = user("");
    assert_eq!(user.email.canonical(), "ada@example.com");
    assert_eq!(user.password_hash.0, HASH);
    assert_eq!((user.created_at, user.activated_at), (NOW, NOW));
    assert_eq!((user.locale, user.disabled_at), (None, None));
    assert_eq!(user.id.get_version_num(), 7);
}

#[test]
fn fields_are_read() {
    let created = NOW - std::time::Duration::from_hours(1);
    let id = "0193564d-7e00-7000-8000-000000000001";
    let user = user(&format!(
        r#", "created": "2026-11-22T15:13:21+02:00", "active": true, "disabled": "2026-11-22T14:13:21Z", "locale": "pt-BR", "id": "{id}""#
    ));
    assert_eq!((user.created_at, user.activated_at), (created, created));
    assert_eq!(user.disabled_at, Some(NOW));
    assert_eq!(user.locale.as_deref(), Some("pt-BR"));
    assert_eq!(user.id.to_string(), id);
}

#[test]
fn null_counts_as_missing() {
    let user = user(r#", "created": null, "active": null, "disabled": null, "locale": null, "id": null"#);
    assert_eq!((user.created_at, user.disabled_at, user.locale), (NOW, None, None));
}

#[test]
fn disabled_may_be_true_or_false() {
    assert_eq!(user(r#", "disabled": true"#).disabled_at, Some(NOW));
    assert_eq!(user(r#", "disabled": false"#).disabled_at, None);
}

#[test]
fn empty_and_inactive_lines_are_told_apart() {
    for empty in ["", "  ", "\t"] {
        assert!(matches!(parsed(empty), Ok(Line::Empty)));
    }
    assert!(matches!(with(r#", "active": false"#), Ok(Line::Inactive)));
}

#[test]
fn id_has_the_time_of_the_account() {
    let old = user(r#", "created": "2001-02-03T04:05:06Z""#);
    let (seconds, _) = old.id.get_timestamp().expect("version 7").to_unix();
    assert_eq!(Some(seconds), u64::try_from(old.created_at.as_millis() / 1_000).ok());
}

#[test]
fn bad_lines_are_refused_without_a_quote() {
    let hash = format!(r#""hash": "{HASH}""#);
    for (line, reason) in [
        ("secret".to_owned(), "not a JSON object (byte 1)"),
        (r#"["secret"]"#.to_owned(), "not a JSON object (byte 0)"),
        (
            format!(r#"{{"email": "ada@example.com", {hash}"#),
            "not a JSON object (byte 99)",
        ),
        (format!("{{{hash}}}"), "email is missing"),
        (r#"{"email": "ada@example.com"}"#.to_owned(), "hash is missing"),
        (
            r#"{"email": "ada@example.com", "hash": 12345}"#.to_owned(),
            "hash is not a string",
        ),
        (
            format!(r#"{{"email": "secret", {hash}}}"#),
            "email is not a valid email address",
        ),
        (
            r#"{"email": "ada@example.com", "hash": "secret"}"#.to_owned(),
            "the kind of the hash is not known",
        ),
        (
            r#"{"email": "ada@example.com", "hash": "$2b$31$abcdefghijklmnopqrstuu7Pw/zb60ckXULDQQIjFFmQNXbVnPlya"}"#
                .to_owned(),
            "the hash takes more memory or time than is allowed",
        ),
        (
            format!(r#"{{"email": "ada@example.com", {hash}, "secret": 1}}"#),
            "a field is unknown; known are id,",
        ),
    ] {
        let error = parsed(&line).expect_err(&line).to_string();
        assert!(error.starts_with(reason), "{line}: {error}");
        assert!(!error.contains("secret") && !error.contains("$2b"), "{error}");
    }
    for (field, reason) in [
        (r#""created": "2026-11-22""#, "created is not an RFC 3339 timestamp"),
        (r#""created": 1795356801"#, "created is not a string"),
        (
            r#""created": "1969-12-31T23:59:59Z""#,
            "created is before 1970 or in the future",
        ),
        (
            r#""created": "0000-01-01T00:00:00+23:59""#,
            "created is before 1970 or in the future",
        ),
        (
            r#""created": "2026-11-22T14:14:22Z""#,
            "created is before 1970 or in the future",
        ),
        (
            r#""activated": "9999-12-31T23:59:59Z""#,
            "activated is before 1970 or in the future",
        ),
        (r#""active": "yes""#, "active is not true or false"),
        (r#""disabled": 1"#, "disabled is not a string"),
        (r#""locale": "de_DE""#, "locale is not a language tag"),
        (r#""locale": """#, "locale is not a language tag"),
        (r#""id": "17""#, "id is not a UUID"),
        (r#""id": "00000000-0000-0000-0000-000000000000""#, "id is not a UUID"),
    ] {
        let error = with(&format!(", {field}")).expect_err(field).to_string();
        assert!(error.starts_with(reason), "{field}: {error}");
    }
}
