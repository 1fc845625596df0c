//! The GraphQL schema: resolvers that parse, call one use case and shape the answer. A request passes `guard` before
//! any of them runs.

mod account_events;
mod answers;
mod caller;
mod context;
mod cursor;
mod date_time;
mod errors;
pub(crate) mod guard;
mod mutations;
mod payloads;
mod queries;
pub(crate) mod schema;
mod types;
mod user_error;
mod user_sessions;

pub use answers::AnswerMemory;
pub use caller::{Authorization, Caller};
pub use errors::{CODE, ErrorCode};
pub(crate) use errors::{INTERNAL_MESSAGE, OVERLOADED_MESSAGE};
pub use guard::{Method, Request, RequestError};
pub use schema::{Execution, Schema, schema, sdl};
