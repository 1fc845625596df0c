use std::convert::Infallible;

use super::command::Command;
use super::limits::MAX_COMMANDS;
use super::reply::SmtpReply;
use super::service::Service;
use super::stream::{Connection, Disconnect, Line, SmtpStream};
use crate::faults::{Action, Stage};
use crate::message::Envelope;

/// The session of one client.
pub(super) struct Session {
    pub(super) stream: SmtpStream,
    pub(super) service: Service,
    pub(super) state: State,
    pub(super) authenticated: bool,
    /// How many command lines may still come before the next complete message.
    pub(super) commands_left: u32,
}

/// Which commands are valid next (RFC 5321, section 4.1.4).
#[derive(Debug)]
pub(super) enum State {
    /// The greeting refused the client: only QUIT is valid (section 3.1).
    Refused,
    /// EHLO or HELO must come first.
    Connected,
    /// MAIL is valid.
    Ready,
    /// MAIL was accepted.
    Mail {
        envelope: Envelope,
        /// Whether recipients may contain non-ASCII characters.
        utf8: bool,
    },
}

impl Session {
    pub(super) fn new(connection: impl Connection + 'static, service: Service) -> Self {
        Self {
            stream: SmtpStream::new(connection),
            service,
            state: State::Connected,
            authenticated: false,
            commands_left: MAX_COMMANDS,
        }
    }

    /// Runs the session to its end. An incomplete message is not stored.
    pub(super) async fn run(mut self) {
        match self.run_commands().await {
            Err(Disconnect::ByClient) => {}
            Err(Disconnect::ByServer) => self.stream.close().await,
            Err(Disconnect::Idle) => self.close_with(&SmtpReply::IDLE_TIMEOUT).await,
            Err(Disconnect::MessageTooLong) => self.close_with(&SmtpReply::MESSAGE_TOO_LONG).await,
        }
    }

    async fn close_with(&mut self, reply: &SmtpReply) {
        self.stream.reply(reply);
        self.stream.close().await;
    }

    async fn run_commands(&mut self) -> Result<Infallible, Disconnect> {
        let greeting = self.reply_at(Stage::Connect, &[], SmtpReply::GREETING).await?;
        if !greeting.is_success() {
            self.state = State::Refused;
        }
        self.reply(&greeting)?;
        loop {
            let line = self.stream.read_line().await?;
            match self.commands_left.checked_sub(1) {
                Some(left) => self.commands_left = left,
                None => self.reply(&SmtpReply::TOO_MANY_COMMANDS)?,
            }
            match line {
                Line::TooLong => self.reply(&SmtpReply::LINE_TOO_LONG)?,
                Line::Complete(line) => match Command::parse(&line) {
                    Ok(command) => self.execute(command).await?,
                    Err(reply) => self.reply(&reply)?,
                },
            }
        }
    }

    async fn execute(&mut self, command: Command) -> Result<(), Disconnect> {
        if matches!(self.state, State::Refused) && command != Command::Quit {
            return self.reply(&SmtpReply::QUIT_ONLY);
        }
        match command {
            Command::Ehlo => {
                let starttls = self.service.tls.is_some() && !self.stream.is_tls;
                self.hello(SmtpReply::extensions(starttls)).await
            }
            Command::Helo => self.hello(SmtpReply::HELLO).await,
            Command::StartTls => self.start_tls().await,
            Command::Auth(mechanism, initial_response) => self.auth(mechanism, initial_response).await,
            Command::Mail { sender, utf8 } => self.mail(sender, utf8).await,
            Command::Rcpt(recipient) => self.rcpt(recipient).await,
            Command::Data => self.data().await,
            Command::Rset => {
                self.take_envelope();
                self.reply(&SmtpReply::OK)
            }
            Command::Noop => self.reply(&SmtpReply::OK),
            Command::Vrfy => self.reply(&SmtpReply::CANNOT_VERIFY),
            Command::Help => self.reply(&SmtpReply::HELP),
            Command::Quit => {
                self.stream.reply(&SmtpReply::BYE);
                Err(Disconnect::ByServer)
            }
        }
    }

    /// A second EHLO ends the current mail transaction (section 4.1.4).
    async fn hello(&mut self, usual: SmtpReply) -> Result<(), Disconnect> {
        let reply = self.reply_at(Stage::Ehlo, &[], usual).await?;
        if reply.is_success() {
            self.state = State::Ready;
        }
        self.reply(&reply)
    }

    /// TLS resets the session: an attacker may have sent the commands before it (RFC 3207, section 4.2).
    async fn start_tls(&mut self) -> Result<(), Disconnect> {
        let Some(tls) = self.service.tls.clone() else {
            return self.reply(&SmtpReply::NOT_IMPLEMENTED);
        };
        if self.stream.is_tls {
            return self.reply(&SmtpReply::ALREADY_TLS);
        }
        self.reply(&SmtpReply::START_TLS)?;
        self.state = State::Connected;
        self.authenticated = false;
        self.stream.start_tls(&tls).await
    }

    /// The reply at this stage: the usual one, unless a fault replaces it.
    pub(super) async fn reply_at(
        &mut self,
        stage: Stage,
        recipients: &[String],
        usual: SmtpReply,
    ) -> Result<SmtpReply, Disconnect> {
        match self.apply_faults(stage, recipients).await? {
            Some(Action::Reply { code, text }) => Ok(SmtpReply::new(code, text)),
            Some(Action::Drop) => Err(Disconnect::ByServer),
            _ => Ok(usual),
        }
    }

    /// Applies the faults of this stage, including their delay. Earlier replies are sent before the delay.
    pub(super) async fn apply_faults(
        &mut self,
        stage: Stage,
        recipients: &[String],
    ) -> Result<Option<Action>, Disconnect> {
        let (delay, action) = self.service.faults.apply(stage, recipients);
        if !delay.is_zero() {
            self.stream.flush().await?;
            tokio::time::sleep(delay).await;
        }
        Ok(action)
    }

    /// Sends a reply, and closes the connection after a 421 (section 3.8).
    pub(super) fn reply(&mut self, reply: &SmtpReply) -> Result<(), Disconnect> {
        self.stream.reply(reply);
        if reply.code == 421 {
            return Err(Disconnect::ByServer);
        }
        Ok(())
    }
}
