//! The alert rules, the dashboard and the guide name only metrics that exist.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tests::{Database, PASSWORD, TestApp};

use super::metrics::read;

const RULES: &str = include_str!("../../../deploy/prometheus/alerts.yml");
const DASHBOARD: &str = include_str!("../../../deploy/grafana/dashboard.json");
const GUIDE: &str = include_str!("../../../docs/operations.md");

/// Words of the query language that could be names.
const WORDS: [&str; 3] = ["histogram_quantile", "__rate_interval", "group_left"];

/// What Prometheus itself measures: whether it reached a server.
const OF_PROMETHEUS: &str = "up";

fn rules_file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/prometheus/alerts.yml")
}

/// The metrics that an expression names: every name with an underscore outside of its label matchers.
fn metrics_of(expression: &str) -> BTreeSet<String> {
    let mut text = String::new();
    let mut depth = 0;
    for c in expression.chars() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            c if depth == 0 => text.push(c),
            _ => {}
        }
    }
    let names = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    names
        .filter(|name| name.contains('_') && !WORDS.contains(name) || *name == OF_PROMETHEUS)
        .map(str::to_owned)
        .collect()
}

/// The names of the series that Prometheus stores.
async fn series() -> BTreeSet<String> {
    let app = TestApp::start(&Database::sqlite()).await;
    app.register("ada@example.com", PASSWORD).await.succeeds();
    let metrics = read(&app).await;
    let types = metrics
        .lines()
        .filter_map(|line| line.strip_prefix("# TYPE ")?.split_once(' '));
    let names = types.flat_map(|(name, kind)| {
        let endings: &[&str] = match kind {
            "counter" => &["_total"],
            "histogram" => &["_bucket", "_sum", "_count"],
            "info" => &["_info"],
            _ => &[""],
        };
        endings.iter().map(move |ending| format!("{name}{ending}"))
    });
    names.collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn alerts_and_dashboard_name_only_metrics_that_exist() {
    let mut series = series().await;
    series.insert(OF_PROMETHEUS.to_owned());
    let dashboard: Value = serde_json::from_str(DASHBOARD).expect("JSON");
    let panels = dashboard["panels"].as_array().expect("panels").iter();
    let targets = panels.flat_map(|panel| panel["targets"].as_array().expect("targets"));
    let queries: Vec<&str> = targets.filter_map(|target| target["expr"].as_str()).collect();
    assert!(queries.len() > 20, "{queries:?}");
    // An expression ends where the next key of its rule begins.
    let rules: Vec<&str> = RULES
        .split("expr:")
        .skip(1)
        .filter_map(|rule| rule.split("labels:").next()?.split("for:").next())
        .collect();
    assert!(rules.len() > 10, "{rules:?}");
    for expression in queries.into_iter().chain(rules) {
        let named = metrics_of(expression);
        assert!(!named.is_empty(), "{expression}");
        let unknown: Vec<_> = named.difference(&series).collect();
        assert!(unknown.is_empty(), "{unknown:?} in {expression}");
    }
    let found = metrics_of("histogram_quantile(0.9, sum by (le) (rate(a_b{c_d=\"e_f\"}[5m]))) > b_c");
    assert_eq!(found, ["a_b", "b_c"].map(str::to_owned).into());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn guide_lists_every_metric_and_every_alert() {
    let table = GUIDE
        .split("## ")
        .find(|part| part.starts_with("Metrics"))
        .expect("a part");
    let cells = table
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split(" | ").next());
    let names = cells.flat_map(|cell| cell.split(['`', ',', ' ']));
    let listed: BTreeSet<_> = names.filter(|name| !name.is_empty()).map(str::to_owned).collect();
    let stem = |name: &String| {
        name.trim_end_matches("_bucket")
            .trim_end_matches("_sum")
            .trim_end_matches("_count")
            .to_owned()
    };
    let measured: BTreeSet<_> = series().await.iter().map(stem).collect();
    assert_eq!(listed, measured);

    let alerts = RULES.lines().filter_map(|line| line.trim().strip_prefix("- alert: "));
    let part = GUIDE
        .split("## ")
        .find(|part| part.starts_with("Alerts"))
        .expect("a part");
    for alert in alerts {
        assert!(part.contains(&format!("`{alert}`")), "{alert}");
    }
}

mod promtool {
    use tokio::process::Command;

    use super::*;

    #[tokio::test]
    async fn alert_rules_are_valid() {
        let check = Command::new("promtool")
            .args(["check", "rules"])
            .arg(rules_file())
            .output();
        let output = check.await.expect("promtool runs");
        let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && text.contains("15 rules found"), "{text}");
    }
}
