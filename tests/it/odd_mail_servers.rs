//! Mail servers that are old, odd or set up wrongly. Each is a script that answers one command at a time.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use api::clock::Clock;
use entity::email_outbox;
use sea_orm::EntityTrait;
use tests::{Database, PASSWORD, TestApp, count, within};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

const TIMEOUT: Duration = Duration::from_secs(10);

/// What the server says instead of its usual reply, by the first word of the command. `greeting` and `end` (of the
/// email) are not commands.
type Script = HashMap<&'static str, &'static [u8]>;

/// A step and what the server says at it.
type Line = (&'static str, &'static [u8]);

#[derive(Clone)]
struct ScriptedServer {
    address: SocketAddr,
    script: Arc<Mutex<Script>>,
    seen: Arc<Mutex<Vec<String>>>,
    taken: Arc<AtomicUsize>,
}

impl ScriptedServer {
    async fn start(script: &[Line]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let server = Self {
            address: listener.local_addr().expect("an address"),
            script: Arc::new(Mutex::new(script.iter().copied().collect())),
            seen: Arc::default(),
            taken: Arc::default(),
        };
        let accepting = server.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let serving = accepting.clone();
                tokio::spawn(async move { serving.serve(stream).await });
            }
        });
        server
    }

    async fn serve(&self, stream: TcpStream) -> std::io::Result<()> {
        let (reader, mut writer) = stream.into_split();
        let mut lines = BufReader::new(reader).lines();
        writer.write_all(self.reply("greeting", b"220 ready\r\n")).await?;
        while let Some(line) = lines.next_line().await? {
            let verb = line.split(' ').next().unwrap_or_default().to_owned();
            self.seen.lock().expect("not poisoned").push(line);
            let usual: &[u8] = match verb.as_str() {
                "EHLO" => b"250-mail.example.com\r\n250 8BITMIME\r\n",
                "DATA" => b"354 go on\r\n",
                "AUTH" => b"235 welcome\r\n",
                "QUIT" => b"221 bye\r\n",
                _ => b"250 ok\r\n",
            };
            let reply = self.reply(&verb, usual);
            writer.write_all(reply).await?;
            if reply.starts_with(b"354") {
                while lines.next_line().await?.is_some_and(|line| line != ".") {}
                let reply = self.reply("end", b"250 taken\r\n");
                // Before the client can act on the reply.
                self.taken
                    .fetch_add(usize::from(reply.starts_with(b"250")), Ordering::Relaxed);
                writer.write_all(reply).await?;
            }
        }
        Ok(())
    }

    fn reply(&self, verb: &str, usual: &'static [u8]) -> &'static [u8] {
        let script = self.script.lock().expect("not poisoned");
        script.get(verb).copied().unwrap_or(usual)
    }

    fn heal(&self) {
        self.script.lock().expect("not poisoned").clear();
    }

    /// How many emails it has taken.
    fn taken(&self) -> usize {
        self.taken.load(Ordering::Relaxed)
    }

    fn seen(&self) -> Vec<String> {
        self.seen.lock().expect("not poisoned").clone()
    }

    /// A server that sends its email here, and has just registered someone.
    async fn register(&self, login: &str, query: &str) -> TestApp {
        let url = format!("smtp://{login}{}{query}", self.address);
        let app = TestApp::with(&Database::sqlite(), |app| app.smtp_url = Some(url)).await;
        app.register("ada@example.com", PASSWORD).await.succeeds();
        app
    }
}

#[tokio::test]
async fn emails_reach_old_and_odd_mail_servers() {
    let cases: [(&str, &[Line]); 9] = [
        ("knows only HELO", &[("EHLO", b"502 5.5.1 what?\r\n")]),
        (
            "refuses EHLO in several lines",
            &[("EHLO", b"500-what\r\n500 is that?\r\n")],
        ),
        ("refuses EHLO as a name", &[("EHLO", b"550 no\r\n")]),
        (
            "keywords in lower case",
            &[("EHLO", b"250-mail\r\n250-8bitmime\r\n250 auth plain login\r\n")],
        ),
        (
            "Latin-1 in replies",
            &[
                ("greeting", b"220 gr\xfc\xdfe\r\n"),
                ("EHLO", b"250-gr\xfc\xdfe\r\n250-x-\xe4\r\n250 AUTH LOGIN PLAIN\r\n"),
                ("RCPT", b"250 gern geh\xf6rt\r\n"),
                ("end", b"250 \xfcbernommen\r\n"),
            ],
        ),
        (
            "a long greeting",
            &[("greeting", b"220-welcome\r\n220-to\r\n220 us\r\n")],
        ),
        (
            "line feeds only",
            &[
                ("greeting", b"220 ready\n"),
                ("EHLO", b"250-mail\n250 AUTH PLAIN\n"),
                ("MAIL", b"250 ok\n"),
            ],
        ),
        ("no text", &[("MAIL", b"250\r\n"), ("end", b"250 \r\n")]),
        (
            "forwards",
            &[
                ("RCPT", b"251 will forward\r\n"),
                ("MAIL", b"250-2.1.0 ok\r\n250 2.1.0 ok\r\n"),
            ],
        ),
    ];
    for (case, script) in cases {
        let server = ScriptedServer::start(script).await;
        let app = server.register("", "").await;
        within(TIMEOUT, case, async || {
            count::<email_outbox::Entity>(app.db()).await == 0
        })
        .await;
        assert!(
            server.seen().iter().any(|line| line == "DATA"),
            "{case}: {:?}",
            server.seen()
        );
    }
}

