//! All numbers as JSON.

use serde_json::{Value, json};

use super::{Goal, Line};
use crate::statistics::Spread;

/// The lines. Each number is `{"median", "least", "greatest"}` or null.
pub(crate) fn lines(lines: &[Line]) -> Value {
    lines.iter().map(line).collect()
}

fn line(line: &Line) -> Value {
    let ceiling = line.ceiling.as_ref();
    json!({
        "row": line.name,
        "unit": line.unit,
        "measured": spread(line.measured),
        "heldAgainst": ceiling.map(|(name, _)| name),
        "ceiling": spread(ceiling.and_then(|(_, figure)| *figure)),
        "ratio": spread(line.ratio),
        "serverCpuMs": spread(line.server),
        "databaseCpuMs": spread(line.database),
        "goal": line.goal.map(goal),
        "reached": line.is_reached(),
    })
}

fn spread(spread: Option<Spread>) -> Value {
    match spread {
        Some(Spread {
            median,
            least,
            greatest,
        }) => json!({ "median": median, "least": least, "greatest": greatest }),
        None => Value::Null,
    }
}

fn goal(goal: Goal) -> Value {
    match goal {
        Goal::RatioAtLeast(least) => json!({ "ratioAtLeast": least }),
        Goal::RatioAtMost(most) => json!({ "ratioAtMost": most }),
        Goal::AtMost(most) => json!({ "atMost": most }),
    }
}
