use std::sync::Arc;

use axum::http::{HeaderMap, header};

/// How many characters of the header are kept.
const MAX_CHARS: usize = 200;

/// The `User-Agent` header of a request, shortened; `None` if there is none or it is empty.
pub(super) fn read(headers: &HeaderMap) -> Option<Arc<str>> {
    let value = headers.get(header::USER_AGENT)?;
    let text = String::from_utf8_lossy(value.as_bytes());
    let end = text.char_indices().nth(MAX_CHARS).map_or(text.len(), |(end, _)| end);
    Some(&text[..end]).filter(|text| !text.is_empty()).map(Arc::from)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn read_value(value: &[u8]) -> Option<Arc<str>> {
        let value = HeaderValue::from_bytes(value).expect("a header");
        read(&HeaderMap::from_iter([(header::USER_AGENT, value)]))
    }

    #[test]
    fn absent_and_empty_headers_are_none() {
        assert_eq!(read(&HeaderMap::new()), None);
        assert_eq!(read_value(b""), None);
    }

    #[test]
    fn value_is_kept_up_to_200_characters() {
        assert_eq!(read_value(b"Mozilla/5.0 (X11)").as_deref(), Some("Mozilla/5.0 (X11)"));
        for character in ["a", "\u{e4}", "\u{1f980}"] {
            let value = character.repeat(200);
            assert_eq!(read_value(value.as_bytes()).as_deref(), Some(&*value));
            assert_eq!(read_value(format!("{value}b").as_bytes()).as_deref(), Some(&*value));
        }
    }

    #[test]
    fn invalid_utf8_is_replaced() {
        assert_eq!(read_value(b"a\xffb").as_deref(), Some("a\u{fffd}b"));
    }
}
