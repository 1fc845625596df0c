use super::limits::{MAX_COMMANDS, MAX_RECIPIENTS};
use super::reply::SmtpReply;
use super::session::{Session, State};
use super::stream::Disconnect;
use crate::faults::{self, Action, Stage};
use crate::message::Envelope;

/// The mail transaction: MAIL, RCPT and DATA (RFC 5321, section 3.3).
impl Session {
    pub(super) async fn mail(&mut self, sender: String, utf8: bool) -> Result<(), Disconnect> {
        match self.state {
            State::Refused | State::Connected => return self.reply(&SmtpReply::HELLO_FIRST),
            State::Mail { .. } => return self.reply(&SmtpReply::NESTED_MAIL),
            State::Ready => {}
        }
        if self.service.login.is_some() && !self.authenticated {
            return self.reply(&SmtpReply::AUTH_REQUIRED);
        }
        let reply = self.reply_at(Stage::Mail, &[], SmtpReply::OK).await?;
        if reply.is_success() {
            let recipients = Vec::new();
            self.state = State::Mail {
                envelope: Envelope { sender, recipients },
                utf8,
            };
        }
        self.reply(&reply)
    }

    pub(super) async fn rcpt(&mut self, recipient: String) -> Result<(), Disconnect> {
        let State::Mail { envelope, utf8 } = &self.state else {
            return self.reply(&SmtpReply::MAIL_FIRST);
        };
        if !utf8 && !recipient.is_ascii() {
            return self.reply(&SmtpReply::SMTPUTF8_REQUIRED);
        }
        if envelope.recipients.len() >= MAX_RECIPIENTS {
            return self.reply(&SmtpReply::too_many_recipients());
        }
        if let Err(reason) = faults::rules_from_address(&recipient) {
            return self.reply(&SmtpReply::new(553, reason));
        }
        let recipients = [recipient];
        let reply = self.reply_at(Stage::Rcpt, &recipients, SmtpReply::OK).await?;
        if reply.is_success()
            && let State::Mail { envelope, .. } = &mut self.state
        {
            envelope.recipients.extend(recipients);
        }
        self.reply(&reply)
    }

    pub(super) async fn data(&mut self) -> Result<(), Disconnect> {
        let recipients = match &self.state {
            State::Mail { envelope, .. } if !envelope.recipients.is_empty() => envelope.recipients.clone(),
            State::Mail { .. } => return self.reply(&SmtpReply::RCPT_FIRST),
            _ => return self.reply(&SmtpReply::MAIL_FIRST),
        };
        let reply = self.reply_at(Stage::Data, &recipients, SmtpReply::START_INPUT).await?;
        self.reply(&reply)?;
        if !reply.is_success() {
            return Ok(());
        }
        let content = self.stream.read_data().await?;
        // The final dot ends the transaction, also if the message is refused.
        let Some(envelope) = self.take_envelope() else {
            return Ok(());
        };
        match content {
            Some(content) => self.accept(envelope, content).await,
            None => self.reply(&SmtpReply::message_too_large()),
        }
    }

    /// Stores a complete message, unless a fault refuses it.
    async fn accept(&mut self, envelope: Envelope, content: Vec<u8>) -> Result<(), Disconnect> {
        self.commands_left = MAX_COMMANDS;
        let reply = match self.apply_faults(Stage::AfterData, &envelope.recipients).await? {
            Some(Action::Reply { code, text }) => SmtpReply::new(code, text),
            action => {
                let id = self.service.mailbox.deliver(envelope, content);
                return match action {
                    Some(Action::Drop) => Err(Disconnect::ByServer),
                    _ => self.reply(&SmtpReply::new(250, format!("ok, queued as {id}"))),
                };
            }
        };
        if reply.is_success() {
            self.service.mailbox.deliver(envelope, content);
        }
        self.reply(&reply)
    }

    /// Ends the current mail transaction, if there is one.
    pub(super) fn take_envelope(&mut self) -> Option<Envelope> {
        let State::Mail { envelope, .. } = &mut self.state else {
            return None;
        };
        let envelope = std::mem::take(envelope);
        self.state = State::Ready;
        Some(envelope)
    }
}
