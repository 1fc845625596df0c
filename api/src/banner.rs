//! What a development server prints at start, for a person who sees it for the first time.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::time::Duration;

use crate::http;
use crate::settings::Config;

/// Where everything is, and one command for each step of the flow, for a server that listens on this address.
#[must_use]
pub fn banner(config: &Config, address: SocketAddr) -> String {
    let api = format!("http://localhost:{}", address.port());
    let mut text = String::new();
    for (name, place) in [
        ("API", Some(format!("{api}/graphql"))),
        ("GraphiQL", config.http.graphiql.then(|| api.clone())),
        (
            "Emails",
            config.mail_previews.then(|| format!("{api}{}", http::MAIL_PREVIEWS)),
        ),
        ("Mailbox", config.http.mailbox_url.clone()),
        ("Data", config.data.as_ref().map(|data| data.display().to_string())),
    ] {
        if let Some(place) = place {
            let _ = writeln!(text, "  {name:<9} {place}");
        }
    }
    let curl = format!("curl -s {api}/graphql -H 'content-type: application/json'");
    let basic = "-u 'ada@example.com:correct horse battery staple'";
    let register = r#"-d '{"query":"mutation { register(input: {email: \"ada@example.com\", password: \"correct horse battery staple\"}) { verificationToken codeLength userErrors { code message } } }"}'"#;
    let activate = r#"-d '{"query":"mutation { activate(input: {verificationToken: \"'$VERIFICATION'\", activationCode: \"'$CODE'\"}) { user { email status } session { token } userErrors { code message } } }"}'"#;
    let sign_in = r#"-d '{"query":"mutation { signIn(input: {email: \"ada@example.com\", password: \"correct horse battery staple\"}) { session { token expiresAt } userErrors { code message } } }"}'"#;
    let me = r#"-d '{"query":"{ me { id email status activatedAt } }"}'"#;
    let time = in_words(config.app.policy.code_ttl);
    let place = if config.http.mailbox_url.is_some() {
        "mailbox"
    } else {
        "email"
    };
    let _ = write!(
        text,
        "\n1. Register:\n{curl} {register}\n\
             \n2. Copy the verificationToken from the answer and the code from the {place}:\nVERIFICATION=… CODE=…\n\
             \n3. Activate within {time}:\n{curl} {activate}\n\
             \n4. Sign in:\n{curl} {sign_in}\n\
             \n5. See your account (with a session: -H \"authorization: Bearer $TOKEN\" instead of -u):\n{curl} {basic} {me}\n"
    );
    text
}

/// A duration in its largest unit that needs no fraction.
fn in_words(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let (count, unit) = match seconds {
        _ if seconds.is_multiple_of(3600) => (seconds / 3600, "hour"),
        _ if seconds.is_multiple_of(60) => (seconds / 60, "minute"),
        _ => (seconds, "second"),
    };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_in_their_largest_whole_unit() {
        for (seconds, words) in [
            (1, "1 second"),
            (60, "1 minute"),
            (90, "90 seconds"),
            (600, "10 minutes"),
            (3_600, "1 hour"),
            (5_400, "90 minutes"),
            (172_800, "48 hours"),
        ] {
            assert_eq!(in_words(Duration::from_secs(seconds)), words);
        }
    }
}
