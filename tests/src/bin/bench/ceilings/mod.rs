//! The ceilings: what the parts that the server is made of give by themselves. Those that take requests or send mails
//! run as processes of their own, so that their processor time can be told from that of the load.

pub(crate) mod hashing;
pub(crate) mod lookup;
pub(crate) mod mail;

use std::net::SocketAddr;

use clap::Subcommand;
use tests::Process;
use tokio::process::Command;

use crate::Outcome;

/// What this program is when it starts itself.
#[derive(Subcommand)]
pub(crate) enum Ceiling {
    /// Answers `me` with axum alone: `/graphql` from the database, `/bare` without.
    Lookup {
        #[arg(long)]
        database_url: String,
    },
    /// Sends mails with lettre alone.
    Mail {
        #[arg(long)]
        smtp: SocketAddr,
        #[arg(long)]
        mails: usize,
    },
}

impl Ceiling {
    pub(crate) async fn run(self) -> Outcome<()> {
        match self {
            Self::Lookup { database_url } => lookup::serve(&database_url).await,
            Self::Mail { smtp, mails } => mail::send(smtp, mails).await,
        }
    }
}

/// A ceiling that takes requests.
pub(crate) struct Bare {
    pub(crate) process: Process,
    pub(crate) address: SocketAddr,
}

impl Bare {
    pub(crate) async fn start(database_url: &str) -> Outcome<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["lookup", "--database-url", database_url]);
        let mut process = Process::start(command);
        let address = process.listening().await;
        Ok(Self { process, address })
    }
}
