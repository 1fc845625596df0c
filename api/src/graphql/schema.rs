//! The schema, and executing requests on it.

use async_graphql::{EmptySubscription, Response, SDLExportOptions, SchemaBuilder, ValidationMode, Value};

use super::answers::{AnswerMemory, Answers};
use super::caller::Caller;
use super::errors::{CODE, ErrorCode};
use super::guard::{CheckedRequest, Method, Request, RequestError, RequestGuard};
use super::mutations::Mutation;
use super::queries::Query;
use crate::app::App;
use crate::telemetry::note_outcome;

pub(crate) type Resolvers = async_graphql::Schema<Query, Mutation, EmptySubscription>;

/// The schema with its resolvers, behind the guard.
#[derive(Clone)]
pub struct Schema {
    /// Validates requests, with the guard as an extension.
    validating: Resolvers,
    /// For requests that are known to be valid. It has no extension, which async-graphql would call for each field.
    trusting: Resolvers,
    guard: RequestGuard,
    answers: Answers,
}

/// The result of a request.
pub struct Execution {
    /// What to answer.
    pub response: Response,
    /// The memory for its text.
    pub memory: AnswerMemory,
}

/// Builds the schema over the use cases.
#[must_use]
pub fn schema(app: &App, introspection: bool) -> Schema {
    let guard = RequestGuard::new(introspection);
    let builder = || {
        let builder = builder().data(app.clone());
        if introspection {
            return builder;
        }
        builder.disable_introspection().disable_suggestions()
    };
    Schema {
        validating: builder().extension(guard.clone()).finish(),
        trusting: builder().validation_mode(ValidationMode::Fast).finish(),
        guard,
        answers: Answers::new(),
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
    /// When the guard rejects the request, or too many large answers wait for their clients. Then nothing of it was
    /// executed.
    pub async fn execute(&self, request: Request, method: Method, caller: Caller) -> Result<Execution, RequestError> {
        let CheckedRequest {
            request,
            is_valid,
            answer_bytes,
        } = self.guard.check(request, method, &caller)?;
        let memory = self.answers.reserve(answer_bytes).ok_or(RequestError::Overloaded)?;
        let resolvers = if is_valid { &self.trusting } else { &self.validating };
        let mut response = resolvers.execute(request.data(caller)).await;
        for error in &mut response.errors {
            let extensions = error.extensions.get_or_insert_default();
            // An error without a code comes from async-graphql and concerns the request.
            if extensions.get(CODE).is_none() {
                extensions.set(CODE, ErrorCode::BadUserInput.as_str());
                note_outcome(ErrorCode::BadUserInput.as_str());
            }
        }
        // The guard's last steps run inside `execute`. After an error there the response has neither data nor a path.
        if response.data == Value::Null && response.errors.iter().any(|error| error.path.is_empty()) {
            return Err(RequestError::Invalid(response.errors));
        }
        Ok(Execution { response, memory })
    }
}
