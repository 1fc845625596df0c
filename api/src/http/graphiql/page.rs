//! The page, built once.

use super::content_type::{CSS, JAVASCRIPT};
use super::vendor::Source;

/// The page and its content security policy.
pub(super) struct Page {
    pub(super) html: String,
    pub(super) policy: String,
}

impl Page {
    /// In development the page reads the newest code from the mailbox at this origin.
    pub(super) fn new(source: Source, mailbox: Option<&str>) -> Self {
        let mailbox = mailbox.unwrap_or_default();
        let html = include_str!("../../../graphiql/page/index.html")
            .replace("{{MAILBOX}}", mailbox)
            .replace("{{GRAPHIQL}}\n", &source.tags());
        // No inline script or style runs. Scripts may call this server and the mailbox only.
        let (scripts, styles) = (source.allowed(JAVASCRIPT), source.allowed(CSS));
        let calls = format!("'self' {mailbox}");
        let policy = format!(
            "default-src 'none'; script-src {scripts}; style-src {styles}; font-src 'self' data:; img-src 'self' data:; \
             connect-src {}; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
            calls.trim_end(),
        );
        Self { html, policy }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The tags that load a file, with their attributes.
    fn loads(html: &str) -> Vec<&str> {
        let tags = html
            .split('<')
            .filter(|tag| tag.starts_with("script") || tag.starts_with("link"));
        tags.filter_map(|tag| tag.split('>').next()).collect()
    }

    #[test]
    fn embedded_files_come_from_this_server() {
        let page = Page::new(Source::Embedded, None);
        assert!(
            !page.html.contains("https://") && !page.html.contains("{{"),
            "{}",
            page.html
        );
        assert!(!page.policy.contains("http"), "{}", page.policy);
        assert_eq!(loads(&page.html).len(), 8);
        for tag in loads(&page.html) {
            assert!(tag.contains("=\"/graphiql/"), "{tag}");
        }
    }

    #[test]
    fn cdn_files_have_integrity_hashes() {
        let page = Page::new(Source::Cdn, None);
        let from_cdn: Vec<_> = loads(&page.html)
            .into_iter()
            .filter(|tag| tag.contains("https://"))
            .collect();
        assert_eq!(from_cdn.len(), 4);
        for tag in from_cdn {
            let url = tag
                .split('"')
                .find(|part| part.starts_with("https://unpkg.com/"))
                .expect("a URL");
            assert!(
                tag.contains(" integrity=\"sha384-") && tag.contains(" crossorigin=\"anonymous\""),
                "{tag}"
            );
            // The policy allows this file, not the whole CDN.
            assert!(page.policy.contains(&format!(" {url}")), "{} {url}", page.policy);
        }
        assert!(
            !page.policy.contains("unpkg.com ") && !page.policy.contains("unpkg.com;"),
            "{}",
            page.policy
        );
        assert!(!page.policy.contains("connect-src 'self' "), "{}", page.policy);
    }

    #[test]
    fn no_policy_allows_inline_code() {
        for source in [Source::Embedded, Source::Cdn] {
            let Page { html, policy } = Page::new(source, Some("http://localhost:8025"));
            assert!(!policy.contains("unsafe") && !policy.contains('*'), "{policy}");
            assert!(policy.contains("connect-src 'self' http://localhost:8025;"), "{policy}");
            assert!(html.contains("data-mailbox=\"http://localhost:8025\""), "{html}");
            assert!(
                !html.contains("<style") && !html.contains(" style=") && !html.contains(" on"),
                "{html}"
            );
            let scripts = loads(&html).into_iter().filter(|tag| tag.starts_with("script"));
            assert!(
                scripts.clone().count() == 4 && scripts.clone().all(|tag| tag.contains(" src=\"")),
                "{html}"
            );
        }
    }
}
