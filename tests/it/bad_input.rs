//! Hostile emails, passwords, credentials and codes, and the answer to each.

use tests::{Database, PASSWORD, TestApp, count, on_both_databases};

use crate::seconds;

fn invalid_emails() -> Vec<String> {
    let mut addresses: Vec<String> = [
        "",
        " ",
        "ada",
        "@",
        "@example.com",
        "ada@",
        "ada@@example.com",
        "ada@example.com\r\nBcc: eve@example.com",
        "ada@example.com\r\n",
        "ada@example.com\n\nbody",
        "ada\r\n@example.com",
        "ada@exam\tple.com",
        "ada@example.com\0",
        "ada\0@example.com",
        "ada@example.com\u{7f}",
        "ada@example.com\u{85}",
        "ada@exa\u{202e}mple.com",
        "\"ada\"@example.com",
        "\"a@b\"@example.com",
        "'ada'@exam'ple.com",
        "ada(comment)@example.com",
        "ada@example.com(comment)",
        "ada@example.com,bob@example.com",
        "ada@example.com bob@example.com",
        "ada@example.com;bob@example.com",
        "Ada <ada@example.com>",
        "<ada@example.com>",
        "mailto:ada@example.com?cc=eve@example.com,",
        "ada@[127.0.0.1]",
        "ada@127.0.0.1",
        "ada@[IPv6:::1]",
        "ada@example..com",
        "ada@.example.com",
        "ada@-example.com",
        "ada@exa_mple.com",
        "ada@xn--a.example",
        "ada@xn--\u{fc}.example",
        "\u{e4}da@example.com",
        "\u{ff41}da@example.com",
        "ada\u{ff20}example.com",
        "a\u{308}da@example.com",
        "\u{1f980}@example.com",
        "..@example.com",
        "ada%evil.example@example.com",
        "evil.example!ada@example.com",
        "ada/bob@example.com",
        "|ada@example.com",
        "-ada@example.com",
        "ada@127.1",
        "ada@2130706433",
        "ada@0x7f000001",
        "a\u{200b}da@example.com",
        "ada@example.com'; DROP TABLE users; --",
    ]
    .map(str::to_owned)
    .to_vec();
    let domain = format!("{}.{}.{}.com", "b".repeat(63), "c".repeat(63), "d".repeat(58));
    addresses.push(format!("{}@{domain}", "a".repeat(64)));
    addresses.push(format!("{}@example.com", "a".repeat(65)));
    addresses.push(format!("ada@{}.com", "b".repeat(64)));
    addresses.push("a".repeat(40_000));
    addresses.push("@".repeat(40_000));
    addresses.push(format!("ada@{}", "\u{fc}.".repeat(100)));
    addresses
}

#[on_both_databases]
async fn invalid_email_is_rejected_everywhere(database: Database) {
    let app = TestApp::start(&database).await;
    for email in invalid_emails() {
        app.register(&email, PASSWORD).await.fails_with("INVALID_EMAIL");
        app.sign_in(&email, PASSWORD).await.fails_with("INVALID_EMAIL");
        // The server accepts at most 32 KiB of headers.
        if email.len() < 10_000 {
            let basic = app.basic(&email, PASSWORD);
            basic.me().await.is_unauthenticated();
            basic.activate("0000").await.fails_with("INVALID_CREDENTIALS");
            basic.resend().await.fails_with("INVALID_CREDENTIALS");
        }
    }
    assert_eq!(count::<entity::verification::Entity>(app.db()).await, 0);
    assert_eq!(count::<entity::rate_limit::Entity>(app.db()).await, 0);
    assert!(app.mailbox().messages().is_empty());
}

#[on_both_databases]
async fn equivalent_spellings_of_an_email_are_one_account(database: Database) {
    let app = TestApp::start(&database).await;
    let longest = format!(
        "{}@{}.{}.{}.com",
        "a".repeat(64),
        "b".repeat(63),
        "c".repeat(63),
        "d".repeat(57)
    );
    for (input, again) in [
        (
            "Ada@Example.COM",
            &[
                "ada@example.com",
                "\u{a0}ADA@EXAMPLE.com ",
                "\u{feff}ada@example.com\u{200b}",
                "ada@\u{ff45}xample.com",
                "ada@example\u{3002}com",
                // UTS #46 ignores invisible characters.
                "ada@exa\u{200b}mple.c\u{ad}om",
            ][..],
        ),
        (
            "bob@b\u{fc}cher.example",
            &[
                "bob@bu\u{308}cher.example",
                "BOB@B\u{dc}CHER.example",
                "bob@xn--bcher-kva.example",
                "bob@XN--BCHER-KVA.EXAMPLE",
            ],
        ),
        ("o'neil+a=b&c@x", &["O'NEIL+A=B&C@X"]),
        (&longest, &[&longest.to_uppercase()]),
    ] {
        app.register_and_activate(input, PASSWORD).await;
        for other in again {
            app.sign_in(other, PASSWORD).await.succeeds();
            app.basic(other, PASSWORD).me().await.is_user(input);
        }
    }
    assert_eq!(count::<entity::verification::Entity>(app.db()).await, 4);
}

