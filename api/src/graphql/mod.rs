//! The GraphQL schema: resolvers that parse, call one use case and shape the answer.
//!
//! A request passes [`execute`]'s gates before anything of it runs: the bounds on its text, the parser, the choice of
//! the operation, the count of what it would cost, validation, and the check of its variables. A document that was sent
//! before has passed those that depend on its text alone.

mod bounds;
mod caller;
mod cost;
mod documents;
mod errors;
mod execute;
#[cfg(any(test, fuzzing))]
pub(crate) mod fuzzing;
mod mutations;
mod payloads;
mod queries;
mod refusal;
mod types;
mod user_error;
mod validation;
mod variables;

use async_graphql::{EmptySubscription, SDLExportOptions};

pub use caller::{Authorization, Caller};
pub use errors::{CODE, ErrorCode};
pub use execute::{Answer, Method, Request, execute};
pub use refusal::Refused;

use self::documents::Documents;
use crate::app::App;

/// The schema with its resolvers.
pub type Schema = async_graphql::Schema<queries::Query, mutations::Mutation, EmptySubscription>;

/// Whether requests may ask for the schema.
#[derive(Clone, Copy, Default)]
struct Introspection(bool);

/// Builds the schema over the use cases.
#[must_use]
pub fn schema(app: App, introspection: bool) -> Schema {
    let builder = builder()
        .data(app)
        .data(Introspection(introspection))
        .data(Documents::new());
    if introspection {
        builder.finish()
    } else {
        builder.disable_introspection().disable_suggestions().finish()
    }
}

/// Whether a document is within the bounds, for the micro-benchmarks.
#[cfg(feature = "bench")]
pub(crate) fn is_bounded(document: &str) -> bool {
    bounds::check(document).is_ok()
}

/// The schema as text, in the GraphQL schema language.
#[must_use]
pub fn sdl() -> String {
    let options = SDLExportOptions::new()
        .include_specified_by()
        .use_space_ident()
        .indent_width(2);
    let sdl = builder().finish().sdl_with_options(options);
    // async-graphql indents the empty lines of a description too.
    sdl.lines().fold(String::with_capacity(sdl.len()), |text, line| {
        text + line.trim_end() + "\n"
    })
}

fn builder() -> async_graphql::SchemaBuilder<queries::Query, mutations::Mutation, EmptySubscription> {
    Schema::build(queries::Query, mutations::Mutation, EmptySubscription).extension(validation::Gate)
}
