//! What must hold of every document: see `crate::fuzzing`.

use std::sync::{Arc, LazyLock};

use async_graphql::extensions::{Extension, ExtensionContext, ExtensionFactory, NextValidation};
use async_graphql::parser::types::{Directive, ExecutableDocument, Selection, SelectionSet};
use async_graphql::{Positioned, ServerError, ValidationResult, Variables};
use entity::Timestamp;
use futures_util::FutureExt;

use super::bounds::{self, Count};
use super::documents::Document;
use super::execute::admit;
use super::variables::Given;
use super::{Authorization, Caller, Method, Schema, builder};
use crate::limits::Client;

/// A schema that refuses every operation when it has validated it.
static SCHEMA: LazyLock<Schema> = LazyLock::new(|| builder().extension(Halt).finish());

struct Halt;

impl ExtensionFactory for Halt {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self)
    }
}

#[async_graphql::async_trait::async_trait]
impl Extension for Halt {
    async fn validation(
        &self,
        ctx: &ExtensionContext<'_>,
        next: NextValidation<'_>,
    ) -> Result<ValidationResult, Vec<ServerError>> {
        let _ = next.run(ctx).await;
        Err(Vec::new())
    }
}

/// The bounds count all that the parser finds, and what they let through is parsed and validated in a time and on a stack
/// that are its length's.
///
/// # Panics
/// When not.
pub fn document(text: &str) {
    let address = std::net::Ipv4Addr::LOCALHOST.into();
    let caller = Caller::new(Authorization::Missing, Client::at(address), Timestamp::from_millis(0));
    if let Ok(counted) = bounds::count(text)
        && let Ok(document) = async_graphql::parser::parse_query(text)
    {
        Census::of(&document).check(&counted, text);
    }
    if let Ok(document) = Document::read(text, None)
        && admit(&document, Method::Post, &caller, true).is_ok()
    {
        let mut inner = async_graphql::Request::new("");
        inner.set_parsed_query(document.parsed.clone());
        let given = Given {
            document: Arc::new(document),
            variables: Variables::default(),
            is_valid: false,
        };
        let response = SCHEMA.execute(inner.data(given).data(caller)).now_or_never();
        assert!(response.is_some(), "validation waits for nothing: {text:?}");
    }
}

/// What the parser found in a document, to compare with what was counted before it.
#[derive(Default)]
struct Census {
    spreads: usize,
    aliases: usize,
    directives: usize,
    depth: usize,
}

impl Census {
    fn of(document: &ExecutableDocument) -> Self {
        let mut census = Self::default();
        for (_, operation) in document.operations.iter() {
            census.directives(&operation.node.directives);
            census.selections(&operation.node.selection_set.node, 0);
        }
        for fragment in document.fragments.values() {
            census.directives(&fragment.node.directives);
            census.selections(&fragment.node.selection_set.node, 0);
        }
        census
    }

    fn selections(&mut self, set: &SelectionSet, depth: usize) {
        // A field without a selection set has an empty one.
        let depth = depth + usize::from(!set.items.is_empty());
        self.depth = self.depth.max(depth);
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => {
                    self.aliases += usize::from(field.node.alias.is_some());
                    self.directives(&field.node.directives);
                    self.selections(&field.node.selection_set.node, depth);
                }
                Selection::FragmentSpread(spread) => {
                    self.spreads += 1;
                    self.directives(&spread.node.directives);
                }
                Selection::InlineFragment(fragment) => {
                    self.spreads += 1;
                    self.directives(&fragment.node.directives);
                    self.selections(&fragment.node.selection_set.node, depth);
                }
            }
        }
    }

    fn directives(&mut self, directives: &[Positioned<Directive>]) {
        self.directives += directives.len();
    }

    /// A token that was not counted would be one that a hostile document can have as many of as it likes.
    fn check(&self, counted: &Count, text: &str) {
        for (found, counted) in [
            (self.spreads, counted.spreads),
            (self.aliases, counted.aliases),
            (self.directives, counted.directives),
        ] {
            assert!(found <= counted, "{found}, counted {counted}: {text:?}");
        }
        assert!(self.depth <= bounds::NESTING, "{text:?}");
    }
}
