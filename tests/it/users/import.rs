//! `api users import`.

use entity::user;
use serde_json::{Value, json};
use tests::{Database, PASSWORD, TestApp, count, on_both_databases};

use super::{BCRYPT, all_users, server, user_of, users, users_with_input};

const ID: &str = "0193564d-7e00-7000-8000-000000000001";

fn line(email: &str) -> String {
    format!("{{\"email\": \"{email}\", \"hash\": \"{BCRYPT}\"}}\n")
}

fn line_with_id(email: &str, id: &str) -> String {
    line(email).replace('}', &format!(", \"id\": \"{id}\"}}"))
}

/// Imports these lines in a dry run and then for good. Both leave out the same lines, and count the same.
async fn dry_run_and_import_report(
    app: &TestApp,
    database: &Database,
    lines: &str,
    left_out: &[(u64, &str, &str)],
    numbers: &Value,
) {
    let users_before = count::<user::Entity>(app.db()).await;
    let refused = &numbers["refused"];
    let mut expected: Vec<_> = left_out
        .iter()
        .map(|(line, outcome, reason)| json!({ "line": line, "outcome": outcome, "reason": reason }))
        .collect();
    expected.push(numbers.clone());
    for (arguments, is_dry_run) in [
        (vec!["import", "-", "--json", "--dry-run"], true),
        (vec!["import", "-", "--json"], false),
    ] {
        let ran = users_with_input(database, &arguments, lines).await.ends_with(3);
        expected.last_mut().expect("the numbers")["dryRun"] = is_dry_run.into();
        assert_eq!(ran.objects(), expected);
        assert_eq!(ran.stderr, format!("error: refused lines: {refused}\n"));
        assert!(
            !ran.stdout.contains("md5crypt") && !ran.stdout.contains("$2y$"),
            "{}",
            ran.stdout
        );
        let inserted = if is_dry_run {
            0
        } else {
            numbers["imported"].as_u64().expect("a number")
        };
        assert_eq!(count::<user::Entity>(app.db()).await, users_before + inserted);
    }
}

#[on_both_databases]
async fn bad_lines_are_reported_and_the_rest_goes_on(database: Database) {
    let app = server(&database).await;
    app.register_and_activate("taken@example.com", PASSWORD).await;
    let taken = user_of(&app, "taken@example.com").await;
    let lines = [
        line("ada@example.com"),
        "not JSON\n".to_owned(),
        line("bob@example,com"),
        line("Taken@Example.com"),
        "\n".to_owned(),
        line("ADA@example.com"),
        "{\"email\": \"cleo@example.com\", \"hash\": \"$1$abcdefgh$md5crypt\"}\n".to_owned(),
        line("dora@example.com").replace('}', ", \"active\": false}"),
        line("eve@example.com"),
    ];
    let expected = [
        (2, "refused", "not a JSON object (byte 2)"),
        (3, "refused", "email is not a valid email address"),
        (4, "exists", "a user has this address"),
        (6, "exists", "line 1 has this address"),
        (7, "refused", "the kind of the hash is not known"),
        (
            8,
            "inactive",
            "not active: the person has not proved the mailbox, and must register again",
        ),
    ];
    let numbers = json!({ "imported": 2, "exists": 2, "inactive": 1, "refused": 3 });
    dry_run_and_import_report(&app, &database, &lines.concat(), &expected, &numbers).await;
    assert_eq!(user_of(&app, "taken@example.com").await, taken);
    let emails: Vec<_> = all_users(&app).await.into_iter().map(|user| user.email.0).collect();
    assert_eq!(emails, ["ada@example.com", "eve@example.com", "taken@example.com"]);

    // Another run changes nothing.
    let ran = users_with_input(&database, &["import", "-"], lines.concat())
        .await
        .ends_with(3);
    assert_eq!(ran.stdout, "imported 0, existing 4, inactive 1, refused 3\n");
    assert!(
        ran.stderr
            .starts_with("line 1: a user has this address\nline 2: not a JSON object (byte 2)\nline 3: "),
        "{}",
        ran.stderr
    );
    assert!(
        !ran.stderr.contains("$2y$") && !ran.stderr.contains("md5crypt"),
        "{}",
        ran.stderr
    );
}

