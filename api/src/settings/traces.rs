//! The settings of traces. They have the names of the OpenTelemetry specification.

use std::time::Duration;

use clap::{Args, ValueEnum};
use hyper::header::{HeaderMap, HeaderName, HeaderValue};
use opentelemetry_sdk::trace::Sampler;
use percent_encoding::percent_decode_str;
use url::Url;

use super::values::positive;
use crate::telemetry::TracesConfig;

/// The settings of traces.
#[derive(Args, Debug)]
#[expect(clippy::struct_field_names, reason = "the flags have these names")]
pub(super) struct TraceSettings {
    #[arg(
        long,
        env = "OTEL_EXPORTER_OTLP_ENDPOINT",
        value_name = "URL",
        hide_env_values = true,
        value_parser = endpoint,
        help = "Collector that receives traces, such as http://localhost:4318 [default: no traces]"
    )]
    otel_exporter_otlp_endpoint: Option<Url>,

    /// Headers for the collector, as NAME=VALUE, separated by commas; percent-encode special characters [default: none]
    #[arg(
        long,
        env = "OTEL_EXPORTER_OTLP_HEADERS",
        value_name = "HEADERS",
        hide_env_values = true,
        value_parser = headers
    )]
    otel_exporter_otlp_headers: Option<HeaderMap>,

    /// Protocol of the collector
    #[arg(
        long,
        env = "OTEL_EXPORTER_OTLP_PROTOCOL",
        value_name = "PROTOCOL",
        default_value = "http/protobuf"
    )]
    otel_exporter_otlp_protocol: Protocol,

    /// How long the collector may take to answer, in milliseconds
    #[arg(
        long,
        env = "OTEL_EXPORTER_OTLP_TIMEOUT",
        value_name = "NUMBER",
        default_value = "10000",
        value_parser = positive::<u32>
    )]
    otel_exporter_otlp_timeout: u32,

    #[arg(
        long,
        env = "OTEL_SERVICE_NAME",
        value_name = "NAME",
        value_parser = service_name,
        help = "Name of this server in traces [default: that of OTEL_RESOURCE_ATTRIBUTES, else api]"
    )]
    otel_service_name: Option<String>,

    /// Attributes of this server in traces, as NAME=VALUE, separated by commas [default: none]
    #[arg(long, env = "OTEL_RESOURCE_ATTRIBUTES", value_name = "ATTRIBUTES", value_parser = attributes)]
    otel_resource_attributes: Option<Attributes>,

    /// Which requests to trace
    #[arg(
        long,
        env = "OTEL_TRACES_SAMPLER",
        value_name = "SAMPLER",
        default_value = "parentbased_always_on"
    )]
    otel_traces_sampler: SamplerName,

    /// Share of the requests to trace, from 0 to 1, for the samplers with traceidratio
    #[arg(long, env = "OTEL_TRACES_SAMPLER_ARG", value_name = "SHARE", default_value = "1", value_parser = share)]
    otel_traces_sampler_arg: f64,
}

/// What the server can send.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Protocol {
    #[value(name = "http/protobuf")]
    HttpProtobuf,
}

/// The samplers of the specification.
#[derive(Debug, Clone, Copy, ValueEnum)]
#[value(rename_all = "snake_case")]
enum SamplerName {
    AlwaysOn,
    AlwaysOff,
    #[value(name = "traceidratio")]
    TraceIdRatio,
    #[value(name = "parentbased_always_on")]
    ParentBasedAlwaysOn,
    #[value(name = "parentbased_always_off")]
    ParentBasedAlwaysOff,
    #[value(name = "parentbased_traceidratio")]
    ParentBasedTraceIdRatio,
}

type Attributes = Vec<(String, String)>;

impl TraceSettings {
    /// Where traces go; `None` if nowhere.
    pub(super) fn resolve(&self) -> Option<TracesConfig> {
        let Protocol::HttpProtobuf = self.otel_exporter_otlp_protocol;
        let mut attributes = self.otel_resource_attributes.clone().unwrap_or_default();
        if let Some(name) = &self.otel_service_name {
            attributes.push(("service.name".to_owned(), name.clone()));
        }
        Some(TracesConfig {
            headers: self.otel_exporter_otlp_headers.clone().unwrap_or_default(),
            timeout: Duration::from_millis(self.otel_exporter_otlp_timeout.into()),
            attributes,
            sampler: sampler(self.otel_traces_sampler, self.otel_traces_sampler_arg),
            ..TracesConfig::new(self.otel_exporter_otlp_endpoint.clone()?)
        })
    }
}

