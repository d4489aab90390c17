//! Bars that lie: a name and a number each, the name above its bar.

use super::scale::Linear;
use super::svg::{Anchor, Caption, Drawing, Format, breadth, fitted};

/// One bar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bar {
    pub name: String,
    pub value: u64,
    /// The number as people read it, and what else is said of it: `12 · 3.1%`.
    pub words: String,
}

/// Bars to be compared, in the order in which they stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bars {
    pub bars: Vec<Bar>,
    /// The class that colours them.
    pub class: &'static str,
}

const ROW: f64 = 38.0;

impl Bars {
    /// The plot.
    pub fn draw(&self, format: Format, caption: &Caption) -> String {
        let mut drawing = Drawing::new(format);
        let most = self.bars.iter().map(|bar| bar.value).max().unwrap_or(0);
        let broadest = self.bars.iter().map(|bar| breadth(&bar.words)).fold(0.0, f64::max);
        let scale = Linear::new(most as f64, 0.0, format.width() - broadest - 10.0);
        let rows = std::iter::successors(Some(0.0), |y| Some(y + ROW));
        for (bar, y) in self.bars.iter().zip(rows) {
            let length = scale.at(bar.value as f64);
            drawing.text("label", Anchor::Start, (0.0, y + 12.0), &fitted(&bar.name, format.width()));
            drawing.bar(self.class, [0.0, y + 18.0, length, 12.0], &format!("{}: {}", bar.name, bar.words));
            drawing.text("number", Anchor::Start, (length + 6.0, y + 28.5), &bar.words);
            drawing.line("zero", [0.0, y + 16.0, 0.0, y + 32.0]);
        }
        drawing.finish(ROW * self.bars.len() as f64, caption)
    }
}