#[on_both_databases]
async fn file_may_have_crlf_a_byte_order_mark_and_empty_lines(database: Database) {
    let app = server(&database).await;
    let folder = tempfile::TempDir::new().expect("a folder");
    let path = folder.path().join("users.jsonl");
    let (ada, bob) = (line("ada@example.com"), line("bob@example.com"));
    let text = format!(
        "\u{feff}{}\r\n\r\n\n{{\"email\": \"{}\"}}\n  {}",
        ada.trim_end(),
        "x".repeat(100_000),
        bob.trim_end()
    );
    std::fs::write(&path, text).expect("the file is written");
    let ran = users(&database, &["import", path.to_str().expect("UTF-8")])
        .await
        .ends_with(3);
    assert_eq!(ran.stdout, "imported 2, existing 0, inactive 0, refused 1\n");
    assert!(ran.stderr.starts_with("line 4: longer than 16 KiB\n"), "{}", ran.stderr);
    assert_eq!(count::<user::Entity>(app.db()).await, 2);
}

#[on_both_databases]
async fn unreadable_file_fails(database: Database) {
    let _app = server(&database).await;
    for path in ["/nonexistent/users.jsonl", "/"] {
        let ran = users(&database, &["import", path]).await.ends_with(1);
        assert!(
            ran.stderr.starts_with(&format!("error: cannot read {path}: ")),
            "{}",
            ran.stderr
        );
    }
}

#[on_both_databases]
async fn batches_share_their_addresses_and_ids(database: Database) {
    let app = server(&database).await;
    let mut lines: Vec<_> = (0..6_000)
        .map(|number| line(&format!("user{number}@example.com")))
        .collect();
    lines[500] = line_with_id("first@example.com", ID);
    lines[600] = line_with_id("same-batch@example.com", ID);
    lines[5_500] = line_with_id("other-batch@example.com", ID);
    lines[5_600] = line("other-batch@example.com");
    lines[5_700] = line_with_id("First@Example.com", ID);
    lines[5_800] = line_with_id("user7@example.com", ID);
    lines[5_900] = line("USER7@example.com");
    let taken = "another address has this id";
    let expected = [
        format!("line 601: {taken}"),
        format!("line 5501: {taken}"),
        "line 5701: line 501 has this address".to_owned(),
        format!("line 5801: {taken}"),
        "line 5901: line 8 has this address".to_owned(),
        "error: refused lines: 3".to_owned(),
    ];
    for (arguments, verb) in [
        (vec!["import", "-", "--dry-run"], "would import"),
        (vec!["import", "-"], "imported"),
    ] {
        let ran = users_with_input(&database, &arguments, lines.concat())
            .await
            .ends_with(3);
        assert_eq!(ran.stdout, format!("{verb} 5995, existing 2, inactive 0, refused 3\n"));
        let reported: Vec<_> = ran.stderr.lines().collect();
        assert_eq!(reported, expected);
    }
    assert_eq!(count::<user::Entity>(app.db()).await, 5_995);
    assert_eq!(user_of(&app, "first@example.com").await.id.to_string(), ID);
}

#[on_both_databases]
async fn id_of_another_address_is_refused(database: Database) {
    let app = server(&database).await;
    app.register_and_activate("taken@example.com", PASSWORD).await;
    let taken = user_of(&app, "taken@example.com").await;
    let taken_id = taken.id.to_string();
    let lines = [
        // Its address has a user, so the next line gets the id.
        line_with_id("taken@example.com", ID),
        line_with_id("ada@example.com", ID),
        line_with_id("bob@example.com", ID),
        line_with_id("cleo@example.com", &taken_id),
        // Only refused lines had this address.
        line("cleo@example.com"),
        line_with_id("Taken@example.com", &taken_id),
        line_with_id("ADA@example.com", ID),
        line_with_id("taken@example.com", ID),
        line_with_id("ada@example.com", &taken_id),
    ];
    let expected = [
        (1, "exists", "a user has this address"),
        (3, "refused", "another address has this id"),
        (4, "refused", "another address has this id"),
        (6, "exists", "line 1 has this address"),
        (7, "exists", "line 2 has this address"),
        (8, "refused", "another address has this id"),
        (9, "refused", "another address has this id"),
    ];
    let numbers = json!({ "imported": 2, "exists": 3, "inactive": 0, "refused": 4 });
    dry_run_and_import_report(&app, &database, &lines.concat(), &expected, &numbers).await;
    assert_eq!(user_of(&app, "taken@example.com").await, taken);
    assert_eq!(user_of(&app, "ada@example.com").await.id.to_string(), ID);
    let emails: Vec<_> = all_users(&app).await.into_iter().map(|user| user.email.0).collect();
    assert_eq!(emails, ["ada@example.com", "cleo@example.com", "taken@example.com"]);
}

