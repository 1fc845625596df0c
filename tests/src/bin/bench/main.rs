//! The benchmark: how close the server comes to the speed of its parts alone.
//!
//! ```sh
//! cargo run --release -p tests --bin bench
//! ```
//!
//! Absolute numbers say more about a machine than about a server, and on a shared machine they change every minute. So
//! each row of the table alternates with its ceiling: the same work by argon2 alone, by axum and sqlx alone, or by
//! lettre alone. The ratio of each round counts. Where the system reports processor time, it is compared too, because
//! it does not grow when other programs use the processor.
//!
//! `rows.rs` lists the rows, `slice.rs` has the loop that measures them. The server, the database, mailer-mock and axum
//! alone are separate processes. This process is the load: it has one thread, and it checks every answer.

mod axum_alone;
mod bench;
mod email;
mod flows;
mod hashing;
mod load;
mod measure;
mod meter;
mod options;
mod plot;
mod processes;
mod receivers;
mod request;
mod rows;
mod sample;
mod seed;
mod slice;
mod table;

use std::process::ExitCode;

use clap::Parser;
use rustix::process::{Resource, getrlimit, setrlimit};
use tokio::runtime::Builder;

use crate::bench::Bench;
use crate::options::{Ceiling, Options};
use crate::table::Line;
use tests::Outcome;

fn main() -> ExitCode {
    let mut options = Options::parse();
    let ended = match options.ceiling.take() {
        // It runs on the same runtime as the server.
        Some(Ceiling::Axum { database_url }) => run(&mut Builder::new_multi_thread(), axum_alone::serve(&database_url)),
        None => run(&mut Builder::new_current_thread(), measure(options)),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(runtime: &mut Builder, task: impl Future<Output = Outcome<()>>) -> Outcome<()> {
    runtime.enable_all().build()?.block_on(task)
}

async fn measure(options: Options) -> Outcome<()> {
    allow_many_files();
    hashing::check_digests()?;
    let mut bench = Bench::start(options).await?;
    println!("{}\n\n{}", bench.machine().await?, table::HEAD);
    let mut lines = Vec::new();
    for slice in bench.options.slices() {
        eprintln!("measuring {slice}");
        let samples = measure::by_turns(&mut bench, slice).await;
        let samples = samples.map_err(|error| format!("{slice}: {error}"))?;
        let of_slice: Vec<_> = rows::of(slice).map(|row| Line::of(row, &samples)).collect();
        for line in &of_slice {
            println!("{line}");
        }
        lines.extend(of_slice);
    }
    // Not killed, so that a build that counts how often its parts run can write its counts.
    bench.stop().await;
    if let Some(folder) = &bench.options.plot {
        plot::draw(folder, &lines)?;
    }
    Ok(())
}

/// Raises the limit on open connections, also for the servers that it starts: the usual limit is below a thousand
/// clients.
fn allow_many_files() {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    // If that fails, the row that needs it reports that it could not open a connection.
    let _ = setrlimit(Resource::Nofile, limit);
}
