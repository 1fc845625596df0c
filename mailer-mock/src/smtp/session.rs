use std::convert::Infallible;

use tokio::io::{AsyncRead, AsyncWrite};

use super::MAX_COMMANDS;
use super::command::Command;
use super::reply::Reply;
use super::wire::{Ended, Line, Wire};
use crate::faults::Outcome;
use crate::message::Envelope;
use crate::tls::Tls;
use crate::{Credentials, Faults, Mailbox, Stage};

/// One client's dialogue.
#[derive(Debug)]
pub(super) struct Session<S> {
    pub(super) wire: Wire<S>,
    pub(super) mailbox: Mailbox,
    faults: Faults,
    pub(super) tls: Option<Tls>,
    pub(super) login: Option<Credentials>,
    pub(super) state: State,
    /// Whether the client has said who it is.
    pub(super) known: bool,
    /// How many command lines may still come before the next mail.
    pub(super) commands_left: u32,
}

/// Where the dialogue stands (RFC 5321, section 4.1.4).
#[derive(Debug)]
pub(super) enum State {
    /// The greeting refused the client: nothing but QUIT is taken (section 3.1).
    Refused,
    /// EHLO or HELO comes first.
    Connected,
    /// A mail can begin.
    Ready,
    /// After MAIL.
    Mail {
        envelope: Envelope,
        /// Whether recipients may hold more than ASCII.
        utf8: bool,
    },
}

impl<S: AsyncRead + AsyncWrite + Unpin> Session<S> {
    pub(super) fn new(stream: S, mailbox: Mailbox, faults: Faults) -> Self {
        Self {
            wire: Wire::new(stream),
            mailbox,
            faults,
            tls: None,
            login: None,
            state: State::Connected,
            known: false,
            commands_left: MAX_COMMANDS,
        }
    }

    /// Offers STARTTLS.
    pub(super) fn with_tls(self, tls: Option<Tls>) -> Self {
        Self { tls, ..self }
    }

    /// Takes mail only from those who say that they are this user.
    pub(super) fn with_login(self, login: Option<Credentials>) -> Self {
        Self { login, ..self }
    }

    /// Holds the dialogue to its end. What was not received whole is not stored.
    pub(super) async fn run(mut self) {
        match self.converse().await {
            Err(Ended::Gone) => {}
            Err(Ended::Closed) => self.wire.close().await,
            Err(Ended::Idle) => self.end_with(&Reply::IDLE).await,
            Err(Ended::Endless) => self.end_with(&Reply::ENDLESS_MAIL).await,
        }
    }

    /// Turns the client away, because there are too many.
    pub(super) async fn refuse(mut self) {
        self.end_with(&Reply::TOO_MANY_CONNECTIONS).await;
    }

    async fn end_with(&mut self, last_word: &Reply) {
        self.wire.reply(last_word);
        self.wire.close().await;
    }

    async fn converse(&mut self) -> Result<Infallible, Ended> {
        let greeting = self.play(Stage::Connect, &[], Reply::GREETING).await?;
        if !greeting.accepts() {
            self.state = State::Refused;
        }
        self.say(&greeting)?;
        loop {
            let line = self.wire.line().await?;
            match self.commands_left.checked_sub(1) {
                Some(left) => self.commands_left = left,
                None => self.say(&Reply::TOO_MANY_COMMANDS)?,
            }
            match line {
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
            Command::Ehlo => {
                let starttls = self.tls.is_some() && !self.wire.is_secure();
                self.hello(Reply::extensions(starttls)).await
            }
            Command::Helo => self.hello(Reply::HELLO).await,
            Command::StartTls => self.start_tls().await,
            Command::Auth(mechanism, first) => self.auth(mechanism, first).await,
            Command::Mail { sender, utf8 } => self.mail(sender, utf8).await,
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

    /// The reply at this stage: the usual one, or what a fault puts in its place.
    pub(super) async fn play(&mut self, stage: Stage, recipients: &[String], usual: Reply) -> Result<Reply, Ended> {
        match self.consult(stage, recipients).await? {
            Outcome::Usual => Ok(usual),
            Outcome::Reply { code, text } => Ok(Reply::new(code, text)),
            Outcome::Drop => Err(Ended::Closed),
        }
    }

    /// Asks the faults, and pauses as long as they say. Replies that are owed already do not wait for that.
    pub(super) async fn consult(&mut self, stage: Stage, recipients: &[String]) -> Result<Outcome, Ended> {
        let verdict = self.faults.consult(stage, recipients);
        if !verdict.delay.is_zero() {
            self.wire.flush().await?;
            tokio::time::sleep(verdict.delay).await;
        }
        Ok(verdict.outcome)
    }

    /// Replies; after 421 the connection is closed (section 3.8).
    pub(super) fn say(&mut self, reply: &Reply) -> Result<(), Ended> {
        self.wire.reply(reply);
        if reply.code() == 421 {
            return Err(Ended::Closed);
        }
        Ok(())
    }
}
