//! Private functions for the property tests in `tests/properties` and the benchmarks in `api/benches`.

use std::cell::RefCell;
use std::net::Ipv4Addr;
use std::sync::{Arc, LazyLock};

use async_graphql::extensions::{Extension, ExtensionContext, ExtensionFactory, NextValidation};
use async_graphql::{ServerError, ValidationResult};
use axum::http::HeaderMap;
use entity::{Purpose, Timestamp};
use futures_util::FutureExt;
use sea_orm::prelude::Uuid;

use crate::client::Client;
use crate::credentials::{BreachedPasswords, EmailAddress, Memory, StoredHash, check_strength};
use crate::graphql::guard::{self, CheckedRequest, RequestGuard};
use crate::graphql::schema::{Resolvers, builder};
use crate::graphql::{Authorization, Caller, Method, Request};
use crate::http::authorization;
use crate::keys::Keys;
use crate::verification::Code;

/// The deepest nesting of brackets that a document may have.
pub const MAX_NESTING: usize = guard::MAX_NESTING;

/// The spreads, aliases and directives that the guard counts in a document; `None` if the document exceeds a limit.
#[must_use]
pub fn check_limits(document: &str) -> Option<[usize; 3]> {
    let counts = guard::check_limits(document).ok()?;
    Some([counts.spreads, counts.aliases, counts.directives])
}

/// Whether a new password is hard enough to guess.
#[must_use]
pub fn is_strong(password: &str, email: &EmailAddress) -> bool {
    check_strength(password, email, &BreachedPasswords::default()).is_ok()
}

/// Whether a password is on the list that is part of the binary.
#[must_use]
pub fn is_breached(password: &str) -> bool {
    BreachedPasswords::default().contains(password)
}

/// Derives the code of a draw.
#[must_use]
pub fn code(keys: &Keys, verification: Uuid, draw: &[u8; 32]) -> Code {
    Code::derive(&keys.current.codes, Purpose::Registration, verification, draw, 4)
}

/// Reads the `Authorization` header of a request.
#[must_use]
pub fn authorization(headers: &HeaderMap) -> Authorization {
    authorization::read(headers)
}

/// The digests of `argon2` and of `argon2-rust` for the setting of a hash; `None` if the server refuses such a hash.
/// The second hasher is used again and again, as a hashing thread does.
#[must_use]
pub fn argon2_digests(hash: &str, password: &str) -> Option<[Vec<u8>; 2]> {
    thread_local!(static FAST: RefCell<Memory> = RefCell::new(Memory::unchecked(1024)));
    let hash = StoredHash::parse(hash).ok()?;
    let reference = hash.digest_of(password, &mut Memory::with_argon2(0));
    let fast = FAST.with_borrow_mut(|memory| hash.digest_of(password, memory));
    Some([reference, fast])
}

/// Passes a document through the whole guard, and executes nothing of it.
///
/// # Panics
/// If validation waits for something.
pub fn validate(document: &str) {
    static GUARD: LazyLock<RequestGuard> = LazyLock::new(|| RequestGuard::new(true));
    static SCHEMA: LazyLock<Resolvers> = LazyLock::new(|| {
        // The extension that is added first is the outermost.
        let builder = builder().extension(RejectAfterValidation);
        builder.extension(GUARD.clone()).finish()
    });
    let client = Client::at(Ipv4Addr::LOCALHOST.into());
    let caller = Caller::new(Authorization::Missing, client, Timestamp::from_millis(0));
    let request = Request {
        query: document.to_owned(),
        ..Request::default()
    };
    if let Ok(CheckedRequest {
        request,
        is_valid: false,
        ..
    }) = GUARD.check(request, Method::Post, &caller)
    {
        let response = SCHEMA.execute(request.data(caller)).now_or_never();
        assert!(response.is_some(), "validation waits: {document:?}");
    }
}

struct RejectAfterValidation;

impl ExtensionFactory for RejectAfterValidation {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self)
    }
}

#[async_graphql::async_trait::async_trait]
impl Extension for RejectAfterValidation {
    async fn validation(
        &self,
        ctx: &ExtensionContext<'_>,
        next: NextValidation<'_>,
    ) -> Result<ValidationResult, Vec<ServerError>> {
        let _ = next.run(ctx).await;
        Err(Vec::new())
    }
}
