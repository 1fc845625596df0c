//! The files for production: the server starts with the settings in them, and they are hardened.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;

use api::settings::Settings;
use clap::{Args, Command, FromArgMatches};
use serde_json::{Value, json};
use tempfile::TempDir;
use tests::{Client, Process};

const DEVELOPMENT: &str = include_str!("../../docker-compose.yml");
const PRODUCTION: &str = include_str!("../../compose.production.yml");
const DEPLOYMENT: &str = include_str!("../../deploy/kubernetes/deployment.yaml");
const SETTINGS_ENV: &str = include_str!("../../deploy/kubernetes/settings.env");
const UNIT: &str = include_str!("../../deploy/systemd/api.service");

/// The document. `!reset` and `!override` before a value are ignored, so a value that is removed is null or empty.
fn yaml(text: &str) -> Value {
    serde_saphyr::from_str(text).expect("YAML")
}

fn entries(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let object = value.as_object().into_iter().flatten();
    object.map(|(key, value)| (key.as_str(), value))
}

/// A text, a number or a switch as the text that it is in an environment.
fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn lines_of(text: &str) -> impl Iterator<Item = (String, String)> {
    let pairs = text.lines().filter(|line| !line.starts_with('#'));
    let pairs = pairs.filter_map(|line| line.split_once('='));
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned()))
}

/// The environment that Compose gives to the API.
fn compose_environment() -> BTreeMap<String, String> {
    let mut environment = BTreeMap::new();
    for document in [DEVELOPMENT, PRODUCTION] {
        for (name, value) in entries(&yaml(document)["services"]["api"]["environment"]) {
            environment.insert(name.to_owned(), text(value));
        }
    }
    environment.retain(|_, value| value != "null");
    environment.insert("MAIL_FROM".to_owned(), "Tansy <no-reply@example.com>".to_owned());
    environment.insert("ALLOWED_HOSTS".to_owned(), "api.example.com".to_owned());
    environment.insert("PUBLIC_URL".to_owned(), "https://api.example.com".to_owned());
    // What `.env` may leave out.
    for value in environment.values_mut().filter(|value| value.starts_with("${")) {
        assert!(value.ends_with(":-}"), "{value}");
        value.clear();
    }
    environment
}

fn kubernetes_environment() -> BTreeMap<String, String> {
    let container = &yaml(DEPLOYMENT)["spec"]["template"]["spec"]["containers"][0];
    let list = container["env"].as_array().expect("a list").iter();
    let own = list.map(|entry| (text(&entry["name"]), text(&entry["value"])));
    lines_of(SETTINGS_ENV).chain(own).collect()
}

fn systemd_environment() -> BTreeMap<String, String> {
    let lines = UNIT.lines().filter_map(|line| line.strip_prefix("Environment="));
    let mut environment: BTreeMap<_, _> = lines.flat_map(lines_of).collect();
    environment.extend(lines_of(
        "MAIL_FROM=Tansy <no-reply@example.com>\nALLOWED_HOSTS=api.example.com",
    ));
    environment
}

/// How many seconds a stop can take with these settings.
fn longest_stop(environment: &BTreeMap<String, String>) -> u64 {
    let command = Settings::augment_args(Command::new("api").no_binary_name(true));
    let command = command.mut_args(|arg| arg.env(None::<&str>));
    let flags = ["APP_ENV", "SHUTDOWN_DELAY", "SHUTDOWN_TIMEOUT"]
        .into_iter()
        .filter_map(|name| {
            let value = environment.get(name)?;
            Some(format!("--{}={value}", name.replace('_', "-").to_lowercase()))
        });
    let settings = Settings::from_arg_matches(&command.get_matches_from(flags)).expect("valid settings");
    let shutdown = settings.shutdown();
    (shutdown.delay + shutdown.timeout).as_secs()
}

