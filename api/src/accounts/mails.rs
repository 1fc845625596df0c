//! Composes the emails that accounts enqueue.

use std::collections::HashMap;
use std::sync::Arc;

use entity::{EmailKind, Purpose, Timestamp};
use sea_orm::DbErr;
use sea_orm::prelude::Uuid;
use url::Url;

use crate::app::App;
use crate::credentials::EmailAddress;
use crate::limits;
use crate::mail::outbox::Claim;
use crate::mail::template::{self, AccountCode, Notice, Product, Sender};
use crate::mail::{Compose, Composed, Content, MailWorker, SmtpConfig};
use crate::start_error::StartError;
use crate::verification::{DrawRequest, Drawn, code_rules, draw};

/// Composes emails for the mail worker.
pub struct Composer {
    app: App,
    sender: Sender,
    activation_url: Option<Url>,
    product: Product,
}

impl Composer {
    /// Emails from `mail_from` about a product. With `activation_url` they carry a button that opens that page.
    ///
    /// # Errors
    /// When `mail_from` cannot be read.
    pub fn new(app: App, mail_from: &str, activation_url: Option<Url>, product: Product) -> Result<Self, StartError> {
        Ok(Self {
            app,
            sender: Sender::parse(mail_from)?,
            activation_url,
            product,
        })
    }

    /// A worker that sends these emails through a mail server.
    ///
    /// # Errors
    /// When the URL of the mail server cannot be read.
    pub fn into_worker(self, smtp: &SmtpConfig) -> Result<MailWorker, StartError> {
        let App {
            db,
            clock,
            random,
            outbox,
            metrics,
            ..
        } = self.app.clone();
        let composer = Arc::new(self);
        let compose: Compose = Arc::new(move |claims| {
            let composer = composer.clone();
            Box::pin(async move { composer.compose(claims).await })
        });
        MailWorker::new(db, clock, random, outbox, metrics, smtp, compose)
    }

    /// Draws the codes of claimed emails, all with one statement, and writes the emails.
    async fn compose(&self, claims: Vec<Claim>) -> Result<Vec<Composed>, DbErr> {
        let requests: Vec<_> = claims.iter().filter_map(|claim| self.draw_request(claim)).collect();
        let App {
            db,
            random,
            keys,
            clock,
            ..
        } = &self.app;
        let now = clock.now();
        let drawn = draw(db, &**random, &keys.codes, now, &requests).await?;
        let mut drawn: HashMap<Uuid, Drawn> = drawn.into_iter().map(|drawn| (drawn.mail, drawn)).collect();
        let composed = claims.into_iter().map(|claim| {
            let content = self.content(&claim, drawn.remove(&claim.row.id), now);
            Composed { claim, content }
        });
        Ok(composed.collect())
    }

    fn draw_request(&self, claim: &Claim) -> Option<DrawRequest> {
        let purpose = match claim.row.kind {
            EmailKind::Registration => Purpose::Registration,
            EmailKind::PasswordReset => Purpose::PasswordReset,
            EmailKind::EmailChange => Purpose::EmailChange,
            EmailKind::PasswordChanged
            | EmailKind::EmailChangeRequested
            | EmailKind::EmailChanged
            | EmailKind::AccountDeleted => return None,
        };
        let recipient = EmailAddress::parse(&claim.row.recipient.0).ok()?;
        Some(DrawRequest {
            rules: code_rules(purpose, &self.app.policy),
            verification: claim.row.verification_id?,
            mail: claim.row.id,
            lease: claim.lease,
            is_retry: claim.row.attempts > 1,
            tries: limits::activation_tries(&self.app.keys.limits, recipient.canonical()),
        })
    }

    fn content(&self, claim: &Claim, drawn: Option<Drawn>, now: Timestamp) -> Content {
        let Ok(recipient) = EmailAddress::parse(&claim.row.recipient.0) else {
            return Content::Impossible("cannot parse the stored address".to_owned());
        };
        let ids = &self.app.keys.message_ids;
        let id = match &drawn {
            Some(drawn) if drawn.mailed => ids.tag(&[b"code", &drawn.draw]),
            _ => ids.tag(&[b"mail", claim.row.id.as_bytes()]),
        };
        let Some(words) = self.words(claim.row.kind, drawn, now) else {
            return Content::Nothing;
        };
        match template::build(&self.sender, &recipient.mailbox(), words, &id, now) {
            Ok(message) => Content::Message(Box::new(message)),
            Err(reason) => Content::Impossible(reason),
        }
    }

    /// What an email says; `None` if its verification is gone.
    fn words(&self, kind: EmailKind, drawn: Option<Drawn>, now: Timestamp) -> Option<template::Content> {
        let notice = |kind| Some(template::notice(kind, &self.product));
        match kind {
            EmailKind::Registration => drawn.map(|drawn| self.registration(&drawn, now)),
            EmailKind::PasswordReset => {
                drawn.map(|drawn| self.account_code(AccountCode::PasswordReset, Notice::NoAccount, &drawn, now))
            }
            EmailKind::EmailChange => {
                drawn.map(|drawn| self.account_code(AccountCode::EmailChange, Notice::EmailTaken, &drawn, now))
            }
            EmailKind::PasswordChanged => notice(Notice::PasswordChanged),
            EmailKind::EmailChangeRequested => notice(Notice::EmailChangeRequested),
            EmailKind::EmailChanged => notice(Notice::EmailChanged),
            EmailKind::AccountDeleted => notice(Notice::AccountDeleted),
        }
    }

    /// The code or, if the address has a user, the news that the account exists.
    fn registration(&self, drawn: &Drawn, now: Timestamp) -> template::Content {
        if !drawn.mailed {
            return template::account_exists(&self.product);
        }
        let code = drawn.code.digits();
        let link = self.activation_url.clone().map(|mut url| {
            url.set_fragment(Some(&format!("code={code}")));
            String::from(url)
        });
        template::activation_code(code, drawn.expires_at, now, link.as_deref(), &self.product)
    }

    /// The code or, if no code is mailed, the reason.
    fn account_code(&self, kind: AccountCode, without: Notice, drawn: &Drawn, now: Timestamp) -> template::Content {
        if !drawn.mailed {
            return template::notice(without, &self.product);
        }
        template::account_code(kind, drawn.code.digits(), drawn.expires_at, now, &self.product)
    }
}
