//! What every request costs before the server reads the database or hashes a password. A few microseconds are fine:
//! less is not worth less clarity. `cargo bench -p api --features testing`

use api::credentials::EmailAddress;
use api::keys::Keys;
use api::testing;
use axum::http::{HeaderMap, HeaderValue, header};
use divan::{Bencher, black_box};
use sea_orm::prelude::Uuid;

fn main() {
    divan::main();
}

/// A plain address, one with an accent in the domain, and a long one.
#[divan::bench(args = ["ada@example.com", "  Ada.Lovelace+tag@B\u{fc}cher.example ", LONG])]
fn email(text: &str) -> bool {
    EmailAddress::parse(black_box(text)).is_ok()
}

const LONG: &str = "a.person.with.a.name.of.many.parts.and.of.sixty.two.characters@\
    a-host-with-a-name-of-many-parts.in-a-department.of-a-company.in-a-town.in-a-country.example";

/// The check of a new password: one on the list, and one that is estimated.
#[divan::bench(args = ["1cherish1", "correct horse battery staple"])]
fn password(bencher: Bencher<'_, '_>, password: &str) {
    let email = EmailAddress::parse("ada@example.com").expect("an address");
    bencher.bench_local(|| testing::is_strong(black_box(password), &email));
}

/// The part of it that looks at the list.
#[divan::bench(args = ["1cherish1", "correct horse battery staple"])]
fn breached(password: &str) -> bool {
    testing::is_breached(black_box(password))
}

#[divan::bench]
fn code(bencher: Bencher<'_, '_>) {
    let keys = Keys::derive(&vec![7; 32].into(), None);
    bencher.bench_local(|| testing::code(black_box(&keys), Uuid::nil(), &[7; 32]));
}

#[divan::bench(args = [ME, ACTIVATE])]
fn document(text: &str) -> bool {
    testing::check_limits(black_box(text)).is_some()
}

const ME: &str = "{ me { id email status createdAt activatedAt } }";

const ACTIVATE: &str = "mutation($input: ActivateInput!) { activate(input: $input) { user { ...U } session { id token \
    expiresAt idleTimeoutSeconds user { ...U } } userErrors { ...E } } } fragment U on User { id email status createdAt \
    activatedAt } fragment E on UserError { code message field retryAfterSeconds attemptsRemaining suggestions }";

/// HTTP Basic, and a session token.
#[divan::bench(args = [
    "Basic YWRhQGV4YW1wbGUuY29tOmNvcnJlY3QgaG9yc2UgYmF0dGVyeSBzdGFwbGU=",
    "Bearer AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
])]
fn authorization(bencher: Bencher<'_, '_>, value: &'static str) {
    let headers = HeaderMap::from_iter([(header::AUTHORIZATION, HeaderValue::from_static(value))]);
    bencher.bench_local(|| testing::authorization(black_box(&headers)));
}
