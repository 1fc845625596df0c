//! The settings of webhooks.

use std::fmt;

use clap::{ArgAction, Args};
use url::Url;

use super::values::boolean;
use crate::start_error::StartError;
use crate::webhooks::{Endpoint, Resolver, SigningKey, WebhookConfig, has_private_address, parse_url};

const URL: &str = "WEBHOOK_URL";
const SECRET: &str = "WEBHOOK_SECRET";

/// The form of `WEBHOOK_SECRET`.
const KEYS: &str = "one or two keys for each URL of WEBHOOK_URL, each whsec_ and 24 to 64 bytes in base64; a space \
                    between two keys of a URL, and a comma between URLs";

/// The settings of webhooks.
#[derive(Args, Debug)]
#[expect(clippy::struct_field_names, reason = "the flags have these names")]
pub(super) struct WebhookSettings {
    /// Where to send webhooks, separated by commas [default: nowhere]
    #[arg(long, env = "WEBHOOK_URL", value_name = "URLS", hide_env_values = true, value_parser = urls)]
    webhook_url: Option<Urls>,

    /// Keys that sign webhooks, as `whsec_…`: for each URL one, or two separated by a space; a comma between URLs
    #[arg(long, env = "WEBHOOK_SECRET", value_name = "KEYS", hide_env_values = true, value_parser = keys)]
    webhook_secret: Option<Keys>,

    /// Whether webhooks may be sent to addresses that are not public and, in production, without TLS
    #[arg(
        long,
        env = "WEBHOOK_ALLOW_PRIVATE",
        value_name = "BOOLEAN",
        default_value = "false",
        action = ArgAction::Set,
        value_parser = boolean
    )]
    webhook_allow_private: bool,
}

/// The URLs of `WEBHOOK_URL`, which may hold secrets.
#[derive(Clone)]
struct Urls(Vec<Url>);

/// The keys of each URL.
#[derive(Clone, Debug)]
struct Keys(Vec<Vec<SigningKey>>);

impl fmt::Debug for Urls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[hidden]")
    }
}

fn urls(text: &str) -> Result<Urls, &'static str> {
    let urls = text.split(',').map(|url| parse_url(url.trim()));
    urls.collect::<Option<Vec<_>>>()
        .map(Urls)
        .ok_or("http or https URLs without credentials and fragment (#), separated by commas")
}

fn keys(text: &str) -> Result<Keys, &'static str> {
    let keys_of_url = |text: &str| {
        let keys: Option<Vec<_>> = text.split_whitespace().map(SigningKey::parse).collect();
        keys.filter(|keys| (1..=2).contains(&keys.len()))
    };
    let keys: Option<Vec<_>> = text.split(',').map(keys_of_url).collect();
    keys.map(Keys).ok_or(KEYS)
}

impl WebhookSettings {
    /// The endpoints.
    ///
    /// # Errors
    /// When the URLs lack keys, or one of them is not allowed.
    pub(super) fn resolve(&self, is_development: bool) -> Result<WebhookConfig, StartError> {
        let allow_private = self.webhook_allow_private;
        let Some(Urls(urls)) = &self.webhook_url else {
            return Ok(WebhookConfig::default());
        };
        let Some(Keys(keys)) = &self.webhook_secret else {
            return Err(StartError::MissingSetting {
                name: SECRET,
                reason: "WEBHOOK_URL needs it",
                expected: KEYS,
            });
        };
        if keys.len() != urls.len() {
            return Err(invalid(SECRET, KEYS));
        }
        if !allow_private && urls.iter().any(has_private_address) {
            return Err(invalid(URL, "public addresses, or WEBHOOK_ALLOW_PRIVATE=true"));
        }
        let needs_tls = !is_development && !allow_private;
        if needs_tls && urls.iter().any(|url| url.scheme() != "https") {
            return Err(invalid(URL, "https URLs in production, or WEBHOOK_ALLOW_PRIVATE=true"));
        }
        let endpoints = urls.iter().cloned().zip(keys.iter().cloned());
        let endpoints: Vec<_> = endpoints.map(|(url, keys)| Endpoint::new(url, keys)).collect();
        if (1..endpoints.len()).any(|end| endpoints[..end].iter().any(|other| other.is_same(&endpoints[end]))) {
            return Err(invalid(URL, "each URL once"));
        }
        Ok(WebhookConfig {
            endpoints,
            allow_private,
            resolver: Resolver::default(),
        })
    }
}

