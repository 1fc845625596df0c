//! The table in Markdown.

use std::fmt::Write;

use super::{Goal, Line};
use crate::statistics::Spread;

const HEAD: &str =
    "| row | measured | compared with | its value | ratio | server CPU, ms | database CPU, ms | goal | met |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |
";

/// All lines. Each number is shown as its median and range.
pub(crate) fn markdown(lines: &[Line]) -> String {
    let mut table = HEAD.to_owned();
    for line in lines {
        let (against, ceiling) = match &line.ceiling {
            Some((against, ceiling)) => (against.as_str(), with_unit(*ceiling, line.unit)),
            None => ("", String::new()),
        };
        let ratio = if line.ceiling.is_some() {
            shown(line.ratio)
        } else {
            String::new()
        };
        let reached = match (line.goal, line.is_reached()) {
            (None, _) => "",
            (_, Some(true)) => "yes",
            (_, Some(false)) => "no",
            (_, None) => "n/a",
        };
        let _ = writeln!(
            table,
            "| {} | {} | {against} | {ceiling} | {ratio} | {} | {} | {} | {reached} |",
            line.name,
            with_unit(line.measured, line.unit),
            line.server.map_or_else(String::new, |_| shown(line.server)),
            line.database.map_or_else(String::new, |_| shown(line.database)),
            line.goal.map(|goal| goal_text(goal, line.unit)).unwrap_or_default(),
        );
    }
    table
}

fn goal_text(goal: Goal, unit: &str) -> String {
    match goal {
        Goal::RatioAtLeast(least) => format!("ratio ≥ {least:.2}"),
        Goal::RatioAtMost(most) => format!("ratio ≤ {most:.2}"),
        Goal::AtMost(most) => format!("≤ {} {unit}", digits(most)),
    }
}

fn with_unit(spread: Option<Spread>, unit: &str) -> String {
    match spread {
        None => shown(None),
        Some(Spread {
            median,
            least,
            greatest,
        }) if unit.starts_with('/') => {
            format!("{}{unit} ({}–{})", digits(median), digits(least), digits(greatest))
        }
        Some(Spread {
            median,
            least,
            greatest,
        }) => {
            format!("{} {unit} ({}–{})", digits(median), digits(least), digits(greatest))
        }
    }
}

fn shown(spread: Option<Spread>) -> String {
    spread.map_or_else(
        || "n/a".to_owned(),
        |Spread {
             median,
             least,
             greatest,
         }| format!("{} ({}–{})", digits(median), digits(least), digits(greatest)),
    )
}

/// Three significant digits; more are noise.
fn digits(figure: f64) -> String {
    match figure.abs() {
        100.0.. => format!("{figure:.0}"),
        10.0.. => format!("{figure:.1}"),
        1.0.. => format!("{figure:.2}"),
        _ => format!("{figure:.3}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_is_a_row_with_all_columns() {
        let line = Line {
            ceiling: Some(("argon2 alone".to_owned(), Some(Spread::single(123.4)))),
            ratio: Spread::of([0.9, 0.91, 0.8]),
            server: Some(Spread::single(16.02)),
            goal: Some(Goal::RatioAtLeast(0.85)),
            ..Line::figure("register", "/s", Spread::of([110.0, 112.4]))
        };
        let unknown = Line {
            goal: Some(Goal::AtMost(25.0)),
            ..Line::figure("latency", "ms", None)
        };
        let table = markdown(&[line, unknown]);
        let rows: Vec<_> = table.lines().skip(2).collect();
        assert_eq!(
            rows,
            [
                "| register | 111/s (110–112) | argon2 alone | 123/s (123–123) | 0.900 (0.800–0.910) \
                 | 16.0 (16.0–16.0) |  | ratio ≥ 0.85 | yes |",
                "| latency | n/a |  |  |  |  |  | ≤ 25.0 ms | n/a |",
            ]
        );
    }
}
