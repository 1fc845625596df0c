//! The three machines as one database.

use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};

use crate::machine::Machine;
use crate::site::Site;
use tests::Outcome;

/// How long the machines may take to form a cluster, or to take one back.
const READY_TIMEOUT: Duration = Duration::from_mins(3);

/// How long a failover may take.
const FAILOVER_TIMEOUT: Duration = Duration::from_mins(2);

/// How often the machines are asked.
const PAUSE: Duration = Duration::from_millis(250);

pub(crate) struct Cluster {
    pub(crate) machines: Vec<Machine>,
}

impl Cluster {
    /// Starts the machines, and waits until the two followers have what the leader has.
    pub(crate) async fn start(site: &Site) -> Outcome<Self> {
        let machines: Outcome<Vec<_>> = (1..=3).map(|number| Machine::create(site, number)).collect();
        let mut cluster = Self { machines: machines? };
        for machine in &mut cluster.machines {
            machine.start()?;
        }
        cluster.wait_until_healthy().await?;
        Ok(cluster)
    }

    /// The index of the leader, waiting for one that is not `former`.
    pub(crate) async fn leader_other_than(&self, former: Option<usize>) -> Outcome<usize> {
        let search = async {
            loop {
                for (number, machine) in self.machines.iter().enumerate() {
                    if Some(number) != former && machine.is_leader().await {
                        return number;
                    }
                }
                sleep(PAUSE).await;
            }
        };
        Ok(timeout(FAILOVER_TIMEOUT, search).await.map_err(|_| "no leader")?)
    }

    /// Waits until all machines run, two of them follow, and commits wait for one of these. Returns how long it took.
    pub(crate) async fn wait_until_healthy(&self) -> Outcome<Duration> {
        let started = Instant::now();
        let search = async {
            while !self.is_healthy().await {
                sleep(PAUSE).await;
            }
        };
        let healthy = timeout(READY_TIMEOUT, search).await;
        healthy.map_err(|_| "the three machines do not form a cluster")?;
        Ok(started.elapsed())
    }

    async fn is_healthy(&self) -> bool {
        // Each machine sees the same.
        for machine in &self.machines {
            let members = machine.members().await.unwrap_or_default();
            let count = |role: &str| members.iter().filter(|member| member["role"] == role).count();
            let run = members.iter().all(|member| {
                let state = &member["state"];
                (state == "running" || state == "streaming") && member["timeline"] == members[0]["timeline"]
            });
            if !run || (count("leader"), count("sync_standby"), count("replica")) != (1, 1, 1) {
                return false;
            }
        }
        true
    }
}
