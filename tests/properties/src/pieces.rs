use proptest::collection::vec;
use proptest::prelude::Strategy;
use proptest::sample::select;

/// Pieces in any order. Few of them make a valid text, but those that do are edge cases.
pub(crate) fn pieces(pieces: &'static [&'static str], length: usize) -> impl Strategy<Value = String> {
    vec(select(pieces), 0..length).prop_map(|pieces| pieces.concat())
}
