//! Pictures of the table as SVG: how far each goal is met, and the latency of `me` by percentile.

use std::error::Error;
use std::path::Path;

use plotters::prelude::*;
use statrs::statistics::{Data, OrderStatistics};

use crate::Outcome;
use crate::rows;
use crate::sample::{Sample, count};
use crate::slice::{Samples, Slice};
use crate::table::Line;

const FONT: (&str, u32) = ("sans-serif", 18);
const COLORS: [RGBColor; 2] = [RGBColor(51, 102, 170), RGBColor(204, 119, 34)];
const GOAL: RGBColor = RGBColor(187, 34, 34);

/// A bar is not drawn longer than this multiple of its goal.
const LONGEST: f64 = 2.0;

/// Draws `goals.svg`: a bar for each row with a goal.
pub(crate) fn goals(folder: &Path, lines: &[Line]) -> Outcome<()> {
    let bars: Vec<_> = lines
        .iter()
        .filter_map(|line| Some((line.row.name, line.reached()?)))
        .collect();
    if bars.is_empty() {
        return Ok(());
    }
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
        let mut bar = Rectangle::new(
            [(0.0, below), (reached.min(LONGEST), above)],
            COLORS[0].mix(0.7).filled(),
        );
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

/// Draws `latency.svg` for the slice with the latencies of `me`, and nothing for others.
pub(crate) fn latencies(folder: &Path, slice: Slice, samples: &Samples) -> Outcome<()> {
    std::fs::create_dir_all(folder)?;
    if slice != Slice::MeBeside {
        return Ok(());
    }
    let file = folder.join("latency.svg");
    let root = SVGBackend::new(&file, (900, 400)).into_drawing_area();
    root.fill(&WHITE).map_err(text)?;
    let curves: Vec<_> = rows::by_turns(slice)
        .into_iter()
        .map(|slice| (slice, percentiles(&samples[&slice])))
        .collect();
    let numbers = || curves.iter().flat_map(|(_, curve)| curve.iter().map(|point| point.1));
    let (least, most) = (numbers().fold(f64::MAX, f64::min), numbers().fold(0.0, f64::max));
    let mut chart = ChartBuilder::on(&root)
        .caption("Latency of me in ms, by percentile", FONT)
        .margin(12)
        .x_label_area_size(30)
        .y_label_area_size(60)
        .build_cartesian_2d(0.0..100.0, (least..most).log_scale())
        .map_err(text)?;
    chart.configure_mesh().label_style(FONT).draw().map_err(text)?;
    for ((slice, curve), color) in curves.into_iter().zip(COLORS) {
        let drawn = chart
            .draw_series(LineSeries::new(curve, color.stroke_width(3)))
            .map_err(text)?;
        let legend = move |(x, y)| PathElement::new([(x, y), (x + 20, y)], color.stroke_width(3));
        drawn.label(slice.to_string()).legend(legend);
    }
    let mut labels = chart.configure_series_labels();
    labels
        .position(SeriesLabelPosition::UpperLeft)
        .label_font(FONT)
        .draw()
        .map_err(text)?;
    root.present().map_err(text)
}

/// The latencies of all rounds, from the first to the 99th percentile.
fn percentiles(samples: &[Sample]) -> Vec<(f64, f64)> {
    let mut all = Data::new(
        samples
            .iter()
            .flat_map(|sample| sample.latencies.clone())
            .collect::<Vec<_>>(),
    );
    (1..100)
        .map(|percent| (count(percent), all.percentile(percent)))
        .collect()
}

fn text(error: impl Error) -> Box<dyn Error + Send + Sync> {
    error.to_string().into()
}
