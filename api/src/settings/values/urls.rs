//! URLs and origins.

use axum::http::HeaderValue;
use secrecy::SecretString;
use url::Url;

use crate::start_error::DATABASE_URL;

pub(in crate::settings) fn database_url(text: &str) -> Result<SecretString, &'static str> {
    let is_known = ["postgres://", "postgresql://", "sqlite://"]
        .iter()
        .any(|scheme| text.starts_with(scheme));
    if is_known && Url::parse(text).is_ok() && !is_temporary(text) {
        Ok(text.into())
    } else {
        Err(DATABASE_URL)
    }
}

/// Whether an SQLite database would be lost with the process: one in memory, or without a name, as from
/// `sqlite://$FILE` without the variable.
fn is_temporary(url: &str) -> bool {
    let Some(rest) = url.strip_prefix("sqlite://") else {
        return false;
    };
    let (file, options) = rest.split_once('?').unwrap_or((rest, ""));
    file.is_empty() || file.contains(":memory:") || options.contains("mode=memory") || options.contains("vfs=")
}

/// The URL of a web page that anyone may see.
pub(in crate::settings) fn app_url(text: &str) -> Result<Url, &'static str> {
    Url::parse(text)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https") && url.username().is_empty() && url.password().is_none())
        .ok_or("an absolute URL of a web page, such as https://app.example.com")
}

/// The URL below which the API is.
pub(in crate::settings) fn public_url(text: &str) -> Result<Url, &'static str> {
    app_url(text)
        .ok()
        .filter(|url| url.query().is_none() && url.fragment().is_none())
        .ok_or("an absolute URL without query and fragment, such as https://api.example.com")
}

/// The URL of a web page, or a link that opens an app. A slash must follow the scheme: otherwise
/// `localhost:3000/activate` would be a URL with the scheme `localhost`.
pub(in crate::settings) fn activation_url(text: &str) -> Result<Url, &'static str> {
    Url::parse(text)
        .ok()
        .filter(|url| !url.cannot_be_a_base() && url.fragment().is_none())
        .filter(|url| !matches!(url.scheme(), "javascript" | "vbscript" | "data" | "file"))
        .ok_or("an absolute URL without a fragment (#), such as https://app.example.com/activate")
}

/// An origin without any character that has a meaning in HTML or in a content security policy, because GraphiQL's page
/// contains it.
pub(in crate::settings) fn mailbox_origin(text: &str) -> Result<String, &'static str> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b":/.-_[]".contains(&byte);
    web_origin(text.trim().trim_end_matches('/'))
        .filter(|origin| origin.bytes().all(is_plain))
        .ok_or("an origin such as http://localhost:8025")
}

/// An origin as browsers send it: scheme, host and port. Apps have origins such as `capacitor://localhost`. Everything
/// is compared as a whole, so a pattern would never match.
pub(in crate::settings) fn origin(text: &str) -> Result<HeaderValue, &'static str> {
    let text = text.trim();
    let origin = web_origin(text).or_else(|| app_origin(text));
    origin
        .filter(|origin| !origin.contains('*'))
        .and_then(|origin| HeaderValue::try_from(origin).ok())
        .ok_or("origins such as https://app.example.com, separated by commas and without wildcards")
}

/// A URL without path, query and credentials.
fn web_origin(text: &str) -> Option<String> {
    Url::parse(text)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https"))
        .map(|url| url.origin().ascii_serialization())
        .filter(|origin| origin == text)
}

