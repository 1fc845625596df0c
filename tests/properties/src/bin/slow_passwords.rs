//! Searches for the password whose strength takes longest to estimate, and prints what it finds. It changes a few
//! pieces of the slowest password so far, again and again, and starts over when that stops helping.
//!
//! `cargo run --release -p properties --bin slow_passwords -- 60` searches for 60 seconds.

use std::time::{Duration, Instant};

use api::credentials::{EmailAddress, MAX_PASSWORD_LENGTH};
use api::random::{Random, SystemRandom};
use api::testing::is_strong;
use rustix::time::{ClockId, clock_gettime};

/// What slows an estimate: substitutes of letters, words, repetitions, rows of the keyboard, dates.
const PIECES: &[&str] = &[
    "4",
    "@",
    "8",
    "(",
    "{",
    "[",
    "<",
    "3",
    "6",
    "9",
    "1",
    "!",
    "|",
    "7",
    "0",
    "$",
    "5",
    "+",
    "%",
    "2",
    "a",
    "b",
    "c",
    "e",
    "g",
    "i",
    "l",
    "o",
    "s",
    "t",
    "x",
    "z",
    "A",
    "I",
    "S",
    "ab",
    "abab",
    "aaaa",
    "qwerty",
    "asdf",
    "love",
    "1e",
    "p4ssw0rd",
    "p@$$",
    "sassafras",
    "mississippi",
    "tattle",
    "101010",
    "1.1.91",
    "11111991",
    "20",
    "19",
    "\u{e4}",
    "\u{1f980}",
    "\u{130}",
];

const EMAILS: &[&str] = &["ada@example.com", "a@a.a", "1@1.l", "s@i.t"];

/// How often changes may not help before the search starts over.
const TRIES: u32 = 150;

#[expect(clippy::disallowed_methods, reason = "a search runs for a real time")]
fn main() {
    let seconds = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(60);
    let end = Instant::now() + Duration::from_secs(seconds);
    let mut slowest = Duration::ZERO;
    while Instant::now() < end {
        let email = EmailAddress::parse(EMAILS[below(EMAILS.len())]).expect("an address");
        let pieces = (0..below(MAX_PASSWORD_LENGTH) + 8).map(|_| PIECES[below(PIECES.len())]);
        let mut best: Vec<_> = pieces.collect();
        let mut best_time = time(&best, &email);
        let mut tries = 0;
        while tries < TRIES && Instant::now() < end {
            let mut changed = best.clone();
            change(&mut changed);
            let changed_time = time(&changed, &email);
            tries += 1;
            if changed_time > best_time {
                (best, best_time, tries) = (changed, changed_time, 0);
            }
        }
        if best_time > slowest {
            slowest = best_time;
            println!("{slowest:>12.3?} {:?} of {}", password(&best), email.canonical());
        }
    }
}

fn change(pieces: &mut Vec<&'static str>) {
    for _ in 0..=below(3) {
        let (place, piece) = (below(pieces.len()), PIECES[below(PIECES.len())]);
        match below(4) {
            0 => pieces.insert(place, piece),
            1 if pieces.len() > 1 => drop(pieces.remove(place)),
            // Repeats a part.
            2 => {
                let end = (place + 1 + below(8)).min(pieces.len());
                let part = pieces[place..end].to_vec();
                pieces.splice(end..end, part);
            }
            _ => pieces[place] = piece,
        }
    }
    pieces.truncate(2 * MAX_PASSWORD_LENGTH);
}

fn password(pieces: &[&str]) -> String {
    pieces.concat().chars().take(MAX_PASSWORD_LENGTH).collect()
}

/// The processor time of the shortest of three runs.
fn time(pieces: &[&str], email: &EmailAddress) -> Duration {
    let password = password(pieces);
    let run = || {
        let start = processor_time();
        std::hint::black_box(is_strong(&password, email));
        processor_time().saturating_sub(start)
    };
    run().min(run()).min(run())
}

fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::try_from(time).unwrap_or_default()
}

fn below(limit: usize) -> usize {
    let mut bytes = [0; 8];
    SystemRandom.fill(&mut bytes);
    let limit = u64::try_from(limit).unwrap_or(u64::MAX);
    usize::try_from(u64::from_le_bytes(bytes) % limit).unwrap_or(0)
}
