//! axe-core looks at the page.

use serde_json::{Value, json};

use crate::Page;

const AXE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../mailer-mock/node_modules/axe-core/axe.min.js"
);

impl Page {
    /// The serious and critical violations, each with where it is. `context` is what axe-core is to look at, in JavaScript:
    /// `document`, or as in `{ include: '#panel', exclude: ['iframe'] }`.
    ///
    /// # Panics
    /// When axe-core is not there, or finds nothing to look at.
    pub async fn violations(&self, context: &str) -> Vec<Value> {
        let axe = std::fs::read_to_string(AXE).expect("axe-core is there: run the tests with ./tests/run");
        self.client.execute(&axe, Vec::new()).await.expect("it loads");
        let script = format!(
            "const done = arguments[arguments.length - 1];
             axe.run({context}, {{ iframes: false }}).then(({{ violations, passes }}) => done({{
                 looked: passes.length > 5,
                 violations: violations.filter(({{ impact }}) => ['serious', 'critical'].includes(impact))
                     .map(({{ id, nodes }}) => ({{ id, nodes: nodes.map(({{ html, failureSummary }}) => [html, failureSummary]) }})),
             }}), (error) => done({{ error: String(error) }}));"
        );
        let report = self.client.execute_async(&script, Vec::new()).await.expect("it looks");
        assert_eq!(report["looked"], json!(true), "{report}");
        report["violations"].as_array().cloned().unwrap_or_default()
    }

    /// That there are no such [`violations`](Self::violations).
    ///
    /// # Panics
    /// When there are: `state` says of what.
    pub async fn is_accessible(&self, context: &str, state: &str) {
        // What fades in has no contrast yet.
        self.ask("document.getAnimations().forEach((animation) => animation.finish())")
            .await;
        assert_eq!(self.violations(context).await, [json!(null); 0], "{state}");
    }
}