#[tokio::test]
async fn login_is_offered_in_lower_case() {
    let server = ScriptedServer::start(&[("EHLO", b"250-mail\r\n250 auth login plain\r\n")]).await;
    let app = server.register("user:secret@", "").await;
    within(TIMEOUT, "the email is sent", async || {
        count::<email_outbox::Entity>(app.db()).await == 0
    })
    .await;
    let seen = server.seen();
    assert!(seen.contains(&"AUTH PLAIN AHVzZXIAc2VjcmV0".to_owned()), "{seen:?}");
}

#[tokio::test]
async fn unnamed_server_says_hello_with_its_address_or_full_name() {
    let server = ScriptedServer::start(&[]).await;
    let _app = server.register("", "").await;
    within(TIMEOUT, "the email is sent", async || {
        server.seen().iter().any(|line| line == "DATA")
    })
    .await;
    let hello = server.seen().swap_remove(0);
    let name = hello.strip_prefix("EHLO ").expect("EHLO");
    assert!(
        name == "[127.0.0.1]" || name.contains('.') && !name.contains('['),
        "{hello}"
    );
}

/// The operator can mend these within 15 minutes, and no email is lost.
#[tokio::test]
async fn refused_connection_does_not_give_up_the_email() {
    let cases: [(&str, &str, &[Line]); 16] = [
        (
            "wrong password",
            "",
            &[
                ("EHLO", b"250-a\r\n250 AUTH PLAIN\r\n"),
                ("AUTH", b"535 5.7.8 wrong\r\n"),
            ],
        ),
        (
            "login disabled",
            "",
            &[
                ("EHLO", b"250-a\r\n250 AUTH PLAIN\r\n"),
                ("AUTH", b"554 5.7.0 disabled\r\n"),
            ],
        ),
        ("no login offered", "", &[("EHLO", b"250 a\r\n")]),
        ("no STARTTLS", "?tls=required", &[]),
        ("no service", "", &[("greeting", b"554 no\r\n")]),
        ("no mail here", "", &[("greeting", b"521 no\r\n")]),
        ("no hello", "", &[("EHLO", b"502 no\r\n"), ("HELO", b"500 no\r\n")]),
        ("login wanted", "", &[("MAIL", b"530 5.7.0 log in\r\n")]),
        ("login wanted later", "", &[("RCPT", b"530 5.7.0 log in\r\n")]),
        ("sender refused", "", &[("MAIL", b"553 5.7.1 not you\r\n")]),
        ("mailbox full", "", &[("RCPT", b"552 5.2.2 full\r\n")]),
        ("disk full", "", &[("end", b"552 5.3.4 full\r\n")]),
        ("a reply of another command", "", &[("DATA", b"250 ok\r\n")]),
        ("no reply to an email", "", &[("end", b"354 go on\r\n")]),
        ("no reply that exists", "", &[("RCPT", b"650 ok\r\n")]),
        ("not SMTP", "", &[("greeting", b"HTTP/1.1 400 Bad Request\r\n\r\n")]),
    ];
    for (case, query, script) in cases {
        let offers_login = [("EHLO", b"250-a\r\n250 AUTH PLAIN\r\n".as_slice())];
        let script: Vec<_> = offers_login.iter().chain(script).copied().collect();
        let server = ScriptedServer::start(&script).await;
        let app = server.register("user:secret@", query).await;
        within(TIMEOUT, case, async || retry_is_due_in_a_second(&app).await).await;
        if query.is_empty() {
            server.heal();
            server.script.lock().expect("not poisoned").extend(offers_login);
            let taken = server.taken();
            within(TIMEOUT, case, async || {
                // A clock that is advanced while the email is sent would end the lease.
                if is_postponed(&app).await {
                    app.clock.advance(Duration::from_secs(2));
                }
                count::<email_outbox::Entity>(app.db()).await == 0
            })
            .await;
            assert_eq!(server.taken(), taken + 1, "{case}: it is sent, not given up");
        }
    }
}

#[tokio::test]
async fn refused_email_is_given_up() {
    for (verb, reply) in [
        ("RCPT", b"550 5.1.1 unknown\r\n".as_slice()),
        ("RCPT", b"553 5.1.3 not an address\r\n"),
        ("DATA", b"554 5.5.1 nobody to deliver to\r\n"),
        ("end", b"550 5.7.1 looks like spam\r\n"),
    ] {
        let server = ScriptedServer::start(&[(verb, reply)]).await;
        let app = server.register("", "").await;
        within(TIMEOUT, verb, async || {
            count::<email_outbox::Entity>(app.db()).await == 0
        })
        .await;
        assert_eq!(server.taken(), 0, "{verb}");
    }
}

async fn retry_is_due_in_a_second(app: &TestApp) -> bool {
    email(app)
        .await
        .is_some_and(|row| row.attempts == 1 && row.lease.is_none() && row.due_at > app.clock.now())
}

async fn is_postponed(app: &TestApp) -> bool {
    email(app)
        .await
        .is_some_and(|row| row.attempts > 0 && row.lease.is_none())
}

/// The only email that is pending.
async fn email(app: &TestApp) -> Option<email_outbox::Model> {
    let row = email_outbox::Entity::find().one(app.db()).await;
    row.expect("the database answers")
}
