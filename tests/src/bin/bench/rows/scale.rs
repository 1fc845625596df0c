//! The processor time of three operations with thousands and with millions of users, of the server and PostgreSQL. Only
//! processor time is compared, because minutes pass between the measurements.

use super::{hashing, register};
use crate::Outcome;
use crate::bench::{Bench, WARM_UP};
use crate::load::count;
use crate::options::Database;
use crate::report::{Goal, Line, Picture, Spreads};
use crate::sample::Sample;
use crate::seed::{User, scale};

const CONNECTIONS: usize = 32;

/// The users in the requests. They are too many for a cache to hold all their rows.
const USERS_IN_REQUESTS: u64 = 50_000;

/// The samples of one count of users.
struct Figures {
    users: u64,
    operations: [(&'static str, Vec<Sample>); 3],
}

pub(super) async fn measure(bench: &mut Bench) -> Outcome<Vec<Line>> {
    if bench.options.database == Database::Sqlite {
        return Err("--scale needs --database postgres: it creates users with generate_series".into());
    }
    let mut counts = bench.options.scale.clone().unwrap_or_default();
    counts.sort_unstable();
    let (mut made, mut all) = (0, Vec::new());
    for users in counts {
        bench.progress.show(&format!("creating {users} users"));
        scale::users(&bench.database.url, made, users).await?;
        made = users;
        bench.progress.show(&format!("measuring with {users} users"));
        all.push(figures(bench, users).await?);
    }
    let Some(first) = all.first() else {
        return Ok(Vec::new());
    };
    Ok(all.iter().flat_map(|figures| lines(figures, first)).collect())
}

async fn figures(bench: &mut Bench, users: u64) -> Outcome<Figures> {
    let limit = bench.options.slice();
    let some = scale::some(&bench.db, users, USERS_IN_REQUESTS).await?;
    let mes: Vec<_> = some.iter().map(User::me).collect();
    let mut mes = mes.iter().cycle().cloned();
    let mut sign_ins = some.iter().cycle().map(User::sign_in);
    let mut operations = [("me", Vec::new()), ("signIn", Vec::new()), ("register", Vec::new())];
    bench.server(WARM_UP, CONNECTIONS, || mes.next()).await?;
    for _ in 0..bench.options.rounds {
        operations[0]
            .1
            .push(bench.server(limit, CONNECTIONS, || mes.next()).await?);
        bench.progress.step();
        operations[1]
            .1
            .push(bench.server(limit, hashing::connections(), || sign_ins.next()).await?);
        bench.progress.step();
        operations[2].1.push(register::slice(bench, limit).await?.0);
        bench.progress.step();
    }
    Ok(Figures { users, operations })
}

fn lines(figures: &Figures, first: &Figures) -> Vec<Line> {
    let mut lines = Vec::new();
    for ((operation, samples), (_, of_first)) in figures.operations.iter().zip(&first.operations) {
        let name = format!("{operation} with {} users: processor time", figures.users);
        let against = format!("with {} users", first.users);
        let spreads = Spreads::of(samples, of_first, Sample::total).inverted();
        lines.push(Line {
            goal: (figures.users != first.users).then_some(Goal::RatioAtMost(1.3)),
            picture: Some(Picture::Users(
                operation,
                count(usize::try_from(figures.users).unwrap_or(usize::MAX)),
            )),
            ..Line::cost(&name, &against, &spreads).with_costs_of(samples)
        });
    }
    lines
}
