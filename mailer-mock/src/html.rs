use std::sync::LazyLock;

use html5gum::{DefaultEmitter, StartTag, State, Token, Tokenizer};
use regex::Regex;

use crate::codes::pattern;

/// Elements that start and end a line: the block elements of the HTML Standard (section 15.3), and `br`. A browser
/// shows every other element, also an unknown one, within the line.
const BLOCK_ELEMENTS: &str = "address article aside blockquote body br caption center dd details dialog dir div dl dt \
    fieldset figcaption figure footer form frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html legend li listing main \
    menu nav ol optgroup option p plaintext pre search section summary table tbody td tfoot th thead tr ul xmp";

/// Blocks without an empty line before them.
const TIGHT_ELEMENTS: &str = "dd dt li option p td th";

/// Elements that contain nothing and have no end tag.
const VOID_ELEMENTS: &str = "area base br col embed hr img input link meta param source track wbr";

/// Elements whose content is not text of the message.
const HIDDEN_ELEMENTS: &str = "audio datalist iframe noembed noframes script style template title video";

/// A style that hides an element, as emails hide their preview text.
static HIDDEN_STYLE: LazyLock<Regex> = LazyLock::new(|| {
    let flat = r"overflow:hidden;(.*;)?(max-)?height:0(px)?|(max-)?height:0(px)?;(.*;)?overflow:hidden";
    pattern(&format!(
        "(^|;)(display:none|visibility:hidden|opacity:0|{flat})(!important)?(;|$)"
    ))
});

/// Converts HTML to text, with a line for each block element.
///
/// There is no tree: its cost would be quadratic in the depth, and a message can nest a million elements.
pub(crate) fn to_text(html: &str) -> String {
    let mut emitter = DefaultEmitter::default();
    emitter.naively_switch_states(true);
    let mut text = String::new();
    // The open elements from the hidden one on.
    let mut hidden: Vec<Vec<u8>> = Vec::new();
    let mut preformatted = 0_usize;
    let mut tokenizer = Tokenizer::new_with_emitter(html, emitter);
    while let Some(Ok(token)) = tokenizer.next() {
        match token {
            Token::StartTag(tag) => {
                if *tag.name == *b"noscript" {
                    // Without scripts, its content is shown.
                    tokenizer.set_state(State::Data);
                }
                if matches!(hidden.as_slice(), [outer] if ends_before(outer, &tag.name)) {
                    hidden.clear();
                }
                let is_void = is_one_of(VOID_ELEMENTS, &tag.name);
                if !hidden.is_empty() || !is_void && is_hidden(&tag) {
                    if !is_void {
                        hidden.push(tag.name.to_vec());
                    }
                } else if is_one_of(BLOCK_ELEMENTS, &tag.name) {
                    if !(is_one_of(TIGHT_ELEMENTS, &tag.name) && text.ends_with('\n')) {
                        end_line(&mut text);
                    }
                    preformatted += usize::from(*tag.name == *b"pre");
                }
            }
            Token::EndTag(tag) if !hidden.is_empty() => {
                // The end tag of an element outside ends the hidden one too.
                hidden.truncate(hidden.iter().rposition(|open| *open == *tag.name).unwrap_or(0));
            }
            Token::EndTag(tag) if is_one_of(BLOCK_ELEMENTS, &tag.name) => {
                end_line(&mut text);
                preformatted = preformatted.saturating_sub(usize::from(*tag.name == *b"pre"));
            }
            Token::String(string) if hidden.is_empty() => {
                push_text(&mut text, &String::from_utf8_lossy(&string), preformatted > 0);
            }
            _ => {}
        }
    }
    text.truncate(text.trim_end().len());
    text
}

fn is_one_of(elements: &str, name: &[u8]) -> bool {
    elements
        .split_ascii_whitespace()
        .any(|element| element.as_bytes() == name)
}

/// Whether a start tag ends an element without an end tag, such as `<p>One<p>Two`.
fn ends_before(open: &[u8], next: &[u8]) -> bool {
    match open {
        b"p" => is_one_of(BLOCK_ELEMENTS, next) && next != b"br",
        b"td" | b"th" => is_one_of("td th tr tbody tfoot", next),
        b"dd" | b"dt" => is_one_of("dd dt", next),
        b"li" | b"option" | b"tr" => open == next,
        _ => false,
    }
}

fn is_hidden(tag: &StartTag<()>) -> bool {
    let style = tag.attributes.get(b"style".as_slice()).map(|style| {
        let style = String::from_utf8_lossy(style).to_lowercase();
        style.replace(char::is_whitespace, "")
    });
    is_one_of(HIDDEN_ELEMENTS, &tag.name)
        || tag.attributes.contains_key(b"hidden".as_slice())
        || style.is_some_and(|style| HIDDEN_STYLE.is_match(&style))
}

/// Ends the line, and leaves at most one empty line.
fn end_line(text: &mut String) {
    text.truncate(text.trim_end_matches(|c: char| c.is_whitespace() && c != '\n').len());
    if !text.is_empty() && !text.ends_with("\n\n") {
        text.push('\n');
    }
}

/// Joins spaces and line breaks to one space, and drops them at the start of a line, unless the text is preformatted.
fn push_text(text: &mut String, string: &str, preformatted: bool) {
    for char in string.chars() {
        if preformatted && char == '\n' {
            end_line(text);
        } else if preformatted || !char.is_whitespace() {
            text.push(char);
        } else if !text.is_empty() && !text.ends_with(char::is_whitespace) {
            text.push(if char.is_ascii() { ' ' } else { char });
        }
    }
}
