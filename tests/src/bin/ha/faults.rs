//! The faults, and what clients see of each.

use std::time::Duration;

use clap::ValueEnum;
use rustix::process::Signal;
use tokio::time::{Instant, sleep};

use crate::cluster::Cluster;
use crate::load::Load;
use crate::record::Record;
use crate::servers::Servers;
use tests::Outcome;

/// How long the load runs before a fault and after it.
const CALM: Duration = Duration::from_secs(10);

/// How long a server is paused, and how long the leader is cut from the others.
const PAUSED_FOR: Duration = Duration::from_secs(30);
const CUT_FOR: Duration = Duration::from_secs(45);

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Fault {
    /// SIGKILL to PostgreSQL, Patroni and etcd of the leader
    KillLeader,
    /// SIGKILL to a server of the API
    KillServer,
    /// A server of the API stands still for 30 seconds
    PauseServer,
    /// Nothing passes between the leader and the other machines of the database, but the servers still reach all
    CutLeader,
    /// An operator moves the leader to another machine
    SwitchOver,
}

/// What a run consists of.
pub(crate) struct Stage<'a> {
    pub(crate) cluster: &'a mut Cluster,
    pub(crate) servers: &'a mut Servers,
    pub(crate) load: &'a mut Load,
    pub(crate) record: &'a Record,
}

impl Stage<'_> {
    pub(crate) async fn play(&mut self, fault: Fault) -> Outcome<()> {
        self.load.flood_another_address();
        sleep(CALM).await;
        let begun = self.record.now();
        let what = match fault {
            Fault::KillLeader => self.kill_leader().await?,
            Fault::KillServer => self.kill_server().await?,
            Fault::PauseServer => self.pause_server().await?,
            Fault::CutLeader => self.cut_leader().await?,
            Fault::SwitchOver => self.switch_over().await?,
        };
        sleep(CALM).await;
        println!("{what}\n{}", self.record.errors_since(begun));
        Ok(())
    }

    async fn kill_leader(&mut self) -> Outcome<String> {
        let former = self.cluster.leader_other_than(None).await?;
        let started = Instant::now();
        self.cluster.machines[former].kill();
        let leader = self.cluster.leader_other_than(Some(former)).await?;
        let took = started.elapsed().as_secs_f64();
        sleep(CALM).await;
        self.cluster.machines[former].start()?;
        let back = self.cluster.wait_until_healthy().await?.as_secs_f64();
        let [former, leader] = [former, leader].map(|number| &self.cluster.machines[number].name);
        Ok(format!(
            "SIGKILL of the leader {former}: {leader} leads after {took:.1} s; {former} follows {back:.1} s after its \
             start"
        ))
    }

    async fn kill_server(&mut self) -> Outcome<String> {
        self.servers.kill(0);
        sleep(CALM).await;
        let started = Instant::now();
        self.servers.start(0).await?;
        let took = started.elapsed().as_secs_f64();
        Ok(format!("SIGKILL of a server: ready {took:.1} s after its start"))
    }

    async fn pause_server(&mut self) -> Outcome<String> {
        self.servers.signal(1, Signal::STOP)?;
        sleep(PAUSED_FOR).await;
        self.servers.signal(1, Signal::CONT)?;
        Ok(format!("SIGSTOP of a server for {} s", PAUSED_FOR.as_secs()))
    }

    async fn cut_leader(&mut self) -> Outcome<String> {
        let former = self.cluster.leader_other_than(None).await?;
        let started = Instant::now();
        self.cluster.machines[former].cut()?;
        let leader = self.cluster.leader_other_than(Some(former)).await?;
        let took = started.elapsed();
        sleep(CUT_FOR.saturating_sub(took)).await;
        self.cluster.machines[former].heal()?;
        let back = self.cluster.wait_until_healthy().await?.as_secs_f64();
        let [former, leader] = [former, leader].map(|number| &self.cluster.machines[number].name);
        Ok(format!(
            "network cut between the leader {former} and the others: {leader} leads after {:.1} s; {former} follows \
             {back:.1} s after the cut ended",
            took.as_secs_f64()
        ))
    }

    async fn switch_over(&mut self) -> Outcome<String> {
        let former = self.cluster.leader_other_than(None).await?;
        let started = Instant::now();
        // The leader says when it is done, so ask the others meanwhile.
        let (asked, leader) = tokio::join!(
            self.cluster.machines[former].switch_over(),
            self.cluster.leader_other_than(Some(former)),
        );
        asked?;
        let (took, leader) = (started.elapsed().as_secs_f64(), leader?);
        let back = self.cluster.wait_until_healthy().await?.as_secs_f64();
        let [former, leader] = [former, leader].map(|number| &self.cluster.machines[number].name);
        Ok(format!(
            "switchover from {former}: {leader} leads after {took:.1} s; {former} follows {back:.1} s later"
        ))
    }
}
