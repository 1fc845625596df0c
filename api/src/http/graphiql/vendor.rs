//! The files of React and GraphiQL: embedded by `build.rs`, or on a CDN.

use std::fmt::Write as _;

use super::content_type::{CSS, JAVASCRIPT};

/// A file of a package.
pub(super) struct File {
    /// Its name below `/graphiql/`, with the version, so that browsers may cache it forever.
    pub(super) name: &'static str,
    /// Its content type.
    pub(super) kind: &'static str,
    /// Its URL on the CDN.
    url: &'static str,
    /// The hash of its content (Subresource Integrity).
    integrity: &'static str,
    /// Its content, if `build.rs` embedded it.
    pub(super) content: Option<&'static [u8]>,
}

/// The content that `build.rs` embedded.
macro_rules! embedded {
    ($file:literal) => {{
        #[cfg(graphiql_embedded)]
        let content: Option<&'static [u8]> = Some(include_bytes!(concat!(env!("OUT_DIR"), "/graphiql/", $file)));
        #[cfg(not(graphiql_embedded))]
        let content: Option<&'static [u8]> = None;
        content
    }};
}

/// In the order in which the page loads them: the style, then each script before those that need it.
pub(super) const FILES: [File; 4] = [
    File {
        name: "graphiql-4.1.2.css",
        kind: CSS,
        url: "https://unpkg.com/graphiql@4.1.2/graphiql.min.css",
        integrity: "sha384-1el1QShFBnnXTx9x/Cprg82hZWKt0ry29OAYIXt05swbi0KcZDFoj0CWguMpopJr",
        content: embedded!("graphiql.css"),
    },
    File {
        name: "react-18.3.1.js",
        kind: JAVASCRIPT,
        url: "https://unpkg.com/react@18.3.1/umd/react.production.min.js",
        integrity: "sha384-DGyLxAyjq0f9SPpVevD6IgztCFlnMF6oW/XQGmfe+IsZ8TqEiDrcHkMLKI6fiB/Z",
        content: embedded!("react.js"),
    },
    File {
        name: "react-dom-18.3.1.js",
        kind: JAVASCRIPT,
        url: "https://unpkg.com/react-dom@18.3.1/umd/react-dom.production.min.js",
        integrity: "sha384-gTGxhz21lVGYNMcdJOyq01Edg0jhn/c22nsx0kyqP0TxaV5WVdsSH1fSDUf5YJj1",
        content: embedded!("react-dom.js"),
    },
    File {
        name: "graphiql-4.1.2.js",
        kind: JAVASCRIPT,
        url: "https://unpkg.com/graphiql@4.1.2/graphiql.min.js",
        integrity: "sha384-9XdHu7ajgGJziD4J1zNBKQ842Q/+zZfDv+ib1eMhZWBH6hPAs806x+Jbcf0yNO6B",
        content: embedded!("graphiql.js"),
    },
];

/// Where the page loads the files from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// This server.
    Embedded,
    /// unpkg.com, which serves the packages of npm. Browsers reject a file with another hash.
    Cdn,
}

impl Source {
    /// The source of this build.
    pub(super) const BUILT: Self = if cfg!(graphiql_embedded) {
        Self::Embedded
    } else {
        Self::Cdn
    };

    /// The tags for the page's head that load the files.
    pub(super) fn tags(self) -> String {
        let mut tags = String::new();
        for file in &FILES {
            let (name, url, integrity) = (file.name, file.url, file.integrity);
            let from = match self {
                Self::Embedded => format!("\"/graphiql/{name}\""),
                Self::Cdn => format!("\"{url}\" integrity=\"{integrity}\" crossorigin=\"anonymous\""),
            };
            let _ = if file.kind == CSS {
                writeln!(tags, "<link rel=\"stylesheet\" href={from}>")
            } else {
                writeln!(tags, "<script defer src={from}></script>")
            };
        }
        tags
    }

    /// The sources that the policy allows for files of a type: this server and, on the CDN, only these files.
    pub(super) fn allowed(self, kind: &str) -> String {
        let mut allowed = vec!["'self'"];
        if self == Self::Cdn {
            allowed.extend(FILES.iter().filter(|file| file.kind == kind).map(|file| file.url));
        }
        allowed.join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use sha2::{Digest, Sha384};

    #[test]
    fn integrity_hashes_match_the_embedded_files() {
        for file in &FILES {
            let content = file
                .content
                .expect("GraphiQL is not part of this build: cargo's warning says why");
            let hash = format!("sha384-{}", STANDARD.encode(Sha384::digest(content)));
            assert_eq!(hash, file.integrity, "{}", file.name);
        }
    }

    #[test]
    fn versions_match_package_json() {
        let packages: serde_json::Value =
            serde_json::from_str(include_str!("../../../graphiql/package.json")).expect("JSON");
        for file in &FILES {
            let package = file
                .name
                .rsplit_once('-')
                .map(|(package, _)| package)
                .expect("a version");
            let version = packages["dependencies"][package].as_str().expect("a version");
            assert!(file.name.contains(&format!("{package}-{version}.")), "{}", file.name);
            assert!(
                file.url.starts_with(&format!("https://unpkg.com/{package}@{version}/")),
                "{}",
                file.url
            );
        }
    }
}
