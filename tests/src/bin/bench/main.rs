//! The benchmark: how near the server comes to what its parts give by themselves.
//!
//! ```sh
//! cargo run --release -p tests --bin bench
//! ```
//!
//! Absolute figures say more about a machine than about a server, and a shared machine gives others every minute. So
//! each row of the table is measured by turns with its ceiling: the same work by the `argon2` crate alone, by axum and
//! sqlx alone, by lettre alone. What is compared is the ratio of each round, and processor time wherever the system
//! tells it, since that does not grow when somebody else has the processor.
//!
//! The server, the database, mailer-mock and the ceilings are processes of their own. This one is the load; it has one
//! thread, and no answer goes unchecked.

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

/// What can end the run is shown to whoever started it, and nobody else.
type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

fn main() -> ExitCode {
    let mut options = Options::parse();
    let ended = match options.ceiling.take() {
        // What is measured has the runtime that the server has.
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
        bench.progress.says(&row.name());
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