/// The API starts with these settings, its secrets in files, and draws codes for production.
async fn starts_in_production(mut environment: BTreeMap<String, String>) {
    let command = Settings::augment_args(Command::new("api"));
    let settings: Vec<_> = command
        .get_arguments()
        .filter_map(|arg| arg.get_env()?.to_str())
        .collect();
    for name in environment.keys() {
        let name = name.strip_suffix("_FILE").unwrap_or(name);
        assert!(settings.contains(&name), "{name} is no setting");
    }
    assert_eq!(environment["APP_ENV"], "production");
    for secret in ["DATABASE_URL", "SECRET_KEY", "SMTP_URL"] {
        assert!(!environment.contains_key(secret), "{secret} is not in a file");
    }
    let folder = TempDir::new().expect("a folder");
    for (name, value) in [
        ("DATABASE_URL_FILE", "sqlite://db.sqlite"),
        ("SECRET_KEY_FILE", "a secret of thirty-two bytes or more"),
        ("SMTP_URL_FILE", "smtps://127.0.0.1:1"),
    ] {
        let path = folder.path().join(name);
        fs::write(&path, value).expect("a file");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("the owner may change the mode");
        assert!(
            environment.insert(name.to_owned(), name.to_owned()).is_some(),
            "{name} is not set"
        );
    }
    for name in ["HTTP_ADDR", "METRICS_ADDR"] {
        let address = "127.0.0.1:0".to_owned();
        assert!(
            environment.insert(name.to_owned(), address).is_some(),
            "{name} is not set"
        );
    }
    let environment: Vec<_> = environment.iter().map(|(name, value)| (&**name, &**value)).collect();
    let mut api = Process::api(folder.path(), &[], &environment);
    let client = Client::new(api.listening().await);
    let answer = client
        .send("{registrationPolicy{codeLength codeTtlSeconds}}", json!({}))
        .await;
    assert_eq!(*answer.payload(), json!({ "codeLength": 6, "codeTtlSeconds": 600 }));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn server_starts_with_the_settings_of_compose() {
    starts_in_production(compose_environment()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn server_starts_with_the_settings_of_kubernetes() {
    starts_in_production(kubernetes_environment()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn server_starts_with_the_settings_of_systemd() {
    starts_in_production(systemd_environment()).await;
}

#[test]
fn compose_replaces_every_setting_for_development() {
    let (development, production) = (yaml(DEVELOPMENT), yaml(PRODUCTION));
    assert_ne!(development["name"], production["name"], "they would share a volume");
    for (name, service) in entries(&development["services"]) {
        let Some(replacement) = production["services"].get(name) else {
            panic!("{name} has development settings in production");
        };
        if replacement.is_null() {
            assert!(PRODUCTION.contains(&format!("  {name}: !reset null\n")), "{name}");
            continue;
        }
        for (variable, value) in entries(&service["environment"]) {
            // The address in the container, and the names of the database and its user.
            let may_stay = ["HTTP_ADDR", "POSTGRES_DB", "POSTGRES_USER"].contains(&variable);
            let new = replacement["environment"].get(variable);
            assert!(may_stay || new.is_some(), "{variable} is {value} in production");
            let is_removed = PRODUCTION.contains(&format!("      {variable}: !reset null\n"));
            assert!(may_stay || new != Some(&Value::Null) || is_removed, "{variable}");
        }
        assert!(
            service["ports"].is_null() || PRODUCTION.contains("    ports: !reset []\n"),
            "{name}"
        );
    }
}

#[test]
fn compose_services_are_hardened_and_limited() {
    let (development, production) = (yaml(DEVELOPMENT), yaml(PRODUCTION));
    let mut with_ports = Vec::new();
    for (name, service) in entries(&production["services"]).filter(|(_, service)| !service.is_null()) {
        assert_eq!(service["read_only"], true, "{name}");
        assert_eq!(service["cap_drop"], json!(["ALL"]), "{name}");
        assert_eq!(service["security_opt"], json!(["no-new-privileges:true"]), "{name}");
        assert_eq!(service["restart"], "unless-stopped", "{name}");
        assert!(service["logging"]["options"]["max-size"].is_string(), "{name}");
        for limit in ["cpus", "memory", "pids"] {
            assert!(
                !service["deploy"]["resources"]["limits"][limit].is_null(),
                "{name} {limit}"
            );
        }
        let check = [
            &service["healthcheck"]["test"],
            &development["services"][name]["healthcheck"]["test"],
        ];
        assert!(check.iter().any(|test| test.is_array()), "{name}");
        let grace = text(&service["stop_grace_period"]);
        let seconds: u64 = grace.trim_end_matches('s').parse().expect("seconds");
        assert!(seconds > longest_stop(&compose_environment()), "{name} {grace}");
        if service["ports"].as_array().is_some_and(|ports| !ports.is_empty()) {
            with_ports.push(name);
        }
    }
    assert_eq!(with_ports, ["caddy"]);
    assert_eq!(production["networks"]["database"]["internal"], true);
    assert_eq!(production["services"]["postgres"]["networks"], json!(["database"]));
    let proxies = text(&production["services"]["api"]["environment"]["TRUSTED_PROXIES"]);
    let subnets = production["networks"]["edge"]["ipam"]["config"]
        .as_array()
        .expect("a list");
    let subnets: Vec<_> = subnets.iter().map(|config| text(&config["subnet"])).collect();
    assert_eq!(proxies, subnets.join(","));
    // Every secret that a service mounts is a file, and is where the settings look for it.
    for (variable, path) in compose_environment().iter().filter(|(name, _)| name.ends_with("_FILE")) {
        let name = path.strip_prefix("/run/secrets/").expect(variable);
        assert!(production["secrets"][name]["file"].is_string(), "{name}");
    }
}

#[test]
fn kubernetes_deployment_is_hardened_and_restarts_without_a_gap() {
    let deployment = yaml(DEPLOYMENT);
    let spec = &deployment["spec"];
    assert_eq!(spec["replicas"], 2);
    assert_eq!(spec["strategy"]["rollingUpdate"]["maxUnavailable"], 0);
    let pod = &spec["template"]["spec"];
    assert_eq!(pod["securityContext"]["runAsNonRoot"], true);
    assert_eq!(pod["automountServiceAccountToken"], false);
    assert_eq!(pod["enableServiceLinks"], false);
    let container = &pod["containers"][0];
    assert_eq!(container["securityContext"]["readOnlyRootFilesystem"], true);
    assert_eq!(container["securityContext"]["allowPrivilegeEscalation"], false);
    assert_eq!(container["securityContext"]["capabilities"]["drop"], json!(["ALL"]));
    for (probe, path) in [
        ("startupProbe", "/livez"),
        ("livenessProbe", "/livez"),
        ("readinessProbe", "/readyz"),
    ] {
        assert_eq!(
            container[probe]["httpGet"],
            json!({ "path": path, "port": "http" }),
            "{probe}"
        );
    }
    assert!(container["resources"]["limits"]["memory"].is_string());
    let grace = pod["terminationGracePeriodSeconds"].as_u64().expect("seconds");
    assert!(grace > longest_stop(&kubernetes_environment()), "{grace}");
    // 0440: the group reads the secrets, which is that of the server.
    assert_eq!(pod["volumes"][0]["secret"]["defaultMode"], 0o440);
    assert_eq!(pod["securityContext"]["fsGroup"], pod["securityContext"]["runAsGroup"]);
}

#[test]
fn systemd_unit_waits_for_a_stop() {
    let limit = UNIT.lines().find_map(|line| line.strip_prefix("TimeoutStopSec="));
    let seconds: u64 = limit.expect("a limit").parse().expect("seconds");
    assert!(seconds > longest_stop(&systemd_environment()), "{seconds}");
}
