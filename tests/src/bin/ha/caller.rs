//! Sends requests as frontends do, through HAProxy, and records how they end.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use crate::record::Record;
use tests::Outcome;

/// Longer than any answer of the server takes.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(25);

pub(crate) const PASSWORD: &str = tests::PASSWORD;

/// How a request ended.
pub(crate) enum Reply {
    /// It succeeded; the value of its only field.
    Data(Value),
    /// The server refused it with this code.
    Refused(String),
    /// There was no answer, or one without a decision. The server may have done it or not.
    Failed,
}

#[derive(Clone)]
pub(crate) struct Caller {
    url: Arc<str>,
    http: reqwest::Client,
    pub(crate) record: Arc<Record>,
}

impl Caller {
    pub(crate) fn new(url: &str, record: &Arc<Record>) -> Outcome<Self> {
        let http = reqwest::Client::builder().no_proxy().timeout(REQUEST_TIMEOUT).build()?;
        Ok(Self {
            url: url.into(),
            http,
            record: record.clone(),
        })
    }

    pub(crate) async fn register(&self, email: &str, network: u32) -> Reply {
        let query = "mutation($input:RegisterInput!){register(input:$input){verificationToken userErrors{code}}}";
        let input = json!({ "email": email, "password": PASSWORD });
        self.send(query, input, None, network).await
    }

    pub(crate) async fn activate(&self, token: &str, code: &str) -> Reply {
        let query = "mutation($input:ActivateInput!){activate(input:$input){session{token} userErrors{code}}}";
        let input = json!({ "verificationToken": token, "activationCode": code });
        self.send(query, input, None, 0).await
    }

    pub(crate) async fn sign_in(&self, email: &str) -> Reply {
        let query = "mutation($input:SignInInput!){signIn(input:$input){session{token} userErrors{code}}}";
        let input = json!({ "email": email, "password": PASSWORD });
        self.send(query, input, None, 0).await
    }

    pub(crate) async fn sign_out(&self, session: &str) -> Reply {
        self.send("mutation{signOut{userErrors{code}}}", Value::Null, Some(session), 0)
            .await
    }

    pub(crate) async fn me(&self, session: &str) -> Reply {
        self.send("{me{email}}", Value::Null, Some(session), 0).await
    }

    /// Sends a request from a client network (a /24): each number is another one.
    async fn send(&self, query: &str, input: Value, session: Option<&str>, network: u32) -> Reply {
        let sent = self.record.now();
        let [_, _, high, low] = network.to_be_bytes();
        let mut request = self
            .http
            .post(&*self.url)
            .header("x-forwarded-for", format!("10.{high}.{low}.1"))
            .json(&json!({ "query": query, "variables": { "input": input } }));
        if let Some(session) = session {
            request = request.bearer_auth(session);
        }
        let answer = async { request.send().await?.json::<Value>().await };
        let reply = answer.await.map_or(Reply::Failed, reply);
        let failed = matches!(reply, Reply::Failed);
        self.record.add(query.starts_with("mutation"), failed, sent);
        reply
    }
}

fn reply(mut body: Value) -> Reply {
    let field = body["data"].as_object_mut().and_then(|data| data.values_mut().next());
    let field = field.map(Value::take).unwrap_or_default();
    let user_error = &field["userErrors"][0]["code"];
    match body["errors"][0]["extensions"]["code"].as_str().or(user_error.as_str()) {
        Some("OVERLOADED" | "INTERNAL_SERVER_ERROR") => Reply::Failed,
        Some(code) => Reply::Refused(code.to_owned()),
        None if field.is_object() => Reply::Data(field),
        None => Reply::Failed,
    }
}
