//! The public contract.

/// `api/schema.graphql` is what the server prints. When it changes on purpose: `cargo run -- schema > api/schema.graphql`.
#[test]
fn the_committed_schema_is_the_one_that_is_served() {
    let committed = include_str!("../../api/schema.graphql");
    assert_eq!(committed, api::graphql::sdl());
}
