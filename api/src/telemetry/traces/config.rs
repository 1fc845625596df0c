use std::time::Duration;

use hyper::HeaderMap;
use opentelemetry_sdk::trace::Sampler;
use url::Url;

/// Where traces go, and which.
#[derive(Clone, Debug)]
pub struct TracesConfig {
    /// The collector, without the path `/v1/traces`. Its scheme is http or https.
    pub endpoint: Url,
    /// Headers of each request to the collector, which may be secret.
    pub headers: HeaderMap,
    /// How long the collector may take to answer.
    pub timeout: Duration,
    /// Attributes of the server, such as `service.name`, which is `api` by default.
    pub attributes: Vec<(String, String)>,
    /// Which traces are sent.
    pub sampler: Sampler,
}

impl TracesConfig {
    /// Sends all traces to a collector.
    #[must_use]
    pub fn new(endpoint: Url) -> Self {
        Self {
            endpoint,
            headers: HeaderMap::new(),
            timeout: Duration::from_secs(10),
            attributes: Vec::new(),
            sampler: Sampler::ParentBased(Box::new(Sampler::AlwaysOn)),
        }
    }

    /// Where the collector takes traces.
    pub(super) fn traces_url(&self) -> Url {
        let mut url = self.endpoint.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(["v1", "traces"]);
        }
        url
    }
}
