//! A chart of curves over the number of users.

use std::path::Path;

use plotters::prelude::*;

use super::{COLORS, FONT, WIDTH, text};
use crate::Outcome;
use crate::report::{Line, Picture};

/// Processor time by number of users, as a multiple of that with the fewest users.
pub(super) fn draw(file: &Path, lines: &[Line]) -> Outcome<()> {
    let mut curves: Vec<(&str, Vec<(f64, f64)>)> = Vec::new();
    for line in lines {
        let (Some(Picture::Users(operation, users)), Some(ratio)) = (line.picture, line.ratio) else {
            continue;
        };
        match curves.iter_mut().find(|(name, _)| *name == operation) {
            Some((_, points)) => points.push((users, ratio.median)),
            None => curves.push((operation, vec![(users, ratio.median)])),
        }
    }
    let points = || curves.iter().flat_map(|(_, points)| points);
    let Some(first) = points().map(|point| point.0).reduce(f64::min) else {
        return Ok(());
    };
    let last = points().map(|point| point.0).fold(first * 10.0, f64::max);
    let most = points().map(|point| point.1).fold(1.3, f64::max);
    let root = SVGBackend::new(file, (WIDTH, 420)).into_drawing_area();
    root.fill(&WHITE).map_err(text)?;
    let mut chart = ChartBuilder::on(&root)
        .caption(
            "Processor time by number of users, as a multiple of that with the fewest",
            FONT,
        )
        .margin(20)
        .x_label_area_size(40)
        .y_label_area_size(60)
        .build_cartesian_2d((first..last).log_scale(), 0.0..most * 1.1)
        .map_err(text)?;
    chart
        .configure_mesh()
        .x_desc("users")
        .x_label_formatter(&|users| format!("{users:.0}"))
        .label_style(FONT)
        .draw()
        .map_err(text)?;
    for ((operation, points), color) in curves.into_iter().zip(COLORS) {
        let drawn = chart
            .draw_series(LineSeries::new(points, color.stroke_width(3)).point_size(5))
            .map_err(text)?;
        drawn
            .label(operation)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 20, y)], color.stroke_width(3)));
    }
    chart
        .configure_series_labels()
        .border_style(BLACK)
        .label_font(FONT)
        .draw()
        .map_err(text)?;
    root.present().map_err(text)
}
