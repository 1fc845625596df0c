use super::reply::SmtpReply;
use super::sasl::{self, Mechanism};
use super::session::{Session, State};
use super::stream::{Disconnect, Line};
use crate::config::Credentials;

/// AUTH (RFC 4954).
impl Session {
    /// AUTH is valid after EHLO, once, and outside a mail transaction (section 4). It is offered without TLS too: a
    /// mailbox for tests has no secrets to protect.
    pub(super) async fn auth(
        &mut self,
        mechanism: Mechanism,
        initial_response: Option<String>,
    ) -> Result<(), Disconnect> {
        match self.state {
            State::Refused | State::Connected => return self.reply(&SmtpReply::HELLO_FIRST),
            State::Mail { .. } => return self.reply(&SmtpReply::AUTH_DURING_MAIL),
            State::Ready if self.authenticated => return self.reply(&SmtpReply::ALREADY_AUTHENTICATED),
            State::Ready => {}
        }
        let reply = match self.read_credentials(mechanism, initial_response).await? {
            Ok(credentials) if self.service.login.as_ref().is_none_or(|login| *login == credentials) => {
                self.authenticated = true;
                SmtpReply::AUTHENTICATED
            }
            Ok(_) => SmtpReply::WRONG_CREDENTIALS,
            Err(reply) => reply,
        };
        self.reply(&reply)
    }

    async fn read_credentials(
        &mut self,
        mechanism: Mechanism,
        initial_response: Option<String>,
    ) -> Result<Result<Credentials, SmtpReply>, Disconnect> {
        let challenge = match mechanism {
            Mechanism::Plain => SmtpReply::EMPTY_CHALLENGE,
            Mechanism::Login => SmtpReply::USER_CHALLENGE,
        };
        let first = match initial_response {
            Some(response) => sasl::decode(response.as_bytes()),
            None => self.challenge(&challenge).await?,
        };
        Ok(match (first, mechanism) {
            (Err(reply), _) => Err(reply),
            (Ok(response), Mechanism::Plain) => sasl::plain(&response),
            (Ok(user), Mechanism::Login) => {
                let password = self.challenge(&SmtpReply::PASSWORD_CHALLENGE).await?;
                password.and_then(|password| sasl::credentials(&user, &password))
            }
        })
    }

    /// Sends a challenge and reads the response.
    async fn challenge(&mut self, challenge: &SmtpReply) -> Result<Result<String, SmtpReply>, Disconnect> {
        self.reply(challenge)?;
        Ok(match self.stream.read_line().await? {
            Line::Complete(response) => sasl::decode(&response),
            Line::TooLong => Err(SmtpReply::LINE_TOO_LONG),
        })
    }
}
