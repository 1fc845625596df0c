//! A chart of horizontal bars.

use std::path::Path;

use plotters::prelude::*;

use super::{COLORS, FONT, GOAL, WIDTH, text};
use crate::Outcome;
use crate::statistics::Spread;

/// The height in pixels of a bar, and of the space around all bars.
const ROW: usize = 44;
const AROUND: usize = 110;

/// A median with its range and goal.
pub(super) struct Bar {
    pub(super) label: String,
    pub(super) spread: Spread,
    pub(super) goal: Option<f64>,
}

/// Draws nothing if there are no bars.
pub(super) fn draw(file: &Path, title: &str, bars: &[Bar]) -> Outcome<()> {
    if bars.is_empty() {
        return Ok(());
    }
    let height = u32::try_from(bars.len() * ROW + AROUND)?;
    let root = SVGBackend::new(file, (WIDTH, height)).into_drawing_area();
    root.fill(&WHITE).map_err(text)?;
    let most = bars
        .iter()
        .flat_map(|bar| [bar.spread.greatest, bar.goal.unwrap_or(0.0)])
        .fold(0.0, f64::max);
    let mut chart = ChartBuilder::on(&root)
        .caption(title, FONT)
        .margin(12)
        .x_label_area_size(30)
        .y_label_area_size(300)
        // One segment for each number, including the last.
        .build_cartesian_2d(0.0..most * 1.05, (0..bars.len() - 1).into_segmented())
        .map_err(text)?;
    // The first line is at the top.
    let place = |index: usize| bars.len() - 1 - index;
    let label = |segment: &SegmentValue<usize>| match segment {
        SegmentValue::CenterOf(place) if *place < bars.len() => bars[bars.len() - 1 - place].label.clone(),
        _ => String::new(),
    };
    let mut mesh = chart.configure_mesh();
    mesh.disable_y_mesh()
        .y_labels(bars.len())
        .y_label_formatter(&label)
        .label_style(FONT)
        .draw()
        .map_err(text)?;
    for (index, Bar { spread, goal, .. }) in bars.iter().enumerate() {
        let (below, middle, above) = (
            SegmentValue::Exact(place(index)),
            SegmentValue::CenterOf(place(index)),
            SegmentValue::Exact(place(index) + 1),
        );
        let mut bar = Rectangle::new(
            [(0.0, below.clone()), (spread.median, above.clone())],
            COLORS[0].mix(0.7).filled(),
        );
        bar.set_margin(8, 8, 0, 0);
        chart.draw_series([bar]).map_err(text)?;
        let range = [(spread.least, middle.clone()), (spread.greatest, middle)];
        chart
            .draw_series([PathElement::new(range, BLACK.stroke_width(2))])
            .map_err(text)?;
        let mark = goal.map(|goal| PathElement::new([(goal, below), (goal, above)], GOAL.stroke_width(3)));
        chart.draw_series(mark).map_err(text)?;
    }
    root.present().map_err(text)
}
