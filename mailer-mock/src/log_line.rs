use std::borrow::Cow;

use crate::message::Message;

/// The log line for a message: `delivered to=alice@example.com code=4466 subject="Your activation code"`.
///
/// Commas separate the recipients. `code` is the most likely code, or `-`. The sender controls the subject and the
/// recipients, so both are escaped: neither can end the line or look like another field.
pub(crate) fn log_line(message: &Message) -> String {
    let to: Vec<Cow<'_, str>> = message.to.iter().map(|to| field(&to.address)).collect();
    let code = message.codes.first().map_or("-", String::as_str);
    format!(
        "delivered to={} code={code} subject={:?}",
        to.join(","),
        message.subject
    )
}

fn field(address: &str) -> Cow<'_, str> {
    let escaped = format!("{address:?}");
    let unchanged = escaped.len() == address.len() + 2;
    if unchanged && !address.contains([' ', ',']) {
        Cow::Borrowed(address)
    } else {
        Cow::Owned(escaped)
    }
}

#[cfg(test)]
mod tests {
    use time::OffsetDateTime;

    use super::*;
    use crate::message::Envelope;

    fn line(recipients: &[&str], subject: &str) -> String {
        let envelope = Envelope {
            sender: String::new(),
            recipients: recipients.iter().map(|&to| to.to_owned()).collect(),
        };
        let mail = format!("Subject: {subject}\r\n\r\n");
        log_line(&Message::parse(envelope, mail.into_bytes(), OffsetDateTime::UNIX_EPOCH))
    }

    #[test]
    fn has_a_fixed_format_whatever_the_sender_writes() {
        for (recipients, subject, expected) in [
            (
                &["alice@example.com"][..],
                "4466 is your activation code",
                r#"to=alice@example.com code=4466 subject="4466 is your activation code""#,
            ),
            (
                &["a@example.com", "b@example.com"],
                "Hello",
                r#"to=a@example.com,b@example.com code=- subject="Hello""#,
            ),
            (
                &["a@example.com"],
                r"=?utf-8?q?x=0D=0Adelivered_to=3Dadmin@example.com_=22=1B[31m=E2=80=AE?=",
                r#"to=a@example.com code=- subject="x\r\ndelivered to=admin@example.com \"\u{1b}[31m\u{202e}""#,
            ),
            (
                &["x code=1111 subject=\"y\"@example.com", "a,b@example.com"],
                "",
                r#"to="x code=1111 subject=\"y\"@example.com","a,b@example.com" code=- subject="""#,
            ),
        ] {
            assert_eq!(line(recipients, subject), format!("delivered {expected}"));
        }
    }
}