#[on_both_databases]
async fn similar_passwords_are_different(database: Database) {
    let app = TestApp::start(&database).await;
    let long = "correct horse battery staple ".repeat(4);
    let emoji: String = (0..128_u32)
        .filter_map(|n| char::from_u32(0x1f300 + n * n * 7 % 509))
        .collect();
    assert_eq!(emoji.chars().count(), 128);
    for (number, (password, others)) in [
        // Equal in the 72 bytes that bcrypt reads.
        (
            format!("{}one", &long[..72]),
            vec![format!("{}two", &long[..72]), long[..72].to_owned()],
        ),
        (emoji.clone(), vec![emoji.chars().take(127).collect()]),
        (
            "p\u{e4}ssw\u{f6}rter sind lang".to_owned(),
            vec!["pa\u{308}sswo\u{308}rter sind lang".to_owned()],
        ),
        (
            " : leading and trailing : ".to_owned(),
            vec![
                " : leading and trailing :".to_owned(),
                ": leading and trailing : ".to_owned(),
            ],
        ),
        (
            "nul \0 and then some".to_owned(),
            vec!["nul ".to_owned(), "nul \0 and then som".to_owned()],
        ),
        (
            "Capital Letters Matter".to_owned(),
            vec!["capital letters matter".to_owned()],
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let email = format!("user{number}@example.com");
        app.register_and_activate(&email, &password).await;
        app.sign_in(&email, &password).await.succeeds();
        app.basic(&email, &password).me().await.is_active();
        for other in others {
            app.sign_in(&email, &other).await.fails_with("INVALID_CREDENTIALS");
            app.basic(&email, &other).me().await.is_unauthenticated();
        }
    }
    for (password, code) in [
        ("sevén 7".to_owned(), "PASSWORD_TOO_SHORT"),
        (format!("{emoji}!"), "PASSWORD_TOO_LONG"),
        ("x".repeat(60_000), "PASSWORD_TOO_LONG"),
    ] {
        app.register("ada@example.com", &password).await.fails_with(code);
    }
    // The length limits apply only where a password is chosen.
    for password in [String::new(), "x".repeat(60_000)] {
        app.sign_in("ada@example.com", &password)
            .await
            .fails_with("INVALID_CREDENTIALS");
    }
}

#[on_both_databases]
async fn malformed_credentials_are_unauthenticated(database: Database) {
    use base64::Engine;
    let app = TestApp::start(&database).await;
    app.register_and_activate("ada@example.com", PASSWORD).await;
    let basic = |text: &[u8]| format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(text));
    let right = basic(format!("ada@example.com:{PASSWORD}").as_bytes());
    for value in [
        "Basic".to_owned(),
        "Basic ".to_owned(),
        "Basic !!!".to_owned(),
        "Basic YQ=a".to_owned(),
        format!("{right} {right}"),
        format!("{right}, {right}"),
        right.replacen("Basic ", "Basic", 1),
        right.replacen("Basic ", "Basic:", 1),
        right.replacen("Basic ", "", 1),
        right.replacen("Basic", "Digest", 1),
        basic(b""),
        basic(b":"),
        basic(b"ada@example.com"),
        basic(b"ada@example.com\0:correct horse battery staple"),
        basic(b"ada@example.com:\xff\xfe"),
        basic(b"\xff@example.com:correct horse battery staple"),
        basic("x".repeat(20_000).as_bytes()),
        "Bearer".to_owned(),
        "Bearer ".to_owned(),
        "Bearer =".to_owned(),
        "Bearer a b".to_owned(),
        "Bearer a,b".to_owned(),
        "Bearer \"abc\"".to_owned(),
        "Bearer ' OR 1=1 --".to_owned(),
        format!("Bearer {}", "x".repeat(5_000)),
        format!("Bearer {}", "A".repeat(43)),
        "bearer".to_owned(),
        String::new(),
        ",".to_owned(),
    ] {
        let client = app.authorized(&value);
        client.me().await.is_unauthenticated();
        // Operations that need no credentials ignore them.
        client
            .register("bob@example.com", "1")
            .await
            .fails_with("PASSWORD_TOO_SHORT");
    }
    let twice = app
        .authorized(&right)
        .request(reqwest::Method::POST, "/graphql")
        .header("authorization", &right);
    let twice: serde_json::Value = twice
        .json(&serde_json::json!({ "query": "{me{id}}" }))
        .send()
        .await
        .expect("the server answers")
        .json()
        .await
        .expect("JSON");
    assert_eq!(twice["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    // None of these requests locks the user out.
    app.clock.advance(seconds(60 * 60));
    app.authorized(&right).me().await.is_active();
}

#[on_both_databases]
async fn malformed_code_is_invalid_code(database: Database) {
    let app = TestApp::start(&database).await;
    let code = app.register_and_read_code("ada@example.com", PASSWORD).await;
    let ada = app.basic("ada@example.com", PASSWORD);
    for input in [
        "12 34".to_owned(),
        format!(" {code}"),
        format!("{code} "),
        format!("{code}\n"),
        format!("{code}\0"),
        format!("{code}\u{200b}"),
        format!("+{code}"),
        format!("-{code}"),
        format!("{code}.0"),
        format!("0x{code}"),
        "1e3".to_owned(),
        "\u{ff11}\u{ff12}\u{ff13}\u{ff14}".to_owned(),
        "\u{967}\u{968}\u{969}\u{96a}".to_owned(),
        "\u{1d7cf}\u{1d7d0}\u{1d7d1}\u{1d7d2}".to_owned(),
        "\u{2460}\u{2461}\u{2462}\u{2463}".to_owned(),
        "x".repeat(60_000),
    ] {
        ada.activate(&input)
            .await
            .fails_with("INVALID_CODE")
            .attempts_remaining(3);
    }
    ada.activate(&code).await.succeeds();
}
