//! An answer of the server, and what a test asserts about it. A failed assertion shows the request and the whole
//! answer.

use std::collections::BTreeMap;
use std::fmt;

use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use serde_json::{Value, json};

/// The longest request that a failed assertion shows.
const SHOWN_CHARACTERS: usize = 500;

/// An answer of the server.
#[derive(Clone)]
pub struct Answer {
    /// The HTTP status.
    pub status: StatusCode,
    /// The HTTP headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Value,
    /// What was sent, for a failed assertion.
    pub(crate) request: String,
}

/// One error in an answer.
pub struct Failure<'a> {
    answer: &'a Answer,
    error: &'a Value,
}

#[expect(clippy::must_use_candidate, reason = "an assertion needs no result")]
impl Answer {
    /// The value of the first field.
    ///
    /// # Panics
    /// If the answer has no data.
    #[must_use]
    #[track_caller]
    pub fn payload(&self) -> &Value {
        let data = self.body["data"].as_object();
        data.and_then(|data| data.values().next())
            .unwrap_or_else(|| panic!("expected data, got {self:?}"))
    }

    /// The token of the session in the payload of `activate` or `signIn`.
    ///
    /// # Panics
    /// If there is none.
    #[must_use]
    #[track_caller]
    pub fn session_token(&self) -> String {
        match self.payload()["session"]["token"].as_str() {
            Some(token) => token.to_owned(),
            None => panic!("expected a session, got {self:?}"),
        }
    }

    /// The token in the payload of `register`.
    ///
    /// # Panics
    /// If there is none.
    #[must_use]
    #[track_caller]
    pub fn verification_token(&self) -> String {
        match self.payload()["verificationToken"].as_str() {
            Some(token) => token.to_owned(),
            None => panic!("expected a verification token, got {self:?}"),
        }
    }

    /// `OK`, or the code of the first error.
    #[must_use]
    pub fn outcome(&self) -> &str {
        let top_level = &self.body["errors"][0]["extensions"]["code"];
        let fields = self.body["data"].as_object().into_iter().flat_map(|data| data.values());
        let user_errors = fields.map(|field| &field["userErrors"][0]["code"]);
        let mut codes = std::iter::once(top_level).chain(user_errors);
        codes.find_map(Value::as_str).unwrap_or("OK")
    }

    /// The body for a snapshot: with sorted keys, and without the values that differ in every run.
    #[must_use]
    pub fn redacted(&self) -> String {
        format!("{:#}", redact(&self.body))
    }

    /// Asserts that every field succeeded, and returns the value of the first one.
    ///
    /// # Panics
    /// If a field failed.
    #[track_caller]
    pub fn succeeds(&self) -> &Value {
        let ok = self.status == 200 && self.body.get("errors").is_none();
        assert!(ok && self.outcome() == "OK", "expected a success, got {self:?}");
        self.payload()
    }

    /// Asserts that the payload holds exactly one user error, with this code.
    ///
    /// # Panics
    /// If it does not.
    #[track_caller]
    pub fn fails_with(&self, code: &str) -> Failure<'_> {
        self.fails_with_all(&[code])
    }

    /// Asserts that the payload holds exactly the user errors with these codes, and returns the first one.
    ///
    /// # Panics
    /// If it does not.
    #[track_caller]
    pub fn fails_with_all(&self, codes: &[&str]) -> Failure<'_> {
        let ok = self.status == 200 && self.body.get("errors").is_none();
        let errors = self.payload()["userErrors"].as_array();
        let errors = errors.map_or(&[][..], Vec::as_slice);
        let same = errors.iter().map(|error| &error["code"]).eq(codes);
        assert!(ok && same, "expected the user errors {codes:?}, got {self:?}");
        Failure {
            answer: self,
            error: &errors[0],
        }
    }

    /// Asserts that the first top-level error has this code.
    ///
    /// # Panics
    /// If it does not.
    #[track_caller]
    pub fn has_top_level_error(&self, code: &str) -> Failure<'_> {
        let error = &self.body["errors"][0];
        let same = error["extensions"]["code"] == code;
        assert!(same, "expected the top-level error {code}, got {self:?}");
        Failure { answer: self, error }
    }

    /// Asserts that the request had no valid credentials. No browser asks for a password.
    ///
    /// # Panics
    /// If the answer is another one.
    #[track_caller]
    pub fn is_unauthenticated(&self) {
        self.has_top_level_error("UNAUTHENTICATED").status(200);
        let challenge = self.headers.get("www-authenticate");
        assert!(challenge.is_none(), "expected no challenge, got {self:?}");
    }

    /// Asserts that the server refused the work and says when to retry.
    ///
    /// # Panics
    /// If the answer is another one.
    #[track_caller]
    pub fn is_overloaded(&self) {
        self.has_top_level_error("OVERLOADED").status(503);
        let retry_after = self.headers.contains_key("retry-after");
        // `me` can be null, so `data` is there without a value.
        let mut values = self.body["data"].as_object().into_iter().flat_map(|data| data.values());
        assert!(
            retry_after && values.all(Value::is_null),
            "expected `Retry-After` and no data, got {self:?}"
        );
    }

    /// Asserts that `me` is an active user.
    ///
    /// # Panics
    /// If it is not.
    #[track_caller]
    pub fn is_active(&self) {
        self.has_status("ACTIVE");
    }

    /// Asserts that `me` is a pending registration.
    ///
    /// # Panics
    /// If it is not.
    #[track_caller]
    pub fn is_pending(&self) {
        self.has_status("PENDING");
    }

    /// Asserts that `me` is the user with this email.
    ///
    /// # Panics
    /// If it is not.
    #[track_caller]
    pub fn is_user(&self, email: &str) {
        let same = self.succeeds()["email"] == email;
        assert!(same, "expected the user {email}, got {self:?}");
    }

    #[track_caller]
    fn has_status(&self, status: &str) {
        assert!(
            self.succeeds()["status"] == status,
            "expected the status {status}, got {self:?}"
        );
    }
}

