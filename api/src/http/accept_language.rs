use axum::http::{HeaderMap, header};

use crate::locale::Locale;

/// The language that the `Accept-Language` header of a request prefers. Several headers count as one list.
pub(super) fn read(headers: &HeaderMap) -> Option<Locale> {
    let values = headers.get_all(header::ACCEPT_LANGUAGE).into_iter();
    let lists: Vec<_> = values.filter_map(|value| value.to_str().ok()).collect();
    Locale::accepted(&lists.join(","))
}