/// The value is not shown, because it may hold a secret.
fn invalid(name: &str, expected: &str) -> StartError {
    StartError::InvalidSecret {
        name: name.to_owned(),
        expected: expected.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Settings;

    /// 24 and 32 bytes.
    const KEY: &str = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz";
    const NEXT_KEY: &str = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";

    fn resolve(flags: &[&str], is_development: bool) -> Result<WebhookConfig, String> {
        let settings = Settings::from_flags(flags).map_err(|error| error.to_string())?;
        settings
            .webhooks
            .resolve(is_development)
            .map_err(|error| error.to_string())
    }

    #[test]
    fn every_url_has_one_or_two_keys() {
        let url = "--webhook-url=https://a.example/x,https://b.example";
        let secret = format!("--webhook-secret={KEY} {NEXT_KEY}, {NEXT_KEY}");
        let config = resolve(&[url, &secret], false).expect("a config");
        assert_eq!(config.endpoints.len(), 2);
        assert_eq!(config.endpoints[0].host(), "a.example");
        for keys in [
            KEY,
            &format!("{KEY},"),
            &format!("{KEY},{KEY},{KEY}"),
            &format!("{KEY} {KEY} {KEY},{KEY}"),
            &format!("{KEY},{}", &KEY[6..]),
            &format!("{KEY},whsec_c2hvcnQ="),
            &format!("{KEY},{KEY}="),
        ] {
            let error = resolve(&[url, &format!("--webhook-secret={keys}")], false).expect_err(keys);
            assert!(error.contains("whsec_ and 24 to 64 bytes"), "{error}");
        }
        let error = resolve(&[url], false).expect_err("no keys");
        assert!(
            error.starts_with("WEBHOOK_SECRET: not set, and WEBHOOK_URL needs it"),
            "{error}"
        );
    }

    #[test]
    fn url_must_be_public_and_encrypted_unless_private_is_allowed() {
        let secret = &format!("--webhook-secret={KEY}");
        let allow = "--webhook-allow-private=true";
        for (url, is_development, expected) in [
            ("http://127.0.0.1:3000", true, "public addresses"),
            ("https://[::1]", false, "public addresses"),
            ("https://169.254.169.254/latest", false, "public addresses"),
            ("http://hooks.example.com", false, "https URLs in production"),
        ] {
            let url = &format!("--webhook-url={url}");
            let error = resolve(&[url, secret], is_development).expect_err(url);
            let expected = format!("WEBHOOK_URL: expected {expected}");
            assert!(error.starts_with(&expected), "{error}");
            assert!(resolve(&[url, secret, allow], is_development).is_ok(), "{url}");
        }
        let url = "--webhook-url=http://hooks.example.com";
        assert!(resolve(&[url, secret], true).is_ok());
        let twice = "--webhook-url=https://a.example,https://a.example/";
        let secret = &format!("--webhook-secret={KEY},{KEY}");
        assert!(resolve(&[twice, secret], true).is_err());
    }

    #[test]
    fn debug_output_shows_neither_keys_nor_urls() {
        let url = "--webhook-url=https://a.example/TOKEN?key=TOKEN";
        let secret = &format!("--webhook-secret={KEY}");
        let settings = Settings::from_flags(&[url, secret]).expect("valid flags");
        let debug = format!("{settings:?} {:?}", resolve(&[url, secret], false));
        assert!(debug.contains("a.example"), "{debug}");
        assert!(!debug.contains("TOKEN") && !debug.contains(&KEY[6..]), "{debug}");
    }
}
