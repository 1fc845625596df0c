//! A GraphQL request before it is checked.

use async_graphql::Variables;

/// A GraphQL request, as it came over HTTP.
#[derive(Default)]
pub struct Request {
    /// The document.
    pub query: String,
    /// Which operation of the document to execute; required if there are several.
    pub operation_name: Option<String>,
    /// The values of its variables.
    pub variables: Variables,
}

/// The HTTP method of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Queries only: a link or an image can send GET, so it must change nothing.
    Get,
    /// Queries and mutations.
    Post,
}
