//! Shared by the mutations that email a code: each spends an email of the address's budget.

use std::slice;
use std::time::Duration;

use entity::{AccountEventKind, EmailKind, Purpose, Timestamp};

use super::DomainError;
use crate::app::App;
use crate::audit::Event;
use crate::client::Client;
use crate::database;
use crate::limits::sliding_window::TakenUnits;
use crate::limits::{self, EMAIL_COOLDOWN, Limit, guess_guard, sliding_window};
use crate::mail::outbox::{self, NewEmail};
use crate::metrics::Step;
use crate::sql::insert_both;
use crate::transaction::Transaction;
use crate::verification::{self, NewVerification, VerificationToken, code_rules};

/// An email with a code is on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodeSent {
    /// How long the code can be used, from its sending.
    pub code_ttl: Duration,
    /// Digits of the code.
    pub code_length: u8,
    /// How long until the next email can be requested.
    pub resend_in: Duration,
}

/// A verification that has begun: its token, and the email that is on its way.
#[derive(Debug)]
pub struct StartedVerification {
    /// Names the verification. To be shown once.
    pub token: VerificationToken,
    /// The email with the code.
    pub sent: CodeSent,
}

/// A transaction that has spent one email of an address's budget.
pub(super) struct CodeRequest<'a> {
    app: &'a App,
    purpose: Purpose,
    address: &'a str,
    client: &'a Client,
    now: Timestamp,
    taken: TakenUnits,
    pub(super) transaction: Transaction,
}

impl<'a> CodeRequest<'a> {
    /// Begins the transaction and spends one email.
    pub(super) async fn begin(
        app: &'a App,
        purpose: Purpose,
        address: &'a str,
        client: &'a Client,
        now: Timestamp,
    ) -> Result<Self, DomainError> {
        Self::begin_within(app, purpose, address, None, client, now).await
    }

    /// The same, within one more limit.
    pub(super) async fn begin_within(
        app: &'a App,
        purpose: Purpose,
        address: &'a str,
        limit: Option<Limit>,
        client: &'a Client,
        now: Timestamp,
    ) -> Result<Self, DomainError> {
        let budget = limits::emails(&app.keys.limits, purpose, address, client);
        let budget: Vec<_> = budget.into_iter().chain(limit.clone()).collect();
        let tries = limits::activation_tries(&app.keys.limits, address);
        let transaction = database::begin(&app.db).await?;
        let Some(taken) = sliding_window::take(&transaction, now, &budget, &tries).await? else {
            transaction.rollback().await?;
            let wait = sliding_window::peek(&app.db, now, &budget).await?;
            let wait = wait.unwrap_or(EMAIL_COOLDOWN);
            // What the caller has used up says nothing about the address.
            let is_limit_of_caller = match &limit {
                Some(limit) => sliding_window::peek(&app.db, now, slice::from_ref(limit))
                    .await?
                    .is_some(),
                None => false,
            };
            return Err(if is_limit_of_caller {
                DomainError::RateLimited(wait)
            } else {
                DomainError::EmailsLimited(wait)
            });
        };
        Ok(Self {
            app,
            purpose,
            address,
            client,
            now,
            taken,
            transaction,
        })
    }

    /// Begins a verification, enqueues the email with its code and then the notice, and commits.
    pub(super) async fn send_code(
        self,
        kind: EmailKind,
        new: NewVerification,
        notice: Option<NewEmail<'_>>,
    ) -> Result<StartedVerification, DomainError> {
        let (random, now) = (&*self.app.random, self.now);
        let (recipient, locale) = (new.email.clone(), new.locale.clone());
        let prepared = verification::prepare(&self.transaction, random, now, new).await?;
        let code = NewEmail {
            kind,
            recipient,
            canonical: self.address,
            verification: Some(prepared.id),
            locale,
        };
        let code = outbox::insert(random, now, code);
        insert_both(&self.transaction, prepared.insert, code).await?;
        if self.purpose == Purpose::Registration {
            let event = Event::by(self.client, AccountEventKind::Registered, now);
            let registered = (prepared.id, self.address);
            let audit = &self.app.audit;
            audit.record_registration(&self.transaction, registered, event).await?;
        }
        if let Some(notice) = notice {
            outbox::enqueue(&self.transaction, random, now, notice).await?;
        }
        let (metrics, step) = (&self.app.metrics, Step::begins(self.purpose));
        let sent = self.commit().await?;
        step.record_for_verification(metrics, prepared.id);
        Ok(StartedVerification {
            token: prepared.token,
            sent,
        })
    }

    /// Commits, and wakes the mail worker.
    pub(super) async fn commit(self) -> Result<CodeSent, DomainError> {
        self.transaction.commit().await?;
        self.app.outbox.notify();
        let rules = code_rules(self.purpose, &self.app.policy);
        Ok(CodeSent {
            code_ttl: rules.ttl,
            code_length: guess_guard::code_length(self.taken.is_tripped, rules.digits),
            resend_in: self.taken.wait,
        })
    }
}