/// The origin of an app, which has a scheme of its own and no port.
fn app_origin(text: &str) -> Option<String> {
    let url = Url::parse(text)
        .ok()
        .filter(|url| !matches!(url.scheme(), "http" | "https" | "file" | "data"))?;
    let origin = format!("{}://{}", url.scheme(), url.host_str()?);
    (!url.host_str()?.is_empty() && origin == text).then_some(origin)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mailbox_url_is_an_origin() {
        for origin in [
            "http://localhost:8025",
            "https://mail.example.com",
            "http://mailer_mock-2:8025",
            "http://[::1]:8025",
        ] {
            assert_eq!(mailbox_origin(origin), Ok(origin.to_owned()));
            assert_eq!(mailbox_origin(&format!(" {origin}/ ")), Ok(origin.to_owned()));
        }
        for text in [
            "",
            "localhost:8025",
            "ftp://localhost",
            "http://localhost:8025/mails",
            "http://ada@localhost",
            "http://localhost http://evil.example",
            "http://a\"b",
            "http://a'b",
            "http://a;b",
            "http://a,b",
            "http://a<b",
            "http://a>b",
            "http://a&b",
            "http://a*b",
            "http://a\tb",
        ] {
            assert!(mailbox_origin(text).is_err(), "{text}");
        }
    }

    #[test]
    fn origin_is_what_a_browser_sends() {
        for text in [
            "https://app.example.com",
            "http://localhost:3000",
            "http://[::1]:3000",
            "https://xn--bcher-kva.example",
            "capacitor://localhost",
            "ionic://localhost",
            "tauri://localhost",
            "app://bundle",
            "chrome-extension://abcdefghijklmnop",
        ] {
            assert_eq!(origin(&format!(" {text} ")).expect(text), text);
        }
        for text in [
            "",
            "*",
            "null",
            "https://*.example.com",
            "https://*",
            "capacitor://*",
            "https://app.example.com/",
            "https://app.example.com:443",
            "https://APP.example.com",
            "https://ada@app.example.com",
            "capacitor://localhost/",
            "capacitor://ada@localhost",
            "capacitor://",
            "file:///",
            "data:,",
            "localhost:3000",
            "https://app.example.com https://admin.example.com",
        ] {
            assert!(origin(text).is_err(), "{text}");
        }
    }

    #[test]
    fn app_url_is_a_web_page() {
        for (text, url) in [
            ("https://tansy.example", "https://tansy.example/"),
            ("http://localhost:5173/#/home", "http://localhost:5173/#/home"),
            (
                "https://bücher.example/\"<b>",
                "https://xn--bcher-kva.example/%22%3Cb%3E",
            ),
        ] {
            assert_eq!(app_url(text).as_ref().map(Url::as_str), Ok(url));
        }
        for text in [
            "",
            "tansy.example",
            "localhost:5173",
            "/home",
            "javascript:alert(1)",
            "javascript://app.example.com/%0aalert(1)",
            "file:///etc/passwd",
            "mailto:ada@example.com",
            "ftp://tansy.example",
            "tansy://home",
            "https://ada@tansy.example",
            "https://ada:secret@tansy.example",
        ] {
            assert!(app_url(text).is_err(), "{text}");
        }
    }

    #[test]
    fn public_url_is_a_place_for_paths() {
        for text in [
            "https://api.example.com",
            "http://localhost:8000/",
            "https://example.com/accounts",
        ] {
            assert!(public_url(text).is_ok(), "{text}");
        }
        for text in [
            "api.example.com",
            "https://a.example/?b",
            "https://a.example/#b",
            "ftp://a.example",
        ] {
            assert!(public_url(text).is_err(), "{text}");
        }
    }

    #[test]
    fn activation_url_is_absolute_and_has_no_fragment() {
        for (text, url) in [
            ("https://app.example.com/activate", "https://app.example.com/activate"),
            ("http://localhost:5173", "http://localhost:5173/"),
            (
                "https://app.example.com/?page=activate",
                "https://app.example.com/?page=activate",
            ),
            ("myapp://activate", "myapp://activate"),
            ("com.example.app:/activate", "com.example.app:/activate"),
        ] {
            assert_eq!(activation_url(text).as_ref().map(Url::as_str), Ok(url));
        }
        for text in [
            "",
            "/activate",
            "app.example.com/activate",
            "app.example.com:443/activate",
            "localhost:5173/activate",
            "https://",
            "https://app.example.com/#/activate",
            "https://app.example.com/activate#",
            "javascript:alert(1)",
            "javascript://app.example.com/%0aalert(1)",
            "file:///etc/passwd",
            "mailto:ada@example.com",
        ] {
            assert!(activation_url(text).is_err(), "{text}");
        }
    }

    #[test]
    fn database_url_has_a_known_scheme_and_can_be_parsed() {
        for text in [
            "postgres://ada:p%40ss@localhost/accounts",
            "postgresql:///accounts?host=/run/postgresql",
            "sqlite://data/registration.sqlite",
            "sqlite:///var/lib/a folder/registration.sqlite",
        ] {
            assert!(database_url(text).is_ok(), "{text}");
        }
        for text in [
            "",
            "mysql://localhost/accounts",
            "localhost/accounts",
            "postgres://ada:p#ss@localhost/accounts",
            "postgres://ada:p/ss@localhost/accounts",
            "sqlite://",
            "sqlite://?mode=rwc",
            "sqlite://:memory:",
            "sqlite://accounts.sqlite?mode=memory",
            "sqlite://accounts.sqlite?vfs=memdb",
        ] {
            assert_eq!(database_url(text).err(), Some(DATABASE_URL), "{text}");
        }
    }
}