#[on_both_databases]
async fn second_import_of_a_file_changes_nothing(database: Database) {
    let app = server(&database).await;
    let lines = [line_with_id("ada@example.com", ID), line("bob@example.com")].concat();
    for (arguments, expected) in [
        (vec!["import", "-"], "imported 2, existing 0, inactive 0, refused 0\n"),
        (
            vec!["import", "-", "--dry-run"],
            "would import 0, existing 2, inactive 0, refused 0\n",
        ),
        (vec!["import", "-"], "imported 0, existing 2, inactive 0, refused 0\n"),
    ] {
        let before = all_users(&app).await;
        let ran = users_with_input(&database, &arguments, lines.clone())
            .await
            .ends_with(0);
        assert_eq!(ran.stdout, expected);
        assert!(before.is_empty() || all_users(&app).await == before);
    }
}

#[on_both_databases]
async fn imported_user_wins_over_an_open_registration(database: Database) {
    let app = server(&database).await;
    let token = app.register("ada@example.com", PASSWORD).await.verification_token();
    let code = app.next_code("ada@example.com").await;
    users_with_input(&database, &["import", "-"], line("ada@example.com"))
        .await
        .ends_with(0);
    app.activate_with_token(&token, &code)
        .await
        .fails_with("VERIFICATION_NOT_FOUND");
    app.sign_in("ada@example.com", "Grüße vom Kölner Dom 🦀")
        .await
        .succeeds();
}

#[on_both_databases]
async fn server_works_beside_an_import(database: Database) {
    let app = server(&database).await;
    let lines: String = (0..10_000)
        .map(|number| line(&format!("user{number}@example.com")))
        .collect();
    let importing = users_with_input(&database, &["import", "-"], lines);
    let working = async {
        let mut number = 0;
        while count::<user::Entity>(app.db()).await < 9_000 {
            app.register_and_activate(&format!("ada{number}@example.com"), PASSWORD)
                .await;
            number += 1;
        }
        number
    };
    let (ran, worked) = tokio::join!(importing, working);
    ran.ends_with(0);
    assert!(worked > 0);
}

mod slow {
    use tests::binary;
    use tokio::process::Command;

    use super::*;

    /// Processor time: a busy machine takes longer by the clock.
    #[on_both_databases]
    async fn hundred_thousand_users_take_less_than_a_minute(database: Database) {
        let app = server(&database).await;
        let folder = tempfile::TempDir::new().expect("a folder");
        let path = folder.path().join("users.jsonl");
        let more = ", \"created\": \"2020-01-01T00:00:00Z\", \"active\": true}";
        let lines: String = (0..100_000)
            .map(|number| line(&format!("user{number}@example.com")).replace('}', more))
            .collect();
        std::fs::write(&path, lines).expect("the file is written");
        let script = "TIMEFORMAT='%R %U %S'; time \"$0\" users import \"$1\"";
        let output = Command::new("bash")
            .args(["-c", script])
            .args([binary("api"), path])
            .env("DATABASE_URL", database.url())
            .output()
            .await
            .expect("bash runs");
        let (stdout, stderr) = (text(output.stdout), text(output.stderr));
        assert_eq!(
            stdout, "imported 100000, existing 0, inactive 0, refused 0\n",
            "{stderr}"
        );
        let times: Vec<f64> = stderr.split_whitespace().filter_map(|time| time.parse().ok()).collect();
        println!("seconds by the clock, of the program and of the kernel: {times:?}");
        let [_, program, kernel] = times[..] else {
            panic!("{stderr}")
        };
        assert!(program + kernel < 60.0, "{times:?}");
        assert_eq!(count::<user::Entity>(app.db()).await, 100_000);
    }

    fn text(bytes: Vec<u8>) -> String {
        String::from_utf8(bytes).expect("UTF-8")
    }
}
