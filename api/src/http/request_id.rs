//! Each request has an id, which its response, its errors and its log lines carry.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument;

use super::context::Context;
use super::request_log;
use crate::random;

const HEADER: HeaderName = HeaderName::from_static("x-request-id");
const MAX_LENGTH: usize = 64;

/// The id of a request: the one that the client sent if it is safe to log, else a new one.
#[derive(Clone, Debug)]
pub(super) struct RequestId(HeaderValue);

impl RequestId {
    pub(super) fn as_str(&self) -> &str {
        self.0.to_str().unwrap_or_default()
    }

    fn of(request: &Request, context: &Context) -> Self {
        let received = request
            .headers()
            .get(HEADER)
            .filter(|value| is_safe_to_log(value.as_bytes()));
        // A copy: the received one would keep a buffer of the connection.
        let received = received.and_then(|value| HeaderValue::from_bytes(value.as_bytes()).ok());
        Self(received.unwrap_or_else(|| {
            let id = random::uuid(&*context.app.random, context.app.clock.now()).to_string();
            HeaderValue::try_from(id).unwrap_or_else(|_| HeaderValue::from_static("none"))
        }))
    }
}

pub(super) async fn assign(State(context): State<Arc<Context>>, mut request: Request, next: Next) -> Response {
    let id = RequestId::of(&request, &context);
    request.extensions_mut().insert(id.clone());
    let trace = request_log::begin_trace(&context, &request);
    let span = if let Some(trace) = &trace {
        tracing::info_span!("request", id = id.as_str(), trace_id = trace.id())
    } else {
        tracing::info_span!("request", id = id.as_str())
    };
    let observed = request_log::observe(&context, trace, request, next);
    let mut response = observed.instrument(span).await;
    response.headers_mut().insert(HEADER, id.0);
    response
}

fn is_safe_to_log(id: &[u8]) -> bool {
    (1..=MAX_LENGTH).contains(&id.len())
        && id
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte))
}
