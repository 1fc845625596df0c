//! The limit of credential operations per client address.

use api::http::TrustedProxies;
use reqwest::Method;
use serde_json::{Value, json};
use tests::{Client, Database, PASSWORD, TestApp, on_both_databases};

use crate::seconds;

/// Another address in the network of the default one.
const NEIGHBOUR: std::net::IpAddr = std::net::IpAddr::V4(std::net::Ipv4Addr::new(127, 0, 0, 2));

const NOT_FORWARDED: &[&str] = &[];

async fn start_with_limit(database: &Database, per_minute: u32, trusted: &[&str]) -> TestApp {
    TestApp::with(database, |app| {
        app.client_limit_per_minute = per_minute;
        app.trusted_proxies = TrustedProxies(
            trusted
                .iter()
                .map(|network| network.parse().expect("a network"))
                .collect(),
        );
    })
    .await
}

/// Whether the client limit lets one more operation pass. Each uses another email, so that no other limit applies.
async fn is_allowed(client: &Client, number: u32, forwarded: &[impl AsRef<[u8]>]) -> bool {
    let query = "mutation($input:SignInInput!){signIn(input:$input){userErrors{code}}}";
    let mut request = client.request(Method::POST, "/graphql");
    for entries in forwarded {
        request = request.header("x-forwarded-for", entries.as_ref());
    }
    let variables = json!({ "input": { "email": format!("user{number}@example.com"), "password": PASSWORD } });
    let response = request
        .json(&json!({ "query": query, "variables": variables }))
        .send()
        .await;
    let answer: Value = response.expect("the server answers").json().await.expect("JSON");
    match answer["data"]["signIn"]["userErrors"][0]["code"].as_str() {
        Some("INVALID_CREDENTIALS") => true,
        Some("RATE_LIMITED") => false,
        _ => panic!("{answer}"),
    }
}

#[on_both_databases]
async fn client_gets_60_credential_operations_a_minute(database: Database) {
    let app = start_with_limit(&database, 60, NOT_FORWARDED).await;
    let token = app.register_and_activate("ada@example.com", PASSWORD).await;
    // `register` and `activate` were two of them.
    for number in 0..58 {
        assert!(is_allowed(&app, number, NOT_FORWARDED).await, "{number}");
    }
    let basic = app.basic("ada@example.com", PASSWORD);
    for answer in [
        app.sign_in("ada@example.com", PASSWORD).await,
        app.register("bob@example.com", PASSWORD).await,
        basic.activate("0000").await,
        basic.resend().await,
    ] {
        answer.fails_with("RATE_LIMITED").retry_after(1);
    }
    let me = basic.me().await;
    me.has_top_level_error("RATE_LIMITED").status(200).retry_after(1);
    assert_eq!(me.body["data"], json!({ "me": null }));

    // Operations without a password hash do not count.
    for _ in 0..70 {
        app.bearer(&token).me().await.is_user("ada@example.com");
        assert_eq!(
            app.send("{registrationPolicy{codeLength}}", json!({})).await.payload()["codeLength"],
            4
        );
    }
    app.bearer(&token).sign_out().await.succeeds();
    // Another address of the same network has its own limit.
    assert!(is_allowed(&app.at(NEIGHBOUR), 0, NOT_FORWARDED).await);

    app.clock.advance(seconds(1));
    assert!(is_allowed(&app, 60, NOT_FORWARDED).await);
    assert!(!is_allowed(&app, 61, NOT_FORWARDED).await);
}

#[on_both_databases]
async fn client_limit_rejection_spends_no_other_limit(database: Database) {
    let app = start_with_limit(&database, 1, &[]).await;
    assert!(is_allowed(&app, 0, NOT_FORWARDED).await);
    for _ in 0..20 {
        app.register("ada@example.com", PASSWORD)
            .await
            .fails_with("RATE_LIMITED");
        app.sign_in("ada@example.com", PASSWORD)
            .await
            .fails_with("RATE_LIMITED");
    }
    // The limits of the email are untouched.
    app.clock.advance(seconds(60));
    app.register("ada@example.com", PASSWORD).await.succeeds();
    app.clock.advance(seconds(60));
    app.sign_in("ada@example.com", PASSWORD)
        .await
        .fails_with("NOT_ACTIVATED");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forwarded_address_counts_only_from_trusted_proxies() {
    let app = start_with_limit(&Database::sqlite(), 1, &[]).await;
    assert!(is_allowed(&app, 0, &["198.51.100.1"]).await);
    assert!(!is_allowed(&app, 1, &["198.51.100.2"]).await);

    let app = start_with_limit(&Database::sqlite(), 1, &["127.0.0.1/32"]).await;
    for (forwarded, allowed) in [
        (&["198.51.100.1"][..], true),
        (&["198.51.100.1"], false),
        (&["198.51.100.2"], true),
        // Entries before the one that the proxy appended come from the client and prove nothing.
        (&["203.0.113.1, 198.51.100.2"], false),
        (&["203.0.113.2", "198.51.100.2"], false),
        (&["203.0.113.2"], true),
        // All addresses of an IPv6 /64 are one client.
        (&["2001:db8:0:1::1"], true),
        (&["2001:db8:0:1:ffff::2"], false),
        (&["2001:db8:0:2::1"], true),
        // An IPv4-mapped IPv6 address is the IPv4 address.
        (&["::ffff:198.51.100.2"], false),
        // Entries that are not addresses share the limit of the proxy itself.
        (&["nonsense"], true),
        (&["more nonsense"], false),
        (&[], false),
    ] {
        assert_eq!(is_allowed(&app, 0, forwarded).await, allowed, "{forwarded:?}");
    }
    // A neighbour of the proxy is not trusted.
    assert!(is_allowed(&app.at(NEIGHBOUR), 0, &["198.51.100.3"]).await);
    assert!(!is_allowed(&app.at(NEIGHBOUR), 0, &["198.51.100.4"]).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn odd_bytes_in_a_forwarded_header_do_not_make_a_client_the_proxy() {
    let app = start_with_limit(&Database::sqlite(), 1, &["127.0.0.1/32"]).await;
    for (forwarded, allowed) in [
        (&[b"198.51.100.1".to_vec()][..], true),
        (&[b"\x80, 198.51.100.1".to_vec()], false),
        (&[b"\xff".to_vec(), b"198.51.100.1".to_vec()], false),
        (&["\u{e4},198.51.100.1:80".as_bytes().to_vec()], false),
        // An IPv6 address in brackets is an address, also without a port.
        (&[b"[2001:db8:0:1::1]".to_vec()], true),
        (&[b"[2001:db8:0:2::1]".to_vec()], true),
        (&[b"[2001:db8:0:2::1]:80".to_vec()], false),
        // The limit of the proxy itself is untouched.
        (&[b"nonsense".to_vec()], true),
    ] {
        assert_eq!(is_allowed(&app, 0, forwarded).await, allowed, "{forwarded:?}");
    }
}
