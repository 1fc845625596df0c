use std::convert::Infallible;

use tokio::io::{AsyncRead, AsyncWrite};

use super::MAX_RECIPIENTS;
use super::command::Command;
use super::reply::Reply;
use super::wire::{Ended, Line, Wire};
use crate::faults::Outcome;
use crate::message::Envelope;
use crate::{Faults, Mailbox, Stage};

/// One client's dialogue.
#[derive(Debug)]
pub(super) struct Session<S> {
    wire: Wire<S>,
    mailbox: Mailbox,
    faults: Faults,
    state: State,
}

/// Where the dialogue stands (RFC 5321, section 4.1.4).
#[derive(Debug)]
enum State {
    /// The greeting refused the client: nothing but QUIT is taken (section 3.1).
    Refused,
    /// EHLO or HELO comes first.
    Connected,
    /// A mail can begin.
    Ready,
    /// After MAIL.
    Mail(Envelope),
}

impl<S: AsyncRead + AsyncWrite + Unpin> Session<S> {
    pub(super) fn new(stream: S, mailbox: Mailbox, faults: Faults) -> Self {
        Self {
            wire: Wire::new(stream),
            mailbox,
            faults,
            state: State::Connected,
        }
    }

    /// Holds the dialogue to its end. What was not received whole is not stored.
    pub(super) async fn run(mut self) {
        match self.converse().await {
            Err(Ended::Gone) => {}
            Err(Ended::Closed) => self.wire.close().await,
            Err(Ended::Idle) => {
                self.wire.reply(&Reply::IDLE);
                self.wire.close().await;
            }
        }
    }

    /// Turns the client away, because there are too many.
    pub(super) async fn refuse(mut self) {
        self.wire.reply(&Reply::TOO_MANY_CONNECTIONS);
        self.wire.close().await;
    }

    async fn converse(&mut self) -> Result<Infallible, Ended> {
        let greeting = self.play(Stage::Connect, &[], Reply::GREETING).await?;
        if !greeting.accepts() {
            self.state = State::Refused;
        }
        self.say(&greeting)?;
        loop {
            match self.wire.line().await? {
                Line::TooLong => self.say(&Reply::LINE_TOO_LONG)?,
                Line::Whole(line) => match Command::parse(&line) {
                    Ok(command) => self.obey(command).await?,
                    Err(refusal) => self.say(&refusal)?,
                },
            }
        }
    }

    async fn obey(&mut self, command: Command) -> Result<(), Ended> {
        if matches!(self.state, State::Refused) && command != Command::Quit {
            return self.say(&Reply::QUIT_ONLY);
        }
        match command {
            Command::Ehlo => self.hello(Reply::extensions()).await,
            Command::Helo => self.hello(Reply::HELLO).await,
            Command::Mail(sender) => self.mail(sender).await,
            Command::Rcpt(recipient) => self.rcpt(recipient).await,
            Command::Data => self.data().await,
            Command::Rset => {
                self.abandon_mail();
                self.say(&Reply::OK)
            }
            Command::Noop => self.say(&Reply::OK),
            Command::Vrfy => self.say(&Reply::CANNOT_VERIFY),
            Command::Help => self.say(&Reply::HELP),
            Command::Quit => {
                self.wire.reply(&Reply::BYE);
                Err(Ended::Closed)
            }
        }
    }

    /// A second EHLO abandons the mail that was begun (section 4.1.4).
    async fn hello(&mut self, usual: Reply) -> Result<(), Ended> {
        let reply = self.play(Stage::Ehlo, &[], usual).await?;
        if reply.accepts() {
            self.state = State::Ready;
        }
        self.say(&reply)
    }

    async fn mail(&mut self, sender: String) -> Result<(), Ended> {
        match self.state {
            State::Refused | State::Connected => return self.say(&Reply::HELLO_FIRST),
            State::Mail(_) => return self.say(&Reply::ONE_MAIL_AT_A_TIME),
            State::Ready => {}
        }
        let reply = self.play(Stage::Mail, &[], Reply::OK).await?;
        if reply.accepts() {
            self.state = State::Mail(Envelope {
                sender,
                recipients: Vec::new(),
            });
        }
        self.say(&reply)
    }

    async fn rcpt(&mut self, recipient: String) -> Result<(), Ended> {
        let State::Mail(envelope) = &self.state else {
            return self.say(&Reply::MAIL_FIRST);
        };
        if envelope.recipients.len() >= MAX_RECIPIENTS {
            return self.say(&Reply::too_many_recipients());
        }
        let recipients = [recipient];
        let reply = self.play(Stage::Rcpt, &recipients, Reply::OK).await?;
        if reply.accepts()
            && let State::Mail(envelope) = &mut self.state
        {
            envelope.recipients.extend(recipients);
        }
        self.say(&reply)
    }

    async fn data(&mut self) -> Result<(), Ended> {
        let recipients = match &self.state {
            State::Mail(envelope) if !envelope.recipients.is_empty() => envelope.recipients.clone(),
            State::Mail(_) => return self.say(&Reply::RCPT_FIRST),
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

    fn abandon_mail(&mut self) -> Option<Envelope> {
        match std::mem::replace(&mut self.state, State::Ready) {
            State::Mail(envelope) => Some(envelope),
            other => {
                self.state = other;
                None
            }
        }
    }

    /// The reply at this stage: the usual one, or what a fault puts in its place.
    async fn play(&mut self, stage: Stage, recipients: &[String], usual: Reply) -> Result<Reply, Ended> {
        match self.consult(stage, recipients).await? {
            Outcome::Usual => Ok(usual),
            Outcome::Reply { code, text } => Ok(Reply::new(code, text)),
            Outcome::Drop => Err(Ended::Closed),
        }
    }

    /// Asks the faults, and pauses as long as they say. Replies that are owed already do not wait for that.
    async fn consult(&mut self, stage: Stage, recipients: &[String]) -> Result<Outcome, Ended> {
        let verdict = self.faults.consult(stage, recipients);
        if !verdict.delay.is_zero() {
            self.wire.flush().await?;
            tokio::time::sleep(verdict.delay).await;
        }
        Ok(verdict.outcome)
    }

    /// Replies; after 421 the connection is closed (section 3.8).
    fn say(&mut self, reply: &Reply) -> Result<(), Ended> {
        self.wire.reply(reply);
        if reply.code() == 421 {
            return Err(Ended::Closed);
        }
        Ok(())
    }
}
