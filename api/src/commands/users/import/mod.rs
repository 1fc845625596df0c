//! `api users import`: reads lines, inserts users in batches, and reports every line that it leaves out.

mod line;
mod lines;
mod report;

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::time::Duration;

use sea_orm::prelude::Uuid;
use sea_orm::{DatabaseBackend, DatabaseConnection};
use sha2::{Digest, Sha256};

use self::line::{InvalidLine, Line, parse};
use self::lines::Lines;
use self::report::{Report, Skipped};
use super::error::UsersError;
use crate::accounts::{ImportOutcome, ImportedUser, import_users, would_import};
use crate::clock::{Clock, SystemClock};
use crate::random::SystemRandom;

/// Users of one transaction: few enough for a server not to wait long for SQLite.
const BATCH: usize = 5_000;

/// SQLite has one writer, and who waits for it asks at least this often. So a running server gets its turn in each
/// pause of this length between two batches.
const POLL_INTERVAL: Duration = Duration::from_millis(100);

pub(super) async fn import(
    db: &DatabaseConnection,
    file: &Path,
    dry_run: bool,
    as_json: bool,
) -> Result<(), UsersError> {
    let path = PathBuf::from(file);
    let failed = |source| UsersError::Read {
        path: path.clone(),
        source,
    };
    let (input, bytes) = open(file).map_err(failed)?;
    let mut lines = Lines::new(input);
    let mut import = Import {
        db,
        dry_run,
        batch: Vec::new(),
        skipped: Vec::new(),
        seen: HashMap::new(),
        ids: HashMap::new(),
        report: Report::new(dry_run, as_json, bytes),
    };
    while let Some((number, line)) = lines.next().map_err(failed)? {
        let parsed = line.and_then(|line| parse(line, SystemClock.now(), &SystemRandom));
        import.report.read(lines.bytes());
        import.add(number, parsed);
        if import.batch.len() + import.skipped.len() == BATCH {
            import.insert().await?;
        }
    }
    import.insert().await?;
    import.report.finish()
}

/// The input and, if it is known, its size.
fn open(file: &Path) -> io::Result<(Box<dyn BufRead>, Option<u64>)> {
    if file == Path::new("-") {
        return Ok((Box::new(BufReader::new(io::stdin())), None));
    }
    let file = File::open(file)?;
    let size = file.metadata()?.len();
    Ok((Box::new(BufReader::new(file)), Some(size)))
}

struct Import<'a> {
    db: &'a DatabaseConnection,
    dry_run: bool,
    batch: Vec<(u64, ImportedUser)>,
    /// Reported with the batch, so that the report has the order of the lines.
    skipped: Vec<(u64, Skipped)>,
    /// The first line of each address that has a user, under the beginning of its SHA-256: 24 bytes a user, so that a
    /// million fits in memory.
    seen: HashMap<[u8; 16], u64>,
    /// In a dry run, the line of each id that an import would insert. An import finds them in the database.
    ids: HashMap<Uuid, u64>,
    report: Report,
}

impl Import<'_> {
    fn add(&mut self, number: u64, line: Result<Line, InvalidLine>) {
        let skipped = match line {
            Ok(Line::Empty) => return,
            Ok(Line::Inactive) => Skipped::Inactive,
            Err(reason) => Skipped::Refused(reason),
            Ok(Line::User(user)) => return self.batch.push((number, *user)),
        };
        self.skipped.push((number, skipped));
    }

    async fn insert(&mut self) -> Result<(), UsersError> {
        let (numbers, users): (Vec<_>, Vec<_>) = std::mem::take(&mut self.batch).into_iter().unzip();
        let started = SystemClock.monotonic();
        let outcomes = if self.dry_run {
            would_import(self.db, &users).await?
        } else {
            import_users(self.db, &users).await?
        };
        for ((number, user), outcome) in numbers.into_iter().zip(&users).zip(outcomes) {
            let address = digest(user);
            let first = self.seen.get(&address).copied();
            let id_line = self.ids.get(&user.id).copied();
            let line_has_id = id_line.is_some_and(|line| first != Some(line));
            let skipped = match (outcome, first) {
                _ if line_has_id => Skipped::Refused(InvalidLine::IdTaken),
                (ImportOutcome::IdTaken, _) => Skipped::Refused(InvalidLine::IdTaken),
                // In a dry run, an earlier line with the address was not inserted.
                (ImportOutcome::Imported, first) if first.is_none() || !self.dry_run => {
                    self.seen.insert(address, number);
                    if self.dry_run {
                        self.ids.insert(user.id, number);
                    }
                    self.report.imported();
                    continue;
                }
                (_, Some(first)) => Skipped::Repeated { first },
                (_, None) => {
                    self.seen.insert(address, number);
                    Skipped::Exists
                }
            };
            self.skipped.push((number, skipped));
        }
        self.skipped.sort_by_key(|(number, _)| *number);
        for (number, skipped) in self.skipped.drain(..) {
            self.report.skip(number, &skipped)?;
        }
        if self.db.get_database_backend() == DatabaseBackend::Sqlite && !self.dry_run {
            let now = SystemClock.monotonic();
            SystemClock.sleep_until(now + POLL_INTERVAL.min(now - started)).await;
        }
        Ok(())
    }
}

/// The beginning of the SHA-256 of an address.
fn digest(user: &ImportedUser) -> [u8; 16] {
    let mut digest = [0; 16];
    digest.copy_from_slice(&Sha256::digest(user.email.canonical())[..16]);
    digest
}
