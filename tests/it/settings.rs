//! Invalid settings.

use api::settings::Settings;
use clap::{Arg, Args, Command};
use tempfile::TempDir;
use tests::Process;

const SECRET: &str = "a secret of thirty-two bytes or more";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invalid_setting_ends_the_start_with_one_line() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let taken = taken.local_addr().expect("an address").to_string();
    let production = ("APP_ENV", "production");
    let database = ("DATABASE_URL", "sqlite://db.sqlite");
    let key = ("SECRET_KEY", SECRET);
    for (environment, name) in [
        (vec![("HTTP_ADDR", "nowhere")], "HTTP_ADDR: expected"),
        (vec![("HTTP_ADDR", taken.as_str())], "HTTP_ADDR"),
        (
            vec![("HTTP_ADDR", "127.0.0.1:0"), ("MAILER_MOCK_SMTP", taken.as_str())],
            "MAILER_MOCK_SMTP",
        ),
        (
            vec![("HTTP_ADDR", "127.0.0.1:0"), ("MAILER_MOCK_HTTP", taken.as_str())],
            "MAILER_MOCK_HTTP",
        ),
        (
            vec![("HTTP_ADDR", "127.0.0.1:0"), ("METRICS_ADDR", taken.as_str())],
            "METRICS_ADDR",
        ),
        (vec![("TRUSTED_PROXIES", "proxy")], "TRUSTED_PROXIES: expected"),
        (
            vec![("ALLOWED_HOSTS", "http://api.example.com")],
            "ALLOWED_HOSTS: expected",
        ),
        (
            vec![("CLIENT_LIMIT_PER_MINUTE", "-1")],
            "CLIENT_LIMIT_PER_MINUTE: expected",
        ),
        (vec![("MAILER_MOCK_SMTP", "0.0.0.0:1025")], "MAILER_MOCK_SMTP: expected"),
        (
            vec![("ACTIVATION_CODE_LENGTH", "3")],
            "ACTIVATION_CODE_LENGTH: expected a number from 4 to 8",
        ),
        (
            vec![("ACTIVATION_CODE_LENGTH", "9")],
            "ACTIVATION_CODE_LENGTH: expected",
        ),
        (vec![("ACTIVATION_CODE_TTL", "soon")], "ACTIVATION_CODE_TTL: expected"),
        (vec![("APP_ENV", "staging")], "APP_ENV: expected one of"),
        (vec![("GRAPHIQL", "maybe")], "GRAPHIQL: expected one of"),
        (vec![("MAILBOX_URL", "localhost:8025")], "MAILBOX_URL: expected"),
        (
            vec![("MAILBOX_URL", "http://localhost:8025/x")],
            "MAILBOX_URL: expected",
        ),
        (
            vec![production, ("MAILBOX_URL", "http://localhost:8025")],
            "MAILBOX_URL: only for development",
        ),
        (vec![("ACTIVATION_URL", "localhost:5173")], "ACTIVATION_URL: expected"),
        (vec![("ACTIVATION_URL", "http://a/#b")], "ACTIVATION_URL: expected"),
        (
            vec![("APP_NAME", "Tansy\r\nBcc: eve@example.com")],
            "APP_NAME: expected",
        ),
        (vec![("APP_URL", "tansy.example")], "APP_URL: expected"),
        (vec![("HASH_THREADS", "0")], "HASH_THREADS: expected"),
        (
            vec![("BREACHED_PASSWORDS", "missing.txt")],
            "BREACHED_PASSWORDS: cannot use missing.txt: ",
        ),
        (
            vec![("HTTP_ADDR", "127.0.0.1:0"), ("ARGON2_M_KIB", "1")],
            "ARGON2_M_KIB",
        ),
        (
            vec![("HTTP_ADDR", "127.0.0.1:0"), ("MAIL_FROM", "nobody")],
            "MAIL_FROM: expected",
        ),
        (
            vec![("HTTP_ADDR", "127.0.0.1:0"), ("SMTP_URL", "mail")],
            "SMTP_URL: expected",
        ),
        (vec![("SECRET_KEY", "short")], "SECRET_KEY: expected at least 32 bytes"),
        (vec![("DATABASE_URL", "mysql://x")], "DATABASE_URL: expected"),
        (
            vec![
                ("HTTP_ADDR", "127.0.0.1:0"),
                ("DATABASE_URL", "postgres://127.0.0.1:1/x"),
            ],
            "DATABASE_URL: ",
        ),
        (
            vec![("CORS_ALLOWED_ORIGINS", "example.com")],
            "CORS_ALLOWED_ORIGINS: expected",
        ),
        (vec![("RUST_LOG", "=!")], "RUST_LOG: expected"),
        (vec![production], "DATABASE_URL: not set"),
        (vec![production, database], "SECRET_KEY: not set"),
        (vec![production, database, key], "SMTP_URL: not set"),
    ] {
        fails_with_one_line(&environment, name).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invalid_webhook_setting_ends_the_start_with_one_line() {
    for (environment, name) in [
        (vec![("WEBHOOK_URL", "hooks.example.com")], "WEBHOOK_URL: expected"),
        (
            vec![("WEBHOOK_URL", "https://ada@hooks.example.com")],
            "WEBHOOK_URL: expected",
        ),
        (
            vec![("WEBHOOK_URL", "https://hooks.example.com")],
            "WEBHOOK_SECRET: not set",
        ),
        (
            vec![("WEBHOOK_SECRET", "short")],
            "WEBHOOK_SECRET: expected one or two keys",
        ),
        (
            vec![("WEBHOOK_ALLOW_PRIVATE", "maybe")],
            "WEBHOOK_ALLOW_PRIVATE: expected true or false",
        ),
    ] {
        fails_with_one_line(&environment, name).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invalid_trace_setting_ends_the_start_with_one_line() {
    for (name, value, expected) in [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "localhost:4318", "an http or https URL"),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc", "one of http/protobuf"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "api-key", "headers such as api-key=KEY"),
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "10s", "a number above 0"),
        ("OTEL_RESOURCE_ATTRIBUTES", "region", "attributes such as"),
        (
            "OTEL_TRACES_SAMPLER",
            "sometimes",
            "one of always_on, always_off, traceidratio",
        ),
        ("OTEL_TRACES_SAMPLER_ARG", "10%", "a number from 0 to 1"),
    ] {
        fails_with_one_line(&[(name, value)], &format!("{name}: expected {expected}")).await;
    }
}

async fn fails_with_one_line(environment: &[(&str, &str)], name: &str) {
    let folder = TempDir::new().expect("a folder");
    let (status, lines) = Process::api(folder.path(), &[], environment).end().await;
    assert_eq!(status, Some(1), "{environment:?} {lines:?}");
    let errors: Vec<_> = lines.iter().filter(|line| line.starts_with("error: ")).collect();
    assert_eq!(errors.len(), 1, "{environment:?} {lines:?}");
    assert!(
        errors[0].starts_with(&format!("error: {name}")),
        "{environment:?} {}",
        errors[0]
    );
    assert!(!lines.iter().any(|line| line.contains(SECRET)), "{lines:?}");
}

fn settings() -> Vec<Arg> {
    let command = Settings::augment_args(Command::new("api"));
    command.get_arguments().cloned().collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn empty_variables_count_as_not_set() {
    let settings = settings();
    let variables = settings.iter().map(|arg| arg.get_env().expect("a variable"));
    let empty: Vec<_> = variables
        .map(|name| (name.to_str().expect("a name in ASCII"), ""))
        .collect();
    assert!(empty.contains(&("RUST_LOG", "")), "{empty:?}");
    let folder = TempDir::new().expect("a folder");
    // The default port may be in use.
    let mut api = Process::api(folder.path(), &["--http-addr=127.0.0.1:0"], &empty);
    api.listening().await;
    let mailbox = api.line_with("Mailbox").await;
    assert!(mailbox.contains("http://localhost:"), "{mailbox}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn empty_flags_are_errors() {
    for arg in settings() {
        let flag = format!("--{}=", arg.get_long().expect("a flag"));
        let name = arg.get_env().and_then(|name| name.to_str()).expect("a variable");
        let folder = TempDir::new().expect("a folder");
        let (status, lines) = Process::api(folder.path(), &[&flag], &[("HTTP_ADDR", "127.0.0.1:0")])
            .end()
            .await;
        assert_eq!(status, Some(1), "{flag} {lines:?}");
        let expected = format!("error: {name}: expected ");
        assert!(lines.iter().any(|line| line.starts_with(&expected)), "{flag} {lines:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn errors_do_not_contain_secrets() {
    for (name, value) in [
        ("DATABASE_URL", "mysql://ada:hunter2@localhost/accounts"),
        ("DATABASE_URL", "postgres://ada:hunter2#@localhost/accounts"),
        ("DATABASE_URL", "postgres://ada:hunter2/@localhost/accounts"),
        ("DATABASE_URL", "postgres://ada:1?sslmode=hunter2@localhost/accounts"),
        ("DATABASE_URL", "postgres://ada:hunter2@localhost:port/accounts"),
        ("DATABASE_URL", "postgres://ada:hunter2@one:1,two:2/accounts"),
        ("DATABASE_URL", "postgres://ada:hunter2%@local host/accounts"),
        ("SMTP_URL", "http://ada:hunter2@localhost"),
        ("SMTP_URL", "smtps://ada:hunter2#@localhost"),
        ("SMTP_URL", "smtps://ada:hunter2%ff@localhost"),
        ("SECRET_KEY", "hunter2"),
        ("WEBHOOK_URL", "https://ada:hunter2@hooks.example.com"),
        ("WEBHOOK_URL", "ftp://hooks.example.com/hunter2"),
        ("WEBHOOK_SECRET", "whsec_hunter2"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://ada:hunter2@localhost:4318"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "hunter2"),
    ] {
        let folder = TempDir::new().expect("a folder");
        let environment = [("HTTP_ADDR", "127.0.0.1:0"), (name, value)];
        let commands: &[&[&str]] = if name == "DATABASE_URL" {
            &[&[], &["migrate"]]
        } else {
            &[&[]]
        };
        for command in commands {
            let (status, lines) = Process::api(folder.path(), command, &environment).end().await;
            assert_eq!(status, Some(1), "{value} {lines:?}");
            assert!(!lines.iter().any(|line| line.contains("hunter2")), "{value} {lines:?}");
            let error = lines.iter().find(|line| line.starts_with("error: ")).expect("an error");
            assert!(
                error.starts_with(&format!("error: {name}: expected ")),
                "{value} {error}"
            );
            let is_encoded = ["DATABASE_URL", "SMTP_URL", "OTEL_EXPORTER_OTLP_HEADERS"].contains(&name);
            assert_eq!(error.contains("percent-encode"), is_encoded, "{error}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refused_connection_is_named_without_secrets() {
    for (url, place) in [
        ("postgres://ada:hunter2@127.0.0.1:1/accounts", "127.0.0.1:1"),
        ("postgres://ada@127.0.0.1:1/accounts?pasword=hunter2", "127.0.0.1:1"),
        (
            "postgres:///accounts?host=/nowhere&port=1&password=hunter2",
            "/nowhere/.s.PGSQL.1",
        ),
        ("postgres://ada:hunter2@%2Fnowhere:1/accounts", "/nowhere/.s.PGSQL.1"),
    ] {
        let folder = TempDir::new().expect("a folder");
        let environment = [
            ("HTTP_ADDR", "127.0.0.1:0"),
            ("DATABASE_URL", url),
            ("RUST_LOG", "trace"),
        ];
        let (status, lines) = Process::api(folder.path(), &[], &environment).end().await;
        assert_eq!(status, Some(1), "{url} {lines:?}");
        assert!(!lines.iter().any(|line| line.contains("hunter2")), "{url} {lines:?}");
        let error = format!("error: DATABASE_URL: cannot connect to {place}: ");
        assert!(lines.iter().any(|line| line.starts_with(&error)), "{url} {lines:?}");
    }
}
