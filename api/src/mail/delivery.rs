//! Delivering what is owed: claim, draw, send, conclude.
//!
//! The database is asked for several mails at once; each of them is then sent by itself, and concluded together with what
//! else was sent meanwhile. A code is drawn when there is a connection to send it on, and not before.

use std::pin::pin;
use std::time::Duration;

use entity::{MailKind, Purpose, Timestamp};
use lettre::{AsyncTransport, Message};
use sea_orm::DbErr;

use super::conclusion::Outcome;
use super::message::{self, Sender};
use super::outbox::{self, Claim};
use super::transport::Transport;
use crate::account::{Accounts, EmailAddress, MailedCode, Wanted};
use crate::metrics::Metrics;

/// How many mails are sent at once, each on a connection of its own. lettre does not set `TCP_NODELAY`, so one connection
/// alone would wait for every acknowledgement of the network.
pub(super) const CONNECTIONS: u32 = 8;

/// How long one sending may take. Less than the lease of a claim.
const SENDING: Duration = Duration::from_secs(20);

/// Delivers the mails that are owed.
#[derive(Clone)]
pub struct Delivery {
    pub(super) accounts: Accounts,
    smtp: Transport,
    sender: Sender,
    pub(super) metrics: Metrics,
}

/// A claimed mail, and all that it takes to send it.
pub(super) struct Prepared {
    pub(super) claim: Claim,
    letter: Letter,
}

/// What is to be sent.
enum Letter {
    Code(EmailAddress, MailedCode),
    Exists(EmailAddress),
    /// The registration, or the claim, is gone.
    Nothing,
    Unaddressable,
}

impl Delivery {
    /// Prepares delivery through the server of `smtp_url`, in the form that lettre reads. No connection is made yet.
    ///
    /// # Errors
    /// When the URL or the sender cannot be read: the text says which.
    pub fn new(accounts: Accounts, smtp_url: &str, from: &str, metrics: Metrics) -> Result<Self, String> {
        Ok(Self {
            smtp: Transport::to(smtp_url, CONNECTIONS)?,
            sender: Sender::parse(from)?,
            accounts,
            metrics,
        })
    }

    /// Delivers one mail that is due. Tells whether there was one.
    ///
    /// # Errors
    /// When the database fails. What was claimed is due again when its lease ends.
    pub async fn deliver_next(&self) -> Result<bool, DbErr> {
        let Some(claim) = self.claim().await? else {
            return Ok(false);
        };
        self.deliver(claim).await?;
        Ok(true)
    }

    /// Claims one mail that is due, if any is.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn claim(&self) -> Result<Option<Claim>, DbErr> {
        Ok(self.claim_at(self.accounts.clock.now(), 1).await?.pop())
    }

    pub(super) async fn claim_at(&self, now: Timestamp, most: usize) -> Result<Vec<Claim>, DbErr> {
        let Accounts { db, random, .. } = &self.accounts;
        outbox::claim(db, &**random, now, most).await
    }

    /// Delivers a mail that was claimed, if the claim still holds.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn deliver(&self, claim: Claim) -> Result<(), DbErr> {
        let mut concluded = Vec::new();
        for prepared in self.prepare(vec![claim]).await? {
            let outcome = self.send(&prepared).await;
            concluded.push((prepared.claim, outcome));
        }
        self.conclude(concluded).await
    }

    /// Draws the codes of claimed mails.
    pub(super) async fn prepare(&self, claims: Vec<Claim>) -> Result<Vec<Prepared>, DbErr> {
        if claims.is_empty() {
            return Ok(Vec::new());
        }
        let claims = self.still_held(claims).await?;
        let addressed: Vec<_> = claims
            .into_iter()
            .map(|claim| (EmailAddress::parse(&claim.to.0).ok(), claim))
            .collect();
        let wanted: Vec<_> = addressed
            .iter()
            .filter(|(_, claim)| claim.mail.kind == MailKind::ActivationCode)
            .filter_map(|(email, claim)| email.as_ref().map(|email| Wanted { claim, email }))
            .collect();
        let mut codes = self.accounts.draw(&wanted, Purpose::Activation).await?;
        let prepared = addressed.into_iter().map(|(email, claim)| {
            let letter = match (email, claim.mail.kind) {
                (None, _) => Letter::Unaddressable,
                (Some(email), MailKind::AccountExists) => Letter::Exists(email),
                (Some(email), MailKind::ActivationCode) => match codes.remove(&claim.mail.id) {
                    Some(code) => Letter::Code(email, code),
                    None => Letter::Nothing,
                },
            };
            Prepared { claim, letter }
        });
        Ok(prepared.collect())
    }

    /// Lets leases begin anew that could end while their mail is being sent.
    async fn still_held(&self, claims: Vec<Claim>) -> Result<Vec<Claim>, DbErr> {
        let now = self.accounts.clock.now();
        let (ending, mut held): (Vec<_>, Vec<_>) =
            claims.into_iter().partition(|claim| claim.mail.due_at < now + SENDING);
        let renewed = outbox::renew(&self.accounts.db, &ending.iter().collect::<Vec<_>>(), now).await?;
        held.extend(ending.into_iter().filter(|claim| renewed.contains(&claim.mail.id)));
        Ok(held)
    }

    /// Sends a mail, and waits for what the mail server says.
    pub(super) async fn send(&self, prepared: &Prepared) -> Outcome {
        let keys = &self.accounts.keys;
        let now = self.accounts.clock.now();
        let message = match &prepared.letter {
            Letter::Code(email, code) => message::activation_code(&self.sender, keys, email, code, now),
            Letter::Exists(email) => message::account_exists(&self.sender, keys, email, prepared.claim.mail.id, now),
            Letter::Nothing => return Outcome::NothingToSend,
            Letter::Unaddressable => return Outcome::GiveUp("the stored address cannot be read".to_owned()),
        };
        match message {
            Ok(message) => self.hand_over(message).await,
            Err(error) => Outcome::GiveUp(error),
        }
    }

    async fn hand_over(&self, message: Message) -> Outcome {
        let smtp = self.smtp.current();
        let mut sending = pin!(smtp.send(message));
        let unfinished = self.smtp.renewed_unless_finished();
        let sent = tokio::time::timeout(SENDING, sending.as_mut()).await;
        if sent.is_ok() {
            unfinished.finish();
        }
        match sent {
            Ok(Ok(_)) => Outcome::Sent,
            Ok(Err(error)) => match error.status() {
                // The server's words may quote the address, so only its code is kept.
                Some(code) if error.is_permanent() => Outcome::GiveUp(format!("refused with {code}")),
                Some(code) => Outcome::TryAgain(format!("refused for now with {code}")),
                None => Outcome::TryAgain(describe(&error).to_owned()),
            },
            Err(_) => Outcome::TryAgain("no answer in time".to_owned()),
        }
    }
}

fn describe(error: &lettre::transport::smtp::Error) -> &'static str {
    if error.is_timeout() {
        "the mail server does not answer in time"
    } else if error.is_tls() {
        "no secure connection to the mail server"
    } else if error.is_client() {
        "the mail server does not offer what is needed"
    } else if error.is_response() {
        "the mail server's answer cannot be read"
    } else {
        "no connection to the mail server"
    }
}
