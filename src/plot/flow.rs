//! A crowd over time: how many there were, and below, how many came and went in each stretch.

use jiff::civil::Date;

use super::scale::{Linear, days, ticks};
use super::svg::{Anchor, Caption, Drawing, Format, breadth};
use crate::words::Numerals;

/// A stretch of time: a day, a week, a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reach {
    /// Its first day.
    pub from: Date,
    /// How many there were at its end.
    pub level: u64,
    pub came: u64,
    /// How many went, by reason: of their own will, and not.
    pub went: [u64; 2],
}

/// Stretches of one length, without gaps, the oldest first.
#[derive(Clone, Debug)]
pub struct Flow<'a> {
    pub reaches: &'a [Reach],
    /// Words for those who came, and for those who went by reason.
    pub came: &'static str,
    pub went: [&'static str; 2],
    pub numerals: Numerals,
}

const LEVEL_TOP: f64 = 16.0;
const LEVEL_BASE: f64 = 176.0;
const TURN_TOP: f64 = 206.0;
const TURN_BASE: f64 = 282.0;

/// The classes of those who went, by reason.
const WENT: [&str; 2] = ["left", "refused"];

impl Reach {
    fn went(&self) -> u64 {
        self.went.iter().sum()
    }
}

/// So many times as many as came in any later stretch, and the first stretch is a beginning: drawn as a bar it
/// would leave no height for the others.
const BEGINNING: u64 = 3;

/// The stretches side by side.
#[derive(Clone, Copy)]
struct Columns {
    from: f64,
    each: f64,
}

impl Columns {
    /// The middle of the stretch with this number.
    fn middle(&self, number: usize) -> f64 {
        self.from + self.each * (number as f64 + 0.5)
    }
}

