//! The header `traceparent` (W3C Trace Context, Recommendation of 2021, section 3.2).
//!
//! The parser of the SDK accepts more than the recommendation: missing digits, signs, and text at the end.
//! `tracestate` is not read: it is free text of the client.

use opentelemetry::Context;
use opentelemetry::trace::{SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState};

/// The length of version 00, and the least length of later ones.
const LENGTH: usize = 55;

/// The context of a new span: its parent is the span in the header. Without a valid header, it begins a trace.
pub(super) fn context(header: Option<&[u8]>) -> Context {
    let parent = header.and_then(parse);
    parent.map_or_else(Context::new, |parent| Context::new().with_remote_span_context(parent))
}

/// The span in a header; `None` if the header is not valid.
pub(super) fn parse(header: &[u8]) -> Option<SpanContext> {
    let text = std::str::from_utf8(header).ok()?;
    let (known, rest) = text.split_at_checked(LENGTH)?;
    let [version, trace, span, flags] = known.split('-').collect::<Vec<_>>().try_into().ok()?;
    // Later versions may append more fields.
    let is_complete = rest.is_empty() || version != "00" && rest.starts_with('-');
    if hex(version, 2)? == 0xff || !is_complete {
        return None;
    }
    let context = SpanContext::new(
        TraceId::from(hex(trace, 32)?),
        SpanId::from(u64::try_from(hex(span, 16)?).ok()?),
        TraceFlags::new(u8::try_from(hex(flags, 2)?).ok()?) & TraceFlags::SAMPLED,
        true,
        TraceState::NONE,
    );
    context.is_valid().then_some(context)
}

/// A number of so many lower-case hexadecimal digits.
fn hex(text: &str, digits: usize) -> Option<u128> {
    let is_hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    (text.len() == digits && text.bytes().all(is_hex)).then(|| u128::from_str_radix(text, 16).ok())?
}

/// The header that names a span.
pub(super) fn format(span: &SpanContext) -> String {
    let (trace, id) = (span.trace_id(), span.span_id());
    format!("00-{trace}-{id}-{:02x}", span.trace_flags())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
    const SPAN: &str = "b7ad6b7169203331";

    #[test]
    fn valid_header_names_its_span() {
        for (end, sampled) in [("-01", true), ("-00", false), ("-03", true), ("-fe", false)] {
            let header = format!("00-{TRACE}-{SPAN}{end}");
            let span = parse(header.as_bytes()).expect("a valid header");
            assert!(span.is_remote() && span.is_sampled() == sampled, "{span:?}");
            let flags = if sampled { "01" } else { "00" };
            assert_eq!(super::format(&span), format!("00-{TRACE}-{SPAN}-{flags}"));
        }
    }

    #[test]
    fn later_version_may_have_more_fields() {
        for header in [
            format!("01-{TRACE}-{SPAN}-01"),
            format!("fe-{TRACE}-{SPAN}-01-what-else"),
        ] {
            assert!(parse(header.as_bytes()).is_some(), "{header}");
        }
    }

    #[test]
    fn invalid_header_is_ignored() {
        let zero = |digits| "0".repeat(digits);
        for header in [
            String::new(),
            "00".to_owned(),
            format!("00-{TRACE}-{SPAN}"),
            format!("00-{TRACE}-{SPAN}-1"),
            format!("00-{TRACE}-{SPAN}-01-"),
            format!("00-{TRACE}-{SPAN}-01-more"),
            format!("01-{TRACE}-{SPAN}-01more"),
            format!("ff-{TRACE}-{SPAN}-01"),
            format!("0-{TRACE}-{SPAN}-001"),
            format!("+0-{TRACE}-{SPAN}-01"),
            format!("00-{}-{SPAN}-01", zero(32)),
            format!("00-{TRACE}-{}-01", zero(16)),
            format!("00-{}-{SPAN}-01", TRACE.to_uppercase()),
            format!("00-{TRACE}-{}-01", SPAN.to_uppercase()),
            format!("00-{TRACE}-{SPAN}-0A"),
            format!("00-{}-{SPAN}-01", &TRACE[1..]),
            format!("00-+{}-{SPAN}-01", &TRACE[1..]),
            format!("00-{TRACE}-{SPAN}-0g"),
            format!(" 00-{TRACE}-{SPAN}-01"),
            format!("00_{TRACE}_{SPAN}_01"),
            format!("00-{TRACE}-{SPAN}-0\u{e9}"),
        ] {
            assert!(parse(header.as_bytes()).is_none(), "{header}");
        }
        assert!(parse(&[0xff; LENGTH]).is_none());
    }
}
