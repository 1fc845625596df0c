use mail_parser::decoders::html::html_to_text;

/// Elements that begin and end a line of their own. A table's cells count: in mails they are layout.
const BLOCKS: [&str; 24] = [
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

/// The text in some HTML, a line for each block, so that what stands apart on the screen stands apart in the text.
///
/// `html_to_text` drops tags, comments, styles and scripts and resolves entities, but breaks lines only for `br` and
/// `p`: `<h1>Your code</h1><h2>4466</h2>` would become `Your code4466`. So each block is given a `br` first.
pub(crate) fn to_text(html: &str) -> String {
    let mut broken = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        let (before, tag) = rest.split_at(at);
        broken.push_str(before);
        if is_block(tag) {
            broken.push_str("<br>");
        }
        broken.push('<');
        rest = &tag[1..];
    }
    broken.push_str(rest);
    tidy(&html_to_text(&broken))
}

/// Whether a block begins or ends with this tag.
fn is_block(tag: &str) -> bool {
    let name = tag.strip_prefix('<').unwrap_or(tag);
    let name = name.strip_prefix('/').unwrap_or(name);
    let end = name.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(name.len());
    BLOCKS.iter().any(|block| name[..end].eq_ignore_ascii_case(block))
}

/// Lines without the space around them, and no more than one empty line in a row.
fn tidy(text: &str) -> String {
    let mut tidy = String::with_capacity(text.len());
    for line in text.lines().map(str::trim) {
        if !line.is_empty() || !(tidy.is_empty() || tidy.ends_with("\n\n")) {
            tidy.push_str(line);
            tidy.push('\n');
        }
    }
    tidy.truncate(tidy.trim_end().len());
    tidy
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_become_lines() {
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
    fn takes_time_in_proportion_to_the_length() {
        // In proportion to its square, this would take many minutes.
        assert_eq!(to_text(&"<".repeat(500_000)), "");
        assert_eq!(to_text(&"</".repeat(500_000)), "");
    }
}
