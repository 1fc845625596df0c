//! The schema, and executing requests on it.

use async_graphql::{EmptySubscription, Response, SDLExportOptions, SchemaBuilder, Value};

use super::caller::Caller;
use super::errors::{CODE, ErrorCode};
use super::guard::{Method, Request, RequestError, RequestGuard};
use super::mutations::Mutation;
use super::queries::Query;
use crate::app::App;

pub(crate) type Resolvers = async_graphql::Schema<Query, Mutation, EmptySubscription>;

/// The schema with its resolvers, behind the guard.
#[derive(Clone)]
pub struct Schema {
    resolvers: Resolvers,
    guard: RequestGuard,
}

/// Builds the schema over the use cases.
#[must_use]
pub fn schema(app: App, introspection: bool) -> Schema {
    let guard = RequestGuard::new(introspection);
    let mut builder = builder().data(app).extension(guard.clone());
    if !introspection {
        builder = builder.disable_introspection().disable_suggestions();
    }
    Schema {
        resolvers: builder.finish(),
        guard,
    }
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

pub(crate) fn builder() -> SchemaBuilder<Query, Mutation, EmptySubscription> {
    async_graphql::Schema::build(Query, Mutation::default(), EmptySubscription)
}

impl Schema {
    /// Executes a request if it passes the guard.
    ///
    /// # Errors
    /// When the guard rejects the request. Then nothing of it was executed.
    pub async fn execute(&self, request: Request, method: Method, caller: Caller) -> Result<Response, RequestError> {
        let request = self.guard.check(request, method, &caller)?;
        let mut response = self.resolvers.execute(request.data(caller)).await;
        for error in &mut response.errors {
            let extensions = error.extensions.get_or_insert_default();
            // An error without a code comes from async-graphql and concerns the request.
            if extensions.get(CODE).is_none() {
                extensions.set(CODE, ErrorCode::BadUserInput.as_str());
            }
        }
        // The guard's last steps run inside `execute`. After an error there the response has neither data nor a path.
        if response.data == Value::Null && response.errors.iter().any(|error| error.path.is_empty()) {
            return Err(RequestError::Invalid(response.errors));
        }
        Ok(response)
    }
}
