//! What the start prints, for a person who has never seen this server.

use std::fmt::Write as _;
use std::path::Path;

use crate::server::Server;

/// Where everything is, and one command to paste for each step of the flow.
#[must_use]
pub fn text(server: &Server, graphiql: bool, data: Option<&Path>) -> String {
    let api = format!("http://localhost:{}", server.address().port());
    let mut text = String::new();
    let mut line = |name: &str, value: &str| {
        let _ = writeln!(text, "  {name:<9} {value}");
    };
    line("API", &format!("{api}/graphql"));
    if graphiql {
        line("GraphiQL", &api);
    }
    if let Some(mailbox) = server.mailbox() {
        line("Mailbox", mailbox);
    }
    if let Some(data) = data {
        line("Data", &data.display().to_string());
    }
    let curl = format!("curl -s {api}/graphql -H 'content-type: application/json'");
    let basic = "-u 'ada@example.com:correct horse battery staple'";
    let register = r#"-d '{"query":"mutation { register(input: {email: \"ada@example.com\", password: \"correct horse battery staple\"}) { codeLength codeExpiresInSeconds userErrors { code message } } }"}'"#;
    let activate = r#"-d '{"query":"mutation { activate(input: {activationCode: \"'$CODE'\"}) { user { email status } session { token } userErrors { code message } } }"}'"#;
    let sign_in = r#"-d '{"query":"mutation { signIn(input: {email: \"ada@example.com\", password: \"correct horse battery staple\"}) { session { token expiresAt } userErrors { code message } } }"}'"#;
    let me = r#"-d '{"query":"{ me { id email status activatedAt } }"}'"#;
    let time = humantime::format_duration(server.accounts().policy.code_ttl);
    let read = match (server.mailer_mock(), server.mailbox()) {
        (Some(_), _) => "Read the code in the mailbox, or here: it is in the line that says `delivered`.",
        (None, Some(_)) => "Read the code in the mailbox.",
        (None, None) => "Read the code in the mail.",
    };
    let _ = write!(
        text,
        "\n1. Register:\n{curl} {register}\n\
         \n2. {read} Then:\nCODE=…\n\
         \n3. Activate, within {time}:\n{curl} {basic} {activate}\n\
         \n4. Sign in:\n{curl} {sign_in}\n\
         \n5. See who you are (or with the session: -H \"authorization: Bearer $TOKEN\" in place of -u):\n{curl} {basic} {me}\n"
    );
    text
}
