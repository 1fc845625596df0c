//! The benchmark: how close the server comes to the speed of its parts alone.
//!
//! ```sh
//! cargo run --release -p tests --bin bench
//! ```
//!
//! Absolute numbers say more about a machine than about a server, and on a shared machine they change every minute. So
//! each row of the table alternates with its ceiling: the same work by the `argon2` crate alone, by axum and sqlx alone,
//! or by lettre alone. The benchmark compares the ratio of each round. Where the system reports processor time, it compares
//! that too, because processor time does not grow when other programs use the processor.
//!
//! The server, the database, mailer-mock and the ceilings are separate processes. This process is the load: it has one
//! thread, and it checks every answer.

mod bench;
mod binaries;
mod ceilings;
mod cpu;
mod files;
mod http;
mod load;
mod machine;
mod memory;
mod options;
mod processes;
mod progress;
mod report;
mod request;
mod rows;
mod sample;
mod seed;
mod statistics;
mod stopwatch;

use std::error::Error;
use std::process::ExitCode;

use clap::Parser;
use serde_json::json;
use tokio::runtime::Builder;

use crate::bench::Bench;
use crate::binaries::Binaries;
use crate::machine::Machine;
use crate::options::Options;
use crate::progress::Progress;

/// Every error ends the run, and is shown as text.
type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

fn main() -> ExitCode {
    let mut options = Options::parse();
    let ended = match options.ceiling.take() {
        // A ceiling runs on the same runtime as the server.
        Some(ceiling) => run(&mut Builder::new_multi_thread(), ceiling.run()),
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
    files::allow_many();
    let binaries = Binaries::build().await?;
    let rows = options.rows();
    let progress = Progress::new(options.slices());
    let mut bench = Bench::start(options, progress, binaries).await?;
    let machine = Machine::of(&bench.options, bench.database.version(&bench.db).await?);
    let mut lines = Vec::new();
    for row in rows {
        bench.progress.show(&row.name());
        let measured = row.measure(&mut bench).await;
        lines.extend(measured.map_err(|error| format!("{}: {error}", row.name()))?);
    }
    bench.progress.end();
    println!("{}\n\n{}", machine.line(), report::table::markdown(&lines));
    if let Some(file) = &bench.options.json {
        let all = json!({ "machine": machine.json(), "rows": report::json::lines(&lines) });
        std::fs::write(file, format!("{all:#}\n")).map_err(|error| format!("{}: {error}", file.display()))?;
    }
    if let Some(folder) = &bench.options.plot {
        report::plot::draw(folder, &lines).map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    Ok(())
}
