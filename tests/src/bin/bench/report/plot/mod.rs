//! The pictures as SVG: ratios to a ceiling, latencies, and costs by the number of users.

mod bars;
mod curves;

use std::error::Error;
use std::path::Path;

use plotters::style::RGBColor;

use self::bars::Bar;
use super::{Goal, Line, Picture};
use crate::Outcome;

/// Pixels.
const WIDTH: u32 = 900;
const FONT: (&str, u32) = ("sans-serif", 18);
const COLORS: [RGBColor; 3] = [RGBColor(51, 102, 170), RGBColor(204, 119, 34), RGBColor(68, 136, 68)];
const GOAL: RGBColor = RGBColor(187, 34, 34);

/// Draws the pictures for which the lines have numbers.
pub(crate) fn draw(folder: &Path, lines: &[Line]) -> Outcome<()> {
    std::fs::create_dir_all(folder)?;
    bars::draw(
        &folder.join("ratio.svg"),
        "Ratio to the ceiling (red mark: goal)",
        &ratios(lines),
    )?;
    bars::draw(
        &folder.join("latency.svg"),
        "Latency of me in ms (red mark: goal)",
        &latencies(lines),
    )?;
    curves::draw(&folder.join("users.svg"), lines)?;
    Ok(())
}

fn ratios(lines: &[Line]) -> Vec<Bar> {
    let bar = |line: &Line| match line.goal {
        Some(Goal::RatioAtLeast(goal)) => Some(Bar {
            label: line.name.clone(),
            spread: line.ratio?,
            goal: Some(goal),
        }),
        _ => None,
    };
    lines.iter().filter_map(bar).collect()
}

fn latencies(lines: &[Line]) -> Vec<Bar> {
    let of_line = |line: &Line| {
        let (against, idle) = line.ceiling.as_ref()?;
        let idle = Bar {
            label: format!("{}, {against}", line.name),
            spread: (*idle)?,
            goal: None,
        };
        let busy = Bar {
            label: line.name.clone(),
            spread: line.measured?,
            goal: match line.goal {
                Some(Goal::RatioAtMost(ratio)) => Some(ratio * idle.spread.median),
                Some(Goal::AtMost(most)) => Some(most),
                _ => None,
            },
        };
        Some([busy, idle])
    };
    let lines = lines.iter().filter(|line| line.picture == Some(Picture::Latency));
    lines.filter_map(of_line).flatten().collect()
}

fn text(error: impl Error) -> Box<dyn Error + Send + Sync> {
    error.to_string().into()
}