impl Flow<'_> {
    /// The plot. There is at least one stretch.
    pub fn draw(&self, format: Format, caption: &Caption) -> String {
        let mut drawing = Drawing::new(format);
        let columns = self.columns(format);
        self.draw_level(&mut drawing, format, columns);
        let (up, down) = self.turns();
        let base = if up + down > 0 { TURN_BASE } else { LEVEL_BASE };
        if up + down > 0 {
            self.draw_turns(&mut drawing, columns, (up, down));
        }
        self.draw_days(&mut drawing, format, columns, base + 18.0);
        drawing.finish(base + 22.0, caption)
    }

    /// The most that came and the most that went in a stretch, as far as bars tell it.
    fn turns(&self) -> (u64, u64) {
        let up = (0..self.reaches.len()).map(|number| self.arrivals(number)).max().unwrap_or(0);
        (up, self.most(Reach::went))
    }

    fn most(&self, value: impl Fn(&Reach) -> u64) -> u64 {
        self.reaches.iter().map(value).max().unwrap_or(0)
    }

    /// How many were there from the beginning, if that is told in words and not by a bar.
    fn beginning(&self) -> Option<u64> {
        let (first, later) = self.reaches.split_first()?;
        let most = later.iter().map(|reach| reach.came.max(reach.went())).max()?;
        (first.came > most * BEGINNING).then_some(first.came)
    }

    /// How many came in a stretch, as far as a bar tells it.
    fn arrivals(&self, number: usize) -> u64 {
        match self.beginning() {
            Some(_) if number == 0 => 0,
            _ => self.reaches[number].came,
        }
    }

    /// Between the numbers of the scale and the number at the end of the line.
    fn columns(&self, format: Format) -> Columns {
        let top = self.level_ticks().last().copied().unwrap_or(1);
        let from = breadth(&self.numerals.whole(top)) + 8.0;
        let last = self.reaches.last().map_or(0, |reach| reach.level);
        let room = format.width() - from - breadth(&self.numerals.whole(last)) - 12.0;
        Columns { from, each: room / self.reaches.len().max(1) as f64 }
    }

    fn level_ticks(&self) -> Vec<u64> {
        ticks(self.most(|reach| reach.level), 3)
    }

    fn draw_level(&self, drawing: &mut Drawing, format: Format, columns: Columns) {
        let named = self.level_ticks();
        let scale = Linear::new(named.last().copied().unwrap_or(1) as f64, LEVEL_BASE, LEVEL_TOP);
        for tick in named {
            let y = scale.at(tick as f64);
            let class = if tick == 0 { "zero" } else { "grid" };
            drawing.line(class, [columns.from, y, format.width(), y]);
            let place = (columns.from - 6.0, y + 4.0);
            drawing.text("axis", Anchor::End, place, &self.numerals.whole(tick));
        }
        let at = |(number, reach): (usize, &Reach)| (columns.middle(number), scale.at(reach.level as f64));
        let points: Vec<(f64, f64)> = self.reaches.iter().enumerate().map(at).collect();
        let (Some(first), Some(last)) = (points.first(), points.last()) else { return };
        let mut ground = points.clone();
        ground.extend([(last.0, LEVEL_BASE), (first.0, LEVEL_BASE)]);
        drawing.ground("wash", &ground);
        drawing.curve("curve", &points);
        if let Some(count) = self.beginning() {
            let words = format!("began with {}", self.numerals.whole(count));
            let drop = if first.1 + 24.0 < LEVEL_BASE { 18.0 } else { -8.0 };
            drawing.text("axis", Anchor::Start, (first.0 + 4.0, first.1 + drop), &words);
        }
        let level = self.reaches.last().map_or(0, |reach| reach.level);
        let words = self.numerals.whole(level);
        drawing.dot("end", *last, 4.0, &words);
        drawing.text("number strong", Anchor::Start, (last.0 + 8.0, last.1 + 4.0), &words);
    }

    /// Those who came stand above the line, those who went hang below it, on one scale.
    fn draw_turns(&self, drawing: &mut Drawing, columns: Columns, (up, down): (u64, u64)) {
        let high = (TURN_BASE - TURN_TOP) / (up + down).max(1) as f64;
        let zero = TURN_TOP + high * up as f64;
        let broad = (columns.each * 0.72).clamp(1.0, 26.0);
        for (number, reach) in self.reaches.iter().enumerate() {
            let x = columns.middle(number) - broad / 2.0;
            let say =
                |count: u64, what: &str| format!("{}: {} {what}", reach.from, self.numerals.whole(count));
            let came = self.arrivals(number);
            if came > 0 {
                let length = high * came as f64;
                drawing.bar("good", [x, zero - length, broad, length], &say(came, self.came));
            }
            let mut y = zero;
            for ((count, what), class) in reach.went.iter().zip(self.went).zip(WENT) {
                let length = high * *count as f64;
                if *count > 0 {
                    drawing.bar(class, [x, y, broad, length], &say(*count, what));
                }
                y += length;
            }
        }
        let end = columns.from + columns.each * self.reaches.len() as f64;
        drawing.line("zero", [columns.from, zero, end, zero]);
        self.name_turns(drawing, columns, (zero, high), (up, down));
    }

    /// The numbers of the scale: the most that came and the most that went.
    fn name_turns(
        &self,
        drawing: &mut Drawing,
        columns: Columns,
        (zero, high): (f64, f64),
        (up, down): (u64, u64),
    ) {
        let x = columns.from - 6.0;
        if up > 0 {
            let y = zero - high * up as f64 + 8.0;
            drawing.text(
                "axis",
                Anchor::End,
                (x, y.min(zero - 4.0)),
                &format!("+{}", self.numerals.whole(up)),
            );
        }
        if down > 0 {
            let y = zero + high * down as f64;
            drawing.text(
                "axis",
                Anchor::End,
                (x, y.max(zero + 10.0)),
                &format!("−{}", self.numerals.whole(down)),
            );
        }
    }

    fn draw_days(&self, drawing: &mut Drawing, format: Format, columns: Columns, base: f64) {
        let (Some(first), Some(last)) = (self.reaches.first(), self.reaches.last()) else { return };
        for (day, words) in days(first.from, last.from, format.pick(9, 5)) {
            let number = self.reaches.iter().rposition(|reach| reach.from <= day).unwrap_or(0);
            let x = columns.middle(number);
            drawing.line("tick", [x, LEVEL_BASE, x, LEVEL_BASE + 5.0]);
            drawing.text("axis", Anchor::Middle, (x, base), &words);
        }
    }
}
