//! How long many things took: a row of bars for each, on one scale of time, with the marks that half, nine in ten
//! and ninety-nine in a hundred had reached.

use super::scale::Logarithmic;
use super::svg::{Anchor, Caption, Drawing, Format, fitted};
use crate::words::Numerals;

/// One row.
#[derive(Clone, Debug, PartialEq)]
pub struct Spread {
    pub name: String,
    /// How many took up to so many seconds and longer than the bound before, the shortest first.
    pub bins: Vec<(f64, u64)>,
    /// Seconds by which half, 90 % and 99 % were done.
    pub marks: [f64; 3],
    /// The same in words.
    pub words: [String; 3],
}

/// Rows to be compared, in the order in which they stand.
#[derive(Clone, Debug)]
pub struct Spreads {
    pub rows: Vec<Spread>,
    pub numerals: Numerals,
}

/// The classes of the marks.
const MARKS: [&str; 3] = ["half", "most", "nearly"];
const HEAD: f64 = 24.0;
/// Height of the tallest bar.
const TALL: f64 = 24.0;

impl Spread {
    fn all(&self) -> u64 {
        self.bins.iter().map(|(_, count)| count).sum()
    }

    /// The part of all that the fullest bin holds.
    fn fullest(&self) -> f64 {
        let most = self.bins.iter().map(|(_, count)| *count).max().unwrap_or(0);
        most as f64 / self.all().max(1) as f64
    }
}

impl Spreads {
    /// The plot.
    pub fn draw(&self, format: Format, caption: &Caption) -> String {
        let mut drawing = Drawing::new(format);
        let most =
            self.rows.iter().flat_map(|row| row.bins.last()).map(|(secs, _)| *secs).fold(1.0, f64::max);
        let slowest = self.rows.iter().map(|row| row.marks[2]).fold(most, f64::max);
        let scale = Logarithmic::new(slowest, format.pick(196.0, 6.0), format.width() - 22.0);
        let row_height = format.pick(44.0, 60.0);
        let bottom = HEAD + row_height * self.rows.len() as f64;
        draw_axis(&mut drawing, &scale, bottom);
        let fullest = self.rows.iter().map(Spread::fullest).fold(0.0, f64::max);
        for (number, row) in self.rows.iter().enumerate() {
            let base = HEAD + row_height * (number as f64 + 1.0) - 8.0;
            self.draw_row(&mut drawing, format, &scale, (row, fullest), base);
        }
        drawing.finish(bottom + 4.0, caption)
    }

    fn draw_row(
        &self,
        drawing: &mut Drawing,
        format: Format,
        scale: &Logarithmic,
        (row, fullest): (&Spread, f64),
        base: f64,
    ) {
        let label = format.pick((0.0, base + 1.0), (0.0, base - TALL - 10.0));
        drawing.text("label", Anchor::Start, label, &fitted(&row.name, format.pick(180.0, format.width())));
        let mut from = 1.0;
        for (secs, count) in &row.bins {
            let (left, right) = (scale.at(from), scale.at(*secs).max(scale.at(from) + 3.0));
            from = *secs;
            if *count == 0 {
                continue;
            }
            let part = *count as f64 / row.all() as f64;
            let high = (TALL * part / fullest).max(0.75);
            let words = format!("{}: {}", row.name, self.numerals.share(*count, row.all()));
            drawing.bar("good", [left, base - high, right - left - 0.5, high], &words);
        }
        let (start, end) = (scale.at(1.0), scale.at(f64::MAX));
        drawing.line("zero", [start, base, end, base]);
        self.draw_marks(drawing, scale, row, base);
    }

    fn draw_marks(&self, drawing: &mut Drawing, scale: &Logarithmic, row: &Spread, base: f64) {
        let names = ["half".to_owned(), self.numerals.per_cent(90), self.numerals.per_cent(99)];
        let marks = row.marks.iter().zip(MARKS).zip(names).zip(&row.words);
        // The last first, so that half lies on top where they meet.
        for (((secs, class), name), words) in marks.rev() {
            let said = format!("{}: {name} within {words}", row.name);
            drawing.dot(class, (scale.at(*secs), base), 4.0, &said);
        }
    }
}

/// Lines for the durations that are named, above and through all rows.
fn draw_axis(drawing: &mut Drawing, scale: &Logarithmic, bottom: f64) {
    for (secs, words) in scale.ticks() {
        let x = scale.at(secs);
        drawing.line("grid", [x, 18.0, x, bottom]);
        drawing.text("axis", Anchor::Middle, (x.max(12.0), 12.0), words);
    }
}
