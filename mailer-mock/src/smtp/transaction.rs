use tokio::io::{AsyncRead, AsyncWrite};

use super::reply::Reply;
use super::session::{Session, State};
use super::wire::Ended;
use super::{MAX_COMMANDS, MAX_RECIPIENTS};
use crate::Stage;
use crate::faults::{self, Outcome};
use crate::message::Envelope;

/// The part of the dialogue that carries a mail: who from, who to, and its content (RFC 5321, section 3.3).
impl<S: AsyncRead + AsyncWrite + Unpin> Session<S> {
    pub(super) async fn mail(&mut self, sender: String, utf8: bool) -> Result<(), Ended> {
        match self.state {
            State::Refused | State::Connected => return self.say(&Reply::HELLO_FIRST),
            State::Mail { .. } => return self.say(&Reply::ONE_MAIL_AT_A_TIME),
            State::Ready => {}
        }
        if self.login.is_some() && !self.known {
            return self.say(&Reply::AUTH_FIRST);
        }
        let reply = self.play(Stage::Mail, &[], Reply::OK).await?;
        if reply.accepts() {
            let recipients = Vec::new();
            self.state = State::Mail {
                envelope: Envelope { sender, recipients },
                utf8,
            };
        }
        self.say(&reply)
    }

    pub(super) async fn rcpt(&mut self, recipient: String) -> Result<(), Ended> {
        let State::Mail { envelope, utf8 } = &self.state else {
            return self.say(&Reply::MAIL_FIRST);
        };
        if !utf8 && !recipient.is_ascii() {
            return self.say(&Reply::NEEDS_SMTPUTF8);
        }
        if envelope.recipients.len() >= MAX_RECIPIENTS {
            return self.say(&Reply::too_many_recipients());
        }
        if let Err(reason) = faults::asked_for_by(&recipient) {
            return self.say(&Reply::new(553, reason));
        }
        let recipients = [recipient];
        let reply = self.play(Stage::Rcpt, &recipients, Reply::OK).await?;
        if reply.accepts()
            && let State::Mail { envelope, .. } = &mut self.state
        {
            envelope.recipients.extend(recipients);
        }
        self.say(&reply)
    }

    pub(super) async fn data(&mut self) -> Result<(), Ended> {
        let recipients = match &self.state {
            State::Mail { envelope, .. } if !envelope.recipients.is_empty() => envelope.recipients.clone(),
            State::Mail { .. } => return self.say(&Reply::RCPT_FIRST),
            _ => return self.say(&Reply::MAIL_FIRST),
        };
        let reply = self.play(Stage::Data, &recipients, Reply::SEND_DATA).await?;
        self.say(&reply)?;
        if !reply.accepts() {
            return Ok(());
        }
        let content = self.wire.data().await?;
        // With the final dot the mail is over, whatever becomes of it.
        let Some(envelope) = self.abandon_mail() else {
            return Ok(());
        };
        match content {
            Some(content) => self.accept(envelope, content).await,
            None => self.say(&Reply::mail_too_large()),
        }
    }

    /// The mail is complete: the last chance to refuse it.
    async fn accept(&mut self, envelope: Envelope, content: Vec<u8>) -> Result<(), Ended> {
        self.commands_left = MAX_COMMANDS;
        match self.consult(Stage::AfterData, &envelope.recipients).await? {
            Outcome::Usual => {
                let message = self.mailbox.deliver(envelope, content);
                self.say(&Reply::new(250, format!("ok, queued as {}", message.id)))
            }
            Outcome::Reply { code, text } => {
                let reply = Reply::new(code, text);
                if reply.accepts() {
                    self.mailbox.deliver(envelope, content);
                }
                self.say(&reply)
            }
            Outcome::Drop => {
                self.mailbox.deliver(envelope, content);
                Err(Ended::Closed)
            }
        }
    }

    pub(super) fn abandon_mail(&mut self) -> Option<Envelope> {
        match std::mem::replace(&mut self.state, State::Ready) {
            State::Mail { envelope, .. } => Some(envelope),
            other => {
                self.state = other;
                None
            }
        }
    }
}
