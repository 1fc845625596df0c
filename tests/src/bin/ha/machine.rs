//! One of the three machines of the database: etcd, Patroni and the PostgreSQL server that Patroni starts.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::{Child, Command};
use std::time::Duration;
use std::{fs, iter};

use rustix::process::Signal;
use tests::{Postgres, Proxy, give_away};

use crate::site::{Site, kill_all_in, signal, start_program};
use tests::Outcome;

const ETCD: &str = include_str!("../../../../deploy/ha/etcd.env");
const PATRONI: &str = include_str!("../../../../deploy/ha/patroni.yml");

/// How long a check of a role may take, as in HAProxy.
const CHECK_TIMEOUT: Duration = Duration::from_secs(1);

/// How long Patroni may take to answer after a switchover.
const SWITCHOVER_TIMEOUT: Duration = Duration::from_mins(1);

/// A machine. Other machines reach its Patroni and PostgreSQL, and its Patroni reaches etcd, through proxies that can
/// be cut.
pub(crate) struct Machine {
    pub(crate) name: String,
    pub(crate) address: Ipv4Addr,
    folder: PathBuf,
    from_others: [Proxy; 2],
    to_etcd: Vec<Proxy>,
    etcd: Option<Child>,
    http: reqwest::Client,
}

impl Machine {
    pub(crate) fn create(site: &Site, number: usize) -> Outcome<Self> {
        let name = format!("node{number}");
        let address = site.address(&name.to_uppercase());
        let folder = site.subfolder(&name)?;
        let variables = [("NAME", name.clone()), ("ADDRESS", address.to_string())];
        let sockets = folder.display().to_string();
        let patroni = site.fill(PATRONI, &variables)?.replace("/var/run/postgresql", &sockets);
        fs::write(folder.join("patroni.yml"), patroni)?;
        fs::write(folder.join("etcd.env"), site.fill(ETCD, &variables)?)?;
        give_away(&folder.join("patroni.yml"));
        let machines = ["NODE1", "NODE2", "NODE3"].map(|name| site.address(name));
        Ok(Self {
            from_others: [5432, 8008].map(|port| Proxy::start((address, port).into())),
            to_etcd: machines.map(|machine| Proxy::start((machine, 2379).into())).into(),
            name,
            address,
            folder,
            etcd: None,
            http: reqwest::Client::builder().no_proxy().timeout(CHECK_TIMEOUT).build()?,
        })
    }

    /// Starts etcd and Patroni. A machine that was killed starts with what is on its disk.
    pub(crate) fn start(&mut self) -> Outcome<()> {
        let mut etcd = Command::new("etcd");
        let settings = fs::read_to_string(self.folder.join("etcd.env"))?;
        etcd.envs(settings.lines().filter_map(|line| line.split_once('=')));
        etcd.env("ETCD_DATA_DIR", self.folder.join("etcd"));
        self.etcd = Some(start_program(&self.folder, "etcd", etcd)?);

        let programs = Postgres::program("postgres");
        let programs = programs.parent().ok_or("no folder of PostgreSQL")?;
        let etcd: Vec<_> = self.to_etcd.iter().map(|proxy| proxy.address().to_string()).collect();
        let [postgres, rest] = self.from_others.each_ref().map(|proxy| proxy.address().to_string());
        // As systemd does it with `Restart=on-failure`: Patroni ends if it finds an etcd that is still starting.
        let mut patroni = Command::new("sh");
        patroni
            .args(["-c", "until patroni patroni.yml; do sleep 1; done"])
            .env("PATRONI_POSTGRESQL_BIN_DIR", programs)
            .env("PATRONI_POSTGRESQL_DATA_DIR", self.folder.join("data"))
            .env("PATRONI_POSTGRESQL_PGPASS", self.folder.join("pgpass"))
            .env("PATRONI_POSTGRESQL_CONNECT_ADDRESS", postgres)
            .env("PATRONI_RESTAPI_CONNECT_ADDRESS", rest)
            .env("PATRONI_ETCD3_HOSTS", etcd.join(","))
            // Otherwise Patroni would ask etcd for the addresses of its members, and pass the proxies by.
            .env("PATRONI_ETCD3_USE_PROXIES", "true");
        start_program(&self.folder, "patroni", patroni)?;
        Ok(())
    }

    /// Kills PostgreSQL, Patroni and etcd with SIGKILL.
    pub(crate) fn kill(&self) {
        kill_all_in(&self.folder);
    }

    /// Cuts it from the other machines: nothing passes, and nobody is told. HAProxy still reaches it, which is the
    /// worst case.
    pub(crate) fn cut(&self) -> Outcome<()> {
        self.proxies().for_each(Proxy::stall);
        // The others hear nothing from its etcd.
        self.etcd.as_ref().map_or(Ok(()), |etcd| signal(etcd, Signal::STOP))
    }

    /// The network is back.
    pub(crate) fn heal(&mut self) -> Outcome<()> {
        for proxy in self.from_others.iter_mut().chain(&mut self.to_etcd) {
            proxy.heal();
        }
        self.etcd.as_ref().map_or(Ok(()), |etcd| signal(etcd, Signal::CONT))
    }

    fn proxies(&self) -> impl Iterator<Item = &Proxy> {
        iter::chain(&self.from_others, &self.to_etcd)
    }

    /// Whether Patroni says that it is the leader, as HAProxy asks it.
    pub(crate) async fn is_leader(&self) -> bool {
        let answer = self.http.get(self.rest("primary")).send().await;
        answer.is_ok_and(|answer| answer.status() == 200)
    }

    /// The members of the cluster as it sees them.
    pub(crate) async fn members(&self) -> Outcome<Vec<serde_json::Value>> {
        let answer: serde_json::Value = self.http.get(self.rest("cluster")).send().await?.json().await?;
        Ok(answer["members"].as_array().cloned().unwrap_or_default())
    }

    /// Tells Patroni to give the lead to another machine, as `patronictl switchover` does.
    pub(crate) async fn switch_over(&self) -> Outcome<()> {
        let request = self.http.post(self.rest("switchover")).timeout(SWITCHOVER_TIMEOUT);
        let answer = request.json(&serde_json::json!({ "leader": self.name })).send().await?;
        answer.error_for_status()?;
        Ok(())
    }

    fn rest(&self, path: &str) -> String {
        format!("http://{}/{path}", SocketAddr::from((self.address, 8008)))
    }
}
