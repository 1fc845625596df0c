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
use crate::locale::Locale;
use crate::mail::outbox::{Claim, LEASE};
use crate::mail::template::{self, Kind, MailedCode, Sender, Templates};
use crate::mail::{Compose, ComposedEmail, Content, MailWorker, SmtpConfig};
use crate::start_error::StartError;
use crate::verification::{DrawRequest, DrawnCode, SAME_CODE, code_rules, draw};

const _: () = assert!(
    SAME_CODE.as_millis() <= LEASE.as_millis(),
    "otherwise an email that replaces another one could get its code"
);

/// Composes emails for the mail worker.
pub struct Composer {
    app: App,
    sender: Sender,
    activation_url: Option<Url>,
    templates: Arc<Templates>,
}

impl Composer {
    /// Emails from `mail_from` with the words of the templates. With `activation_url` they carry a button that opens
    /// that page.
    ///
    /// # Errors
    /// When `mail_from` cannot be read.
    pub fn new(
        app: App,
        mail_from: &str,
        activation_url: Option<Url>,
        templates: Arc<Templates>,
    ) -> Result<Self, StartError> {
        Ok(Self {
            app,
            sender: Sender::parse(mail_from)?,
            activation_url,
            templates,
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
            traces,
            ..
        } = self.app.clone();
        let composer = Arc::new(self);
        let compose: Compose = Arc::new(move |claims| {
            let composer = composer.clone();
            Box::pin(async move { composer.compose(claims).await })
        });
        let worker = MailWorker::new(db, clock, random, outbox, metrics, smtp, compose)?;
        Ok(worker.traced(traces))
    }

    /// Draws the codes of claimed emails, all with one statement, and writes the emails.
    async fn compose(&self, claims: Vec<Claim>) -> Result<Vec<ComposedEmail>, DbErr> {
        let requests: Vec<_> = claims.iter().filter_map(|claim| self.draw_request(claim)).collect();
        let App {
            db,
            random,
            keys,
            clock,
            ..
        } = &self.app;
        let now = clock.now();
        let drawn = draw(db, &**random, keys, now, &requests).await?;
        let mut drawn: HashMap<Uuid, DrawnCode> = drawn.into_iter().map(|drawn| (drawn.mail, drawn)).collect();
        let is_guarded = |request: &DrawRequest| {
            let drawn = drawn.get(&request.mail);
            drawn.is_some_and(|drawn| drawn.code.digits().len() > usize::from(request.rules.digits))
        };
        let guarded = requests.iter().filter(|request| is_guarded(request)).count();
        self.app.metrics.guarded_codes.inc_by(guarded as u64);
        let composed = claims.into_iter().map(|claim| {
            let content = self.content(&claim, drawn.remove(&claim.row.id), now);
            ComposedEmail { claim, content }
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

    fn content(&self, claim: &Claim, drawn: Option<DrawnCode>, now: Timestamp) -> Content {
        let Ok(recipient) = EmailAddress::parse(&claim.row.recipient.0) else {
            return Content::Impossible("cannot parse the stored address".to_owned());
        };
        let id = match &drawn {
            Some(drawn) if drawn.mailed => drawn.message_id,
            _ => self
                .app
                .keys
                .current
                .message_ids
                .tag(&[b"mail", claim.row.id.as_bytes()]),
        };
        let Some(words) = self.words(claim, drawn, now) else {
            return Content::Nothing;
        };
        let message = words.and_then(|words| template::build(&self.sender, &recipient.mailbox(), words, &id, now));
        match message {
            Ok(message) => Content::Message(Box::new(message)),
            Err(reason) => Content::Impossible(reason),
        }
    }

    /// What an email says; `None` if its verification is gone.
    fn words(
        &self,
        claim: &Claim,
        drawn: Option<DrawnCode>,
        now: Timestamp,
    ) -> Option<Result<template::Words, String>> {
        let locale = claim.row.locale.as_deref().and_then(Locale::matching);
        let has_user = drawn.as_ref().is_some_and(|drawn| drawn.has_user);
        let notice = |kind| Some(self.templates.write(kind, locale, None));
        let code = |kind, without| drawn.map(|drawn| self.code(kind, without, &drawn, now));
        match claim.row.kind {
            EmailKind::Registration => code(Kind::ActivationCode, Kind::AccountExists),
            EmailKind::PasswordReset if has_user => code(Kind::PasswordResetCode, Kind::PasswordResetEnded),
            EmailKind::PasswordReset => code(Kind::PasswordResetCode, Kind::NoAccount),
            EmailKind::EmailChange => code(Kind::EmailChangeCode, Kind::EmailTaken),
            EmailKind::PasswordChanged => notice(Kind::PasswordChanged),
            EmailKind::EmailChangeRequested => notice(Kind::EmailChangeRequested),
            EmailKind::EmailChanged => notice(Kind::EmailChanged),
            EmailKind::AccountDeleted => notice(Kind::AccountDeleted),
        }
    }

    /// The code or, if none is mailed, the reason.
    fn code(&self, kind: Kind, without: Kind, drawn: &DrawnCode, now: Timestamp) -> Result<template::Words, String> {
        if !drawn.mailed {
            return self.templates.write(without, drawn.locale, None);
        }
        let digits = drawn.code.digits();
        let page = self.activation_url.as_ref().filter(|_| kind == Kind::ActivationCode);
        let link = page.map(|page| template::link(page, digits));
        let code = MailedCode {
            digits,
            expires_at: drawn.expires_at,
            now,
            link: link.as_deref(),
        };
        self.templates.write(kind, drawn.locale, Some(code))
    }
}
