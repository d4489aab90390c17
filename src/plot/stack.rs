//! Rows of two bars: a whole and how much of it came out well, then what did not, on a scale of its own.

use super::scale::Linear;
use super::svg::{Anchor, Caption, Drawing, Format, breadth, fitted};
use crate::words::Numerals;

/// A part of what did not come out well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// What it is called.
    pub name: &'static str,
    /// The class that colours it.
    pub class: &'static str,
}

/// One row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stack {
    pub name: String,
    pub good: u64,
    /// As many as there are parts.
    pub parts: Vec<u64>,
}

/// Rows to be compared, in the order in which they stand.
#[derive(Clone, Debug)]
pub struct Stacks<'a> {
    pub rows: Vec<Stack>,
    pub parts: &'a [Part],
    /// What stands above the first bars, such as `delivered`.
    pub good: &'static str,
    /// What stands above the second bars.
    pub rest: &'static str,
    pub numerals: Numerals,
}

/// Room for the names of the bars.
const HEAD: f64 = 24.0;

/// Where things stand in a format.
struct Layout {
    format: Format,
    /// Where the first bars begin, and the room they have.
    good: (f64, f64),
    /// Where the second bars begin, and the room they have.
    rest: (f64, f64),
    row: f64,
    /// From the top of a row to its bars.
    drop: f64,
}

impl Stack {
    fn rest(&self) -> u64 {
        self.parts.iter().sum()
    }
}

impl Stacks<'_> {
    /// The plot.
    pub fn draw(&self, format: Format, caption: &Caption) -> String {
        let layout = self.layout(format);
        let mut drawing = Drawing::new(format);
        self.draw_head(&mut drawing, &layout);
        let most = |value: fn(&Stack) -> u64| self.rows.iter().map(value).max().unwrap_or(0) as f64;
        let good = Linear::new(most(|row| row.good), layout.good.0, layout.good.0 + layout.good.1);
        let rest = Linear::new(most(Stack::rest), layout.rest.0, layout.rest.0 + layout.rest.1);
        let tops = std::iter::successors(Some(HEAD), |y| Some(y + layout.row));
        for (row, top) in self.rows.iter().zip(tops) {
            self.draw_row(&mut drawing, &layout, (&good, &rest), row, top);
        }
        let bottom = HEAD + layout.row * self.rows.len() as f64;
        drawing.finish(bottom, caption)
    }

    fn layout(&self, format: Format) -> Layout {
        let width = format.width();
        let broadest = |value: fn(&Stack) -> u64| {
            self.rows.iter().map(|row| breadth(&self.said(value(row)))).fold(8.0, f64::max) + 8.0
        };
        let (good, rest) = (broadest(|row| row.good), broadest(Stack::rest));
        let label = format.pick(190.0, 0.0);
        let middle = label + (width - label) * 0.6;
        Layout {
            format,
            good: (label + 0.5, middle - label - good - 12.0),
            rest: (middle + 0.5, width - middle - rest),
            row: format.pick(24.0, 40.0),
            drop: format.pick(4.0, 19.0),
        }
    }

    fn has_rest(&self) -> bool {
        self.rows.iter().any(|row| row.rest() > 0)
    }

    fn said(&self, value: u64) -> String {
        self.numerals.whole(value)
    }

    fn draw_head(&self, drawing: &mut Drawing, layout: &Layout) {
        drawing.text("axis", Anchor::Start, (layout.good.0, 12.0), self.good);
        if self.has_rest() {
            let (anchor, x) =
                layout.format.pick((Anchor::Start, layout.rest.0), (Anchor::End, layout.format.width()));
            drawing.text("axis", anchor, (x, 12.0), self.rest);
        }
    }

    fn draw_row(
        &self,
        drawing: &mut Drawing,
        layout: &Layout,
        (good, rest): (&Linear, &Linear),
        row: &Stack,
        top: f64,
    ) {
        let (y, high) = (top + layout.drop, 14.0);
        let label_room = layout.format.pick(180.0, layout.format.width());
        let label = (0.0, layout.format.pick(top + 15.0, top + 13.0));
        drawing.text("label", Anchor::Start, label, &fitted(&row.name, label_room));
        for x in [layout.good.0, layout.rest.0].into_iter().take(if self.has_rest() { 2 } else { 1 }) {
            drawing.line("zero", [x, y - 2.0, x, y + high + 2.0]);
        }
        let (start, end) = (layout.good.0, good.at(row.good as f64));
        let said = self.said(row.good);
        drawing.bar("good", [start, y, end - start, high], &format!("{}: {said} {}", row.name, self.good));
        drawing.text("number", Anchor::Start, (end + 5.0, y + 11.0), &said);
        let mut x = layout.rest.0;
        for (part, value) in self.parts.iter().zip(&row.parts).filter(|(_, value)| **value > 0) {
            let length = rest.at(*value as f64) - layout.rest.0;
            let words = format!("{}: {} {}", row.name, self.said(*value), part.name);
            drawing.bar(part.class, [x, y, length, high], &words);
            x += length;
        }
        if row.rest() > 0 {
            drawing.text("number", Anchor::Start, (x + 5.0, y + 11.0), &self.said(row.rest()));
        }
    }
}
