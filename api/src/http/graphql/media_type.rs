//! The media type of a response, chosen by the client's `Accept` header (RFC 9110, 12.5.1).

use std::sync::LazyLock;

use axum::http::{HeaderMap, header};
use headers_accept::Accept;
use mediatype::MediaTypeBuf;

use super::parameters::is_utf8;

/// For clients that read `application/json` only, and for those that do not care.
pub(super) const JSON: &str = "application/json; charset=utf-8";
/// For clients that prefer it. With it, a rejected request has an error status.
pub(super) const GRAPHQL_RESPONSE: &str = "application/graphql-response+json; charset=utf-8";

/// What a client may ask for. If it likes both equally, it gets the one that it names first. If it does not tell them
/// apart, it gets the first one here.
static AVAILABLE: LazyLock<[MediaTypeBuf; 2]> =
    LazyLock::new(|| ["application/json", "application/graphql-response+json"].map(|text| text.parse().expect(text)));

/// The media type that the client prefers. A client that takes neither still gets JSON, because an error in a type that
/// it did not ask for tells more than an empty response.
pub(super) fn media_type(headers: &HeaderMap) -> &'static str {
    let values = headers.get_all(header::ACCEPT).iter();
    let ranges: Vec<_> = values.filter_map(|value| value.to_str().ok()).collect();
    // Both types are in UTF-8, and a range with this parameter would match neither.
    let is_charset = |parameter: &str| {
        let (name, value) = parameter.split_once('=').unwrap_or_default();
        name.trim().eq_ignore_ascii_case("charset") && is_utf8(value)
    };
    let without_charset = |range: &str| {
        range
            .split(';')
            .filter(|it| !is_charset(it))
            .collect::<Vec<_>>()
            .join(";")
    };
    let ranges = ranges
        .join(",")
        .split(',')
        .map(without_charset)
        .collect::<Vec<_>>()
        .join(",");
    let Ok(accept) = ranges.parse::<Accept>() else {
        return JSON;
    };
    match accept.negotiate(&AVAILABLE.each_ref().map(MediaTypeBuf::to_ref)) {
        Some(chosen) if chosen.subty == "graphql-response" => GRAPHQL_RESPONSE,
        _ => JSON,
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn chosen(accept: &[&'static str]) -> &'static str {
        let values = accept.iter().map(|value| HeaderValue::from_static(value));
        media_type(&values.map(|value| (header::ACCEPT, value)).collect())
    }

    #[test]
    fn client_gets_the_type_that_it_prefers() {
        for accept in [
            "application/graphql-response+json",
            "application/graphql-response+json, application/json;q=0.9",
            "application/json;q=0.5, application/graphql-response+json",
            "application/graphql-response+json;charset=utf-8, application/json;charset=utf-8",
            "Application/GraphQL-Response+JSON",
            "application/graphql-response+json; charset=\"UTF-8\", application/json",
            "application/graphql-response+json ;charset=utf8;q=1",
            "application/graphql-response+json; charset=\"utf-8\"",
            "application/graphql-response+json;q=0.9;charset=\"UTF-8\"",
            "application/graphql-response+json; CHARSET = \"utf8\" ; q=1, */*;q=0.1",
            "application/json;q=0, */*",
            "*/*;q=0.1, application/graphql-response+json;q=0.2",
            "text/html, application/graphql-response+json ; q=0.001",
        ] {
            assert_eq!(chosen(&[accept]), GRAPHQL_RESPONSE, "{accept}");
        }
        for accept in [
            "",
            "*/*",
            "application/*",
            "application/json",
            "application/json;charset=utf-8",
            "application/json, application/graphql-response+json",
            "application/graphql-response+json;q=0.8, application/json",
            "application/graphql-response+json;q=0, application/json",
            "application/graphql-response+json;q=0",
            "application/graphql-response+json;q=0.000, */*",
            "application/graphql-response+json;q=0.1, */*",
            "text/html",
            "not a media type",
        ] {
            assert_eq!(chosen(&[accept]), JSON, "{accept}");
        }
    }

    #[test]
    fn several_headers_are_one_list() {
        let lines = ["application/json;q=0.1", "application/graphql-response+json"];
        assert_eq!(chosen(&lines), GRAPHQL_RESPONSE);
        assert_eq!(chosen(&[]), JSON);
    }
}
