use mail_parser::decoders::html::html_to_text;

/// Elements that start and end a line. Table cells count: emails use them for layout.
const BLOCK_ELEMENTS: [&str; 24] = [
    "address",
    "article",
    "blockquote",
    "dd",
    "div",
    "dl",
    "dt",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "li",
    "ol",
    "pre",
    "section",
    "table",
    "td",
    "tr",
    "ul",
];

/// Converts HTML to text, with a line for each block element.
///
/// `html_to_text` drops tags, comments, styles and scripts and decodes entities, but breaks lines only for `br` and `p`:
/// `<h1>Your code</h1><h2>4466</h2>` becomes `Your code4466`. So this adds a `br` to each block element first.
pub(crate) fn to_text(html: &str) -> String {
    let mut with_breaks = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        let (before, tag) = rest.split_at(at);
        with_breaks.push_str(before);
        if is_block(tag) {
            with_breaks.push_str("<br>");
        }
        with_breaks.push('<');
        rest = &tag[1..];
    }
    with_breaks.push_str(rest);
    normalize(&html_to_text(&with_breaks))
}

/// Whether the tag starts or ends a block element.
fn is_block(tag: &str) -> bool {
    let name = tag.strip_prefix('<').unwrap_or(tag);
    let name = name.strip_prefix('/').unwrap_or(name);
    let end = name.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(name.len());
    BLOCK_ELEMENTS
        .iter()
        .any(|block| name[..end].eq_ignore_ascii_case(block))
}

/// Trims each line, and joins consecutive empty lines.
fn normalize(text: &str) -> String {
    let mut normalized = String::with_capacity(text.len());
    for line in text.lines().map(str::trim) {
        if !line.is_empty() || !(normalized.is_empty() || normalized.ends_with("\n\n")) {
            normalized.push_str(line);
            normalized.push('\n');
        }
    }
    normalized.truncate(normalized.trim_end().len());
    normalized
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn block_elements_become_lines() {
        for (html, text) in [
            ("<h1>Your code</h1><h2>4466</h2>", "Your code\n\n4466"),
            ("<td>Code</td><TD class=x>4466</td>", "Code\n\n4466"),
            ("Your code is <b>4466</b>.<br/>Bye", "Your code is 4466.\nBye"),
            ("<p>One</p>\n<p>Two &amp; 3&nbsp;4</p>", "One\nTwo & 3\u{a0}4"),
            ("<style>p{color:#123456}</style><p>x", "x"),
            ("a<!-- <div>1234</div> -->b", "ab"),
            ("<script>var code = 1234</script>", ""),
            ("a < b", "a"),
            ("", ""),
        ] {
            assert_eq!(to_text(html), text, "{html}");
        }
    }

    #[test]
    fn takes_linear_time() {
        // In quadratic time this takes many minutes.
        assert_eq!(to_text(&"<".repeat(500_000)), "");
        assert_eq!(to_text(&"</".repeat(500_000)), "");
    }
}
