use tokio::io::{AsyncRead, AsyncWrite};

use super::auth::{self, Mechanism};
use super::reply::Reply;
use super::session::{Session, State};
use super::wire::{Ended, Line};
use crate::Credentials;

/// The part of the dialogue that is about the connection and who is at its other end.
impl<S: AsyncRead + AsyncWrite + Unpin> Session<S> {
    /// Inside TLS everything begins anew: what was said in plain text may be somebody else's (RFC 3207, section 4.2).
    pub(super) async fn start_tls(&mut self) -> Result<(), Ended> {
        let Some(tls) = self.tls.clone() else {
            return self.say(&Reply::NOT_OFFERED);
        };
        if self.wire.is_secure() {
            return self.say(&Reply::ALREADY_SECURE);
        }
        self.say(&Reply::START_TLS)?;
        self.state = State::Connected;
        self.known = false;
        self.wire.start_tls(&tls).await
    }

    /// RFC 4954, section 4: after EHLO, once, and not within a mail. It is offered in plain text too, because clients
    /// are tested here, and not secrets kept.
    pub(super) async fn auth(&mut self, mechanism: Mechanism, first: Option<String>) -> Result<(), Ended> {
        match self.state {
            State::Refused | State::Connected => return self.say(&Reply::HELLO_FIRST),
            State::Mail { .. } => return self.say(&Reply::NOT_IN_A_MAIL),
            State::Ready if self.known => return self.say(&Reply::ALREADY_KNOWN),
            State::Ready => {}
        }
        match self.credentials(mechanism, first).await? {
            Ok(given) if self.login.as_ref().is_none_or(|wanted| *wanted == given) => {
                self.known = true;
                self.say(&Reply::WELCOME)
            }
            Ok(_) => self.say(&Reply::WRONG_CREDENTIALS),
            Err(refusal) => self.say(&refusal),
        }
    }

    async fn credentials(
        &mut self,
        mechanism: Mechanism,
        first: Option<String>,
    ) -> Result<Result<Credentials, Reply>, Ended> {
        let first_question = match mechanism {
            Mechanism::Plain => Reply::GO_ON,
            Mechanism::Login => Reply::ASK_USER,
        };
        let first = match first {
            Some(response) => auth::decode(response.as_bytes()),
            None => self.ask(&first_question).await?,
        };
        let first = match first {
            Ok(first) => first,
            Err(refusal) => return Ok(Err(refusal)),
        };
        Ok(match mechanism {
            Mechanism::Plain => auth::plain(&first),
            Mechanism::Login => {
                let password = self.ask(&Reply::ASK_PASSWORD).await?;
                password.and_then(|password| auth::credentials(&first, &password))
            }
        })
    }

    async fn ask(&mut self, question: &Reply) -> Result<Result<String, Reply>, Ended> {
        self.say(question)?;
        Ok(match self.wire.line().await? {
            Line::Whole(response) => auth::decode(&response),
            Line::TooLong => Err(Reply::LINE_TOO_LONG),
        })
    }
}
