//! Accessibility checks with axe-core.

use serde_json::{Value, json};

use crate::Page;

const AXE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../mailer-mock/node_modules/axe-core/axe.min.js"
);

impl Page {
    /// Returns the serious and critical violations with their elements. `context` is the part to check, in JavaScript:
    /// `document`, or for example `{ include: '#panel', exclude: ['iframe'] }`.
    ///
    /// # Panics
    /// When axe-core is not installed, or finds nothing to check.
    pub async fn violations(&self, context: &str) -> Vec<Value> {
        let axe = std::fs::read_to_string(AXE).expect("axe-core is not installed: ./tests/run installs it");
        self.client.execute(&axe, Vec::new()).await.expect("axe-core loads");
        let script = format!(
            "const done = arguments[arguments.length - 1];
             axe.run({context}, {{ iframes: false }}).then(({{ violations, passes }}) => done({{
                 checked: passes.length > 5,
                 violations: violations.filter(({{ impact }}) => ['serious', 'critical'].includes(impact))
                     .map(({{ id, nodes }}) => ({{ id, nodes: nodes.map(({{ html, failureSummary }}) => [html, failureSummary]) }})),
             }}), (error) => done({{ error: String(error) }}));"
        );
        let report = self
            .client
            .execute_async(&script, Vec::new())
            .await
            .expect("axe-core reports");
        assert_eq!(report["checked"], json!(true), "{report}");
        report["violations"].as_array().cloned().unwrap_or_default()
    }

    /// Asserts that there are no [`violations`](Self::violations).
    ///
    /// # Panics
    /// When there are some: the message starts with `state`, a name for what the page shows.
    pub async fn is_accessible(&self, context: &str, state: &str) {
        // An element that fades in has no contrast yet.
        self.finish_animations().await;
        assert_eq!(self.violations(context).await, [json!(null); 0], "{state}");
    }
}
