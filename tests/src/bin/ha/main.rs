//! Checks that everything clients were told still holds after machines fail.
//!
//! ```sh
//! ./tests/run ha
//! ```
//!
//! It runs the configuration of `deploy/ha` on this machine: three machines with etcd, Patroni and PostgreSQL, HAProxy,
//! two servers of the API, and mailer-mock. Under a steady load it kills, pauses and cuts parts of it. It prints how
//! long clients saw errors, and fails if a promise is broken: an account, a session or an email is lost, a code works
//! twice, or a limit does not hold. It needs Linux, where every program can have a loopback address of its own.

mod attackers;
mod caller;
mod cluster;
mod faults;
mod load;
mod machine;
mod mails;
mod people;
mod promises;
mod record;
mod servers;
mod site;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Parser, ValueEnum};
use mailer_mock::MailerMock;
use sea_orm::{ConnectionTrait, Database};
use tokio::signal::unix::{SignalKind, signal};

use crate::caller::Caller;
use crate::cluster::Cluster;
use crate::faults::{Fault, Stage};
use crate::load::Load;
use crate::record::Record;
use crate::servers::Servers;
use crate::site::Site;
use tests::Outcome;

/// Runs three machines of PostgreSQL with Patroni and etcd, and two servers, and makes parts of them fail.
#[derive(Parser)]
#[command(name = "ha", bin_name = "./tests/run ha --")]
struct Options {
    /// Only this fault; can be repeated
    #[arg(long, value_name = "FAULT")]
    only: Vec<Fault>,

    /// Copy the logs of all programs to this folder
    #[arg(long, value_name = "DIR")]
    logs: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> ExitCode {
    let options = Options::parse();
    let ended = tokio::select! {
        ended = run(options) => ended,
        () = interrupted() => Err("interrupted".into()),
    };
    match ended {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("ha: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Ends when the run is to end, so that everything is cleaned up.
async fn interrupted() {
    let (Ok(mut terminate), Ok(mut hang_up)) = (signal(SignalKind::terminate()), signal(SignalKind::hangup())) else {
        return;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
        _ = hang_up.recv() => {}
    }
}

async fn run(options: Options) -> Outcome<bool> {
    let site = Arc::new(Site::create()?);
    let kept = play(&site, &options).await;
    if let Some(folder) = &options.logs {
        site.copy_logs(folder)?;
    }
    kept
}

/// Tells whether all promises were kept.
async fn play(site: &Arc<Site>, options: &Options) -> Outcome<bool> {
    let record = Arc::new(Record::new());
    let mailer = MailerMock::start(mailer_mock::Config::ephemeral()).await?;
    let mut cluster = Cluster::start(site).await?;
    println!("the cluster is ready after {:.1} s", record.now().as_secs_f64());

    let mut servers = Servers::behind_haproxy(site, mailer.smtp_addr())?;
    let leader = &cluster.machines[cluster.leader_other_than(None).await?];
    let admin = Database::connect(format!(
        "postgres://postgres:postgres_password@{}:5432/postgres",
        leader.address
    ))
    .await?;
    for statement in [
        "CREATE ROLE registration LOGIN PASSWORD 'registration'",
        "CREATE DATABASE registration OWNER registration",
    ] {
        admin.execute_unprepared(statement).await?;
    }
    for number in 0..2 {
        servers.start(number).await?;
    }

    let caller = Caller::new(&Servers::url(site), &record)?;
    let mut load = Load::start(caller.clone(), mailer);
    let faults = if options.only.is_empty() {
        Fault::value_variants()
    } else {
        &options.only
    };
    for fault in faults {
        let mut stage = Stage {
            cluster: &mut cluster,
            servers: &mut servers,
            load: &mut load,
            record: &record,
        };
        stage.play(*fault).await?;
    }
    load.end().await;
    println!("the load ends after {:.1} s", record.now().as_secs_f64());
    let db = api::database::connect(&Servers::database_url(site, "registration", "registration")).await?;
    promises::check(&caller, &load.mails, &db).await?;
    let broken = record.facts().broken.len();
    println!("{broken} promises were broken");
    Ok(broken == 0)
}
