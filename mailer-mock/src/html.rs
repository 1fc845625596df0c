use html5gum::{DefaultEmitter, HtmlString, Token, Tokenizer};

/// Elements within a line. All others start and end a line, also table cells: emails use them for layout.
const INLINE_ELEMENTS: &str = "a abbr acronym b bdi bdo big button cite code data del dfn em font i img input ins kbd \
                               label mark q s samp small span strike strong sub sup time tt u var wbr";

/// Elements whose content is not text of the message.
const HIDDEN_ELEMENTS: &str = "iframe noembed noframes noscript script style template title";

/// Converts HTML to text, with a line for each block element.
///
/// There is no tree: its cost would be quadratic in the depth, and a message can nest a million elements.
pub(crate) fn to_text(html: &str) -> String {
    let mut emitter = DefaultEmitter::default();
    emitter.naively_switch_states(true);
    let mut text = String::new();
    let mut hidden_in: Option<HtmlString> = None;
    for Ok(token) in Tokenizer::new_with_emitter(html, emitter) {
        match token {
            Token::EndTag(tag) if hidden_in.as_ref() == Some(&tag.name) => hidden_in = None,
            _ if hidden_in.is_some() => {}
            Token::StartTag(tag) if is_one_of(HIDDEN_ELEMENTS, &tag.name) => hidden_in = Some(tag.name),
            // Paragraphs have no empty line between them, but every other block has.
            Token::StartTag(tag) if **tag.name == *b"p" && text.ends_with('\n') => {}
            Token::StartTag(tag) if !is_one_of(INLINE_ELEMENTS, &tag.name) => end_line(&mut text),
            Token::EndTag(tag) if !is_one_of(INLINE_ELEMENTS, &tag.name) => end_line(&mut text),
            Token::String(string) => push_text(&mut text, &String::from_utf8_lossy(&string)),
            _ => {}
        }
    }
    text.truncate(text.trim_end().len());
    text
}

fn is_one_of(elements: &str, name: &[u8]) -> bool {
    elements.split(' ').any(|element| element.as_bytes() == name)
}

/// Ends the line, and leaves at most one empty line.
fn end_line(text: &mut String) {
    text.truncate(text.trim_end_matches(|c: char| c.is_whitespace() && c != '\n').len());
    if !text.is_empty() && !text.ends_with("\n\n") {
        text.push('\n');
    }
}

/// Joins spaces and line breaks to one space, and drops them at the start of a line.
fn push_text(text: &mut String, string: &str) {
    for char in string.chars() {
        if !char.is_whitespace() {
            text.push(char);
        } else if !text.is_empty() && !text.ends_with(char::is_whitespace) {
            text.push(if char.is_ascii() { ' ' } else { char });
        }
    }
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
            ("a < b", "a < b"),
            ("Text<p>One<p>Two", "Text\nOne\nTwo"),
            ("<figure>Code</figure><br class=x>4466", "Code\n\n4466"),
            ("<head><title>x</title><body>a", "a"),
            ("<noscript><img></noscript>a", "a"),
            ("", ""),
        ] {
            assert_eq!(to_text(html), text, "{html}");
        }
    }

    #[test]
    fn takes_linear_time() {
        // In quadratic time this takes many minutes.
        assert_eq!(to_text(&"<".repeat(500_000)).len(), 500_000);
        assert_eq!(to_text(&"</".repeat(500_000)), "");
        assert_eq!(to_text(&"<div>".repeat(500_000)), "");
    }
}
