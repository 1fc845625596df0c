//! The ceilings: the speed of the parts of the server alone. Ceilings that accept requests or send emails run in their own
//! processes, so that their processor time is separate from that of the load.

pub(crate) mod hashing;
pub(crate) mod lookup;
pub(crate) mod mail;

use std::net::SocketAddr;

use clap::Subcommand;
use tests::Process;
use tokio::process::Command;

use crate::Outcome;

/// What this program does when it starts itself.
#[derive(Subcommand)]
pub(crate) enum Ceiling {
    /// Answers `me` with axum alone: `/graphql` with the database, `/bare` without it.
    Lookup {
        #[arg(long)]
        database_url: String,
    },
    /// Sends emails with lettre alone.
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

/// A ceiling that accepts requests.
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