#[expect(
    clippy::must_use_candidate,
    clippy::return_self_not_must_use,
    reason = "an assertion needs no result"
)]
impl Failure<'_> {
    /// Asserts the time to wait.
    #[track_caller]
    pub fn retry_after(self, seconds: u64) -> Self {
        let extension = &self.error["extensions"]["retryAfterSeconds"];
        let shown = self.error.get("retryAfterSeconds").unwrap_or(extension);
        self.expect(*shown == seconds, &format!("a retry after {seconds} s"))
    }

    /// Asserts how many tries are left.
    #[track_caller]
    pub fn attempts_remaining(self, number: u64) -> Self {
        let same = self.error["attemptsRemaining"] == number;
        self.expect(same, &format!("{number} remaining attempts"))
    }

    /// Asserts which input field the error names.
    #[track_caller]
    pub fn field(self, name: &str) -> Self {
        let same = self.error["field"] == json!(["input", name]);
        self.expect(same, &format!("the field {name}"))
    }

    /// Asserts whether the error suggests better passwords.
    #[track_caller]
    pub fn suggestions(self, some: bool) -> Self {
        let list = self.error["suggestions"].as_array();
        let ok = list.is_some_and(|list| list.is_empty() != some);
        self.expect(ok, &format!("suggestions: {some}"))
    }

    /// Asserts the HTTP status.
    #[track_caller]
    pub fn status(self, status: u16) -> Self {
        let same = self.answer.status == status;
        self.expect(same, &format!("the HTTP status {status}"))
    }

    /// Asserts which bound of a document the request exceeds.
    #[track_caller]
    pub fn bound(self, name: &str) -> Self {
        let same = self.error["extensions"]["bound"] == name;
        self.expect(same, &format!("the bound {name}"))
    }

    /// Asserts that the answer has no data: nothing was executed.
    #[track_caller]
    pub fn without_data(self) -> Self {
        let none = self.answer.body.get("data").is_none();
        self.expect(none, "no data")
    }

    #[track_caller]
    fn expect(self, condition: bool, what: &str) -> Self {
        assert!(condition, "expected {what}, got {:?}", self.answer);
        self
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let request: String = self.request.chars().take(SHOWN_CHARACTERS).collect();
        write!(
            formatter,
            "{} {:#}\nto the request {request}\nwith the headers {:#?}",
            self.status, self.body, self.headers
        )
    }
}

fn redact(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(redact).collect(),
        Value::Object(fields) => {
            let sorted: BTreeMap<_, _> = fields.iter().collect();
            let redacted = sorted.into_iter().map(|(name, value)| match name.as_str() {
                "id" | "token" | "verificationToken" if value.is_string() => (name.clone(), json!(format!("[{name}]"))),
                _ => (name.clone(), redact(value)),
            });
            Value::Object(redacted.collect())
        }
        other => other.clone(),
    }
}

/// The answers to requests that were sent at once.
#[derive(Debug)]
pub struct Answers(pub Vec<Answer>);

impl Answers {
    /// Sends requests at once, each in a task of its own.
    ///
    /// # Panics
    /// If a request panics.
    pub async fn to<R>(requests: impl IntoIterator<Item = R>) -> Self
    where
        R: Future<Output = Answer> + Send + 'static,
    {
        let tasks: Vec<_> = requests.into_iter().map(tokio::spawn).collect();
        let answers = futures_util::future::join_all(tasks).await;
        Self(answers.into_iter().map(|answer| answer.expect("no panic")).collect())
    }

    /// How many answers have this outcome.
    #[must_use]
    pub fn count(&self, outcome: &str) -> usize {
        self.0.iter().filter(|answer| answer.outcome() == outcome).count()
    }

    /// Asserts that no answer has another outcome than these.
    ///
    /// # Panics
    /// If one has.
    #[track_caller]
    pub fn are_only(&self, outcomes: &[&str]) {
        let other = self.0.iter().find(|answer| !outcomes.contains(&answer.outcome()));
        assert!(other.is_none(), "expected only {outcomes:?}, got {other:?}");
    }
}
