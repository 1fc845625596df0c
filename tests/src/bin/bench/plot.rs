//! A picture of the table as SVG: how far each goal is met.

use std::error::Error;
use std::path::Path;

use plotters::prelude::*;

use crate::table::Line;
use tests::Outcome;

const FONT: (&str, u32) = ("sans-serif", 18);
const BAR: RGBColor = RGBColor(51, 102, 170);
const GOAL: RGBColor = RGBColor(187, 34, 34);

/// A bar is not drawn longer than this multiple of its goal.
const LONGEST: f64 = 2.0;

/// Draws `goals.svg`: a bar for each row with a goal.
pub(crate) fn draw(folder: &Path, lines: &[Line]) -> Outcome<()> {
    let bars: Vec<_> = lines
        .iter()
        .filter_map(|line| Some((line.row.name, line.reached()?)))
        .collect();
    if bars.is_empty() {
        return Ok(());
    }
    std::fs::create_dir_all(folder)?;
    let file = folder.join("goals.svg");
    let height = u32::try_from(bars.len() * 34 + 110)?;
    let root = SVGBackend::new(&file, (900, height)).into_drawing_area();
    root.fill(&WHITE).map_err(text)?;
    let mut chart = ChartBuilder::on(&root)
        .caption("How far each goal is met (red line: the goal)", FONT)
        .margin(12)
        .x_label_area_size(30)
        .y_label_area_size(290)
        .build_cartesian_2d(0.0..LONGEST, (0..bars.len() - 1).into_segmented())
        .map_err(text)?;
    // The first row is at the top.
    let place = |index: usize| bars.len() - 1 - index;
    let label = |segment: &SegmentValue<usize>| match segment {
        SegmentValue::CenterOf(index) if *index < bars.len() => bars[place(*index)].0.to_owned(),
        _ => String::new(),
    };
    let mut mesh = chart.configure_mesh();
    mesh.disable_y_mesh()
        .y_labels(bars.len())
        .y_label_formatter(&label)
        .label_style(FONT);
    mesh.draw().map_err(text)?;
    let bar = |(index, (_, reached)): (usize, &(&str, f64))| {
        let (below, above) = (SegmentValue::Exact(place(index)), SegmentValue::Exact(place(index) + 1));
        let mut bar = Rectangle::new([(0.0, below), (reached.min(LONGEST), above)], BAR.mix(0.7).filled());
        bar.set_margin(6, 6, 0, 0);
        bar
    };
    chart.draw_series(bars.iter().enumerate().map(bar)).map_err(text)?;
    let goal = [(1.0, SegmentValue::Exact(0)), (1.0, SegmentValue::Exact(bars.len()))];
    chart
        .draw_series([PathElement::new(goal, GOAL.stroke_width(2))])
        .map_err(text)?;
    root.present().map_err(text)
}

fn text(error: impl Error) -> Box<dyn Error + Send + Sync> {
    error.to_string().into()
}
