//! Two servers of the API, HAProxy in front of them, and HAProxy between them and the database.

use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command};
use std::sync::Arc;
use std::time::Duration;

use rustix::process::Signal;
use tests::give_away;
use tokio::time::{sleep, timeout};

use crate::site::{Site, kill_all_in, signal, start_program};
use tests::Outcome;

const LEADER: &str = include_str!("../../../../deploy/ha/haproxy.cfg");
const SERVERS: &str = include_str!("servers.cfg");

/// Where the configuration lets HAProxy listen for the API.
const LISTEN: &str = "127.0.0.1:5000";

/// How long a server may take to start.
const START_TIMEOUT: Duration = Duration::from_secs(30);

pub(crate) struct Servers {
    site: Arc<Site>,
    mail: SocketAddr,
    each: [(PathBuf, Option<Child>); 2],
}

impl Servers {
    /// Starts HAProxy. The servers need a database first.
    pub(crate) fn behind_haproxy(site: &Arc<Site>, mail: SocketAddr) -> Outcome<Self> {
        let folder = site.subfolder("haproxy")?;
        let here = format!("{}:5000", site.address("BALANCER"));
        let leader = site.fill(LEADER, &[])?;
        if !leader.contains(LISTEN) {
            return Err(format!("deploy/ha/haproxy.cfg does not listen on {LISTEN}").into());
        }
        let configuration = leader.replace(LISTEN, &here) + "\n" + &site.fill(SERVERS, &[])?;
        fs::write(folder.join("haproxy.cfg"), configuration)?;
        give_away(&folder.join("haproxy.cfg"));
        let mut haproxy = Command::new("haproxy");
        haproxy.args(["-f", "haproxy.cfg", "-db"]);
        start_program(&folder, "haproxy", haproxy)?;
        let servers = [site.subfolder("server1")?, site.subfolder("server2")?];
        Ok(Self {
            site: site.clone(),
            mail,
            each: servers.map(|folder| (folder, None)),
        })
    }

    /// The value of `DATABASE_URL` for a role and its database.
    pub(crate) fn database_url(site: &Site, role: &str, password: &str) -> String {
        format!("postgres://{role}:{password}@{}:5000/{role}", site.address("BALANCER"))
    }

    /// Where clients send requests.
    pub(crate) fn url(site: &Site) -> String {
        format!("http://{}:8000/graphql", site.address("BALANCER"))
    }

    /// Starts a server, and waits until it is ready.
    pub(crate) async fn start(&mut self, number: usize) -> Outcome<()> {
        let address = self.site.address(["SERVER1", "SERVER2"][number]);
        let mut api = Command::new(std::env::current_exe()?.with_file_name("api"));
        api.env_clear()
            .env(
                "DATABASE_URL",
                Self::database_url(&self.site, "registration", "registration"),
            )
            .env("SMTP_URL", format!("smtp://{}", self.mail))
            .env("SECRET_KEY", "a secret of thirty-two bytes or more")
            .env("HTTP_ADDR", format!("{address}:8000"))
            .env("TRUSTED_PROXIES", "127.0.0.0/8")
            .env("ACTIVATION_CODE_TTL", "10m")
            .env("CLIENT_LIMIT_PER_MINUTE", "0")
            // The hash is not what is tested.
            .env("ARGON2_M_KIB", "8")
            .env("ARGON2_T", "1");
        let (folder, child) = &mut self.each[number];
        *child = Some(start_program(folder, "api", api)?);
        let url = format!("http://{address}:8000/readyz");
        let http = reqwest::Client::builder().no_proxy().build()?;
        let ready = async {
            while !http.get(&url).send().await.is_ok_and(|answer| answer.status() == 200) {
                sleep(Duration::from_millis(100)).await;
            }
        };
        Ok(timeout(START_TIMEOUT, ready)
            .await
            .map_err(|_| "a server does not start")?)
    }

    /// Kills a server with SIGKILL.
    pub(crate) fn kill(&self, number: usize) {
        kill_all_in(&self.each[number].0);
    }

    /// Sends a signal to a server, such as SIGSTOP.
    pub(crate) fn signal(&self, number: usize, what: Signal) -> Outcome<()> {
        let (_, child) = &self.each[number];
        signal(child.as_ref().ok_or("the server does not run")?, what)
    }
}