fn sampler(name: SamplerName, share: f64) -> Sampler {
    let parent_based = |root| Sampler::ParentBased(Box::new(root));
    match name {
        SamplerName::AlwaysOn => Sampler::AlwaysOn,
        SamplerName::AlwaysOff => Sampler::AlwaysOff,
        SamplerName::TraceIdRatio => Sampler::TraceIdRatioBased(share),
        SamplerName::ParentBasedAlwaysOn => parent_based(Sampler::AlwaysOn),
        SamplerName::ParentBasedAlwaysOff => parent_based(Sampler::AlwaysOff),
        SamplerName::ParentBasedTraceIdRatio => parent_based(Sampler::TraceIdRatioBased(share)),
    }
}

fn endpoint(text: &str) -> Result<Url, &'static str> {
    Url::parse(text)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https") && url.username().is_empty() && url.password().is_none())
        .filter(|url| url.query().is_none() && url.fragment().is_none())
        .ok_or("an http or https URL without credentials, query and fragment, such as http://localhost:4318")
}

fn headers(text: &str) -> Result<HeaderMap, &'static str> {
    let header = |(name, value): (String, String)| {
        let mut value = HeaderValue::try_from(value).ok()?;
        value.set_sensitive(true);
        Some((HeaderName::try_from(name).ok()?, value))
    };
    let headers = pairs(text).and_then(|pairs| pairs.into_iter().map(header).collect());
    headers.ok_or("headers such as api-key=KEY, separated by commas; percent-encode special characters")
}

fn attributes(text: &str) -> Result<Attributes, &'static str> {
    pairs(text).ok_or("attributes such as deployment.environment.name=staging, separated by commas")
}

/// Pairs as the specification writes them: `NAME=VALUE`, separated by commas, with percent-encoded values.
fn pairs(text: &str) -> Option<Vec<(String, String)>> {
    let pair = |pair: &str| {
        let (name, value) = pair.split_once('=')?;
        let value = percent_decode_str(value.trim()).decode_utf8().ok()?;
        let name = name.trim();
        (!name.is_empty()).then(|| (name.to_owned(), value.into_owned()))
    };
    text.split(',').map(pair).collect()
}

fn service_name(text: &str) -> Result<String, &'static str> {
    Some(text.trim())
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .ok_or("a name such as accounts")
}

fn share(text: &str) -> Result<f64, &'static str> {
    text.parse()
        .ok()
        .filter(|share| (0.0..=1.0).contains(share))
        .ok_or("a number from 0 to 1, such as 0.1")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Settings;

    fn resolve(flags: &[&str]) -> Option<TracesConfig> {
        let settings = Settings::from_flags(flags).expect("valid flags");
        settings.traces.resolve()
    }

    #[test]
    fn without_endpoint_nothing_is_traced() {
        assert!(resolve(&["--otel-service-name=accounts", "--otel-traces-sampler=always_on"]).is_none());
        assert!(resolve(&["--otel-exporter-otlp-endpoint=http://localhost:4318"]).is_some());
    }

    #[test]
    fn endpoint_is_a_url_of_a_collector() {
        for text in [
            "http://localhost:4318",
            "https://otlp.example.com/tenant/",
            "http://[::1]:4318",
        ] {
            assert!(endpoint(text).is_ok(), "{text}");
        }
        for text in [
            "",
            "localhost:4318",
            "grpc://localhost:4317",
            "http://ada:hunter2@localhost",
            "http://localhost?key=hunter2",
            "http://localhost#x",
        ] {
            assert!(endpoint(text).is_err(), "{text}");
        }
    }

    #[test]
    fn headers_are_percent_decoded_and_secret() {
        let headers = headers("api-key=hunter2, Authorization=Basic%20aHVudGVyMg==").expect("headers");
        assert_eq!(headers["authorization"], "Basic aHVudGVyMg==");
        assert!(!format!("{headers:?}").contains("hunter2"), "{headers:?}");
        for text in ["", "api-key", "=hunter2", "a b=c", "a=b,", "a=%0a"] {
            assert!(super::headers(text).is_err(), "{text}");
        }
    }

    #[test]
    fn service_name_wins_over_the_attributes() {
        let config = resolve(&[
            "--otel-exporter-otlp-endpoint=http://localhost:4318",
            "--otel-resource-attributes=service.name=other,region=eu%2Dwest",
            "--otel-service-name=accounts",
        ]);
        let attributes = config.expect("a config").attributes;
        assert_eq!(attributes[1], ("region".to_owned(), "eu-west".to_owned()));
        assert_eq!(attributes[2], ("service.name".to_owned(), "accounts".to_owned()));
    }

    #[test]
    fn share_is_from_0_to_1() {
        assert_eq!(share("0.25"), Ok(0.25));
        for text in ["", "-0.1", "1.1", "NaN", "half"] {
            assert!(share(text).is_err(), "{text}");
        }
    }
}
