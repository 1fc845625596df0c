//! Finds the links in a message, so that a test or a person can follow them.

use html5gum::{DefaultEmitter, Token, Tokenizer};
use linkify::{LinkFinder, LinkKind};

const MAX_LINKS: usize = 100;
const MAX_BYTES: usize = 1024 * 1024;

/// The longest link. Browsers and servers accept few longer ones.
const MAX_LENGTH: usize = 8 * 1024;

/// Schemes that run a script or read a file when a browser opens them.
const UNSAFE_SCHEMES: [&str; 5] = ["javascript", "vbscript", "data", "file", "blob"];

/// Quotes, brackets and full stops that end a link in a text. `linkify` knows those of ASCII.
const TYPOGRAPHIC: &[char] = &[
    '\u{201c}', '\u{201d}', '\u{201e}', '\u{2018}', '\u{2019}', '\u{ab}', '\u{bb}', '\u{3001}', '\u{3002}', '\u{300c}',
    '\u{300d}', '\u{300f}', '\u{3011}', '\u{ff01}', '\u{ff08}', '\u{ff09}', '\u{ff0c}', '\u{ff1f}',
];

/// The links in the HTML, then those in the text, each once. Links of an app, such as `example://activate`, count too.
pub(crate) fn find(html: &str, text: &str) -> Vec<String> {
    let [html, text] = [html, text].map(|part| &part[..part.floor_char_boundary(MAX_BYTES)]);
    let mut emitter = DefaultEmitter::default();
    emitter.naively_switch_states(true);
    let in_html = Tokenizer::new_with_emitter(html, emitter).flatten().filter_map(href);
    let mut finder = LinkFinder::new();
    finder.kinds(&[LinkKind::Url]);
    let in_text = finder
        .links(text)
        .filter_map(|link| link.as_str().split(TYPOGRAPHIC).next().map(str::to_owned));

    let mut links = Vec::new();
    for link in in_html.chain(in_text) {
        if links.len() < MAX_LINKS && link.len() <= MAX_LENGTH && is_safe(&link) && !links.contains(&link) {
            links.push(link);
        }
    }
    links
}

/// The target of a link, as browsers read it: without line breaks, tabs, and spaces around it.
fn href(token: Token) -> Option<String> {
    let Token::StartTag(tag) = token else { return None };
    let is_link = matches!(&**tag.name, b"a" | b"area");
    let href = tag.attributes.get(b"href".as_slice()).filter(|_| is_link)?;
    let href = String::from_utf8_lossy(href).replace(['\r', '\n', '\t'], "");
    Some(href.trim().to_owned())
}

fn is_safe(link: &str) -> bool {
    link.split_once("://").is_some_and(|(scheme, rest)| {
        let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
        is_scheme && !rest.is_empty() && !UNSAFE_SCHEMES.iter().any(|name| scheme.eq_ignore_ascii_case(name))
    })
}
