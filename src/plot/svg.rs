//! An SVG element, piece by piece (SVG 2). What it says aloud stands in `title` and `desc`.

use std::fmt::Write as _;

use unicode_width::UnicodeWidthChar;

/// The room a plot is drawn for. Letters are 12 px high in either.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A desk or a sheet of paper: 720 px.
    Wide,
    /// A phone, or half a desk: 344 px.
    Narrow,
}

impl Format {
    pub(super) fn width(self) -> f64 {
        match self {
            Self::Wide => 720.0,
            Self::Narrow => 344.0,
        }
    }

    /// `wide` if that is this format, else `narrow`.
    pub(super) fn pick<T>(self, wide: T, narrow: T) -> T {
        match self {
            Self::Wide => wide,
            Self::Narrow => narrow,
        }
    }

    fn class(self) -> &'static str {
        self.pick("wide", "narrow")
    }
}

/// What a plot says to who cannot see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caption {
    /// Unique on its page.
    pub id: String,
    pub title: String,
    pub description: String,
}

/// Which point of a text stands at its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// Bars thinner than this have no gap around them.
const SLIM: f64 = 4.0;

/// A drawing that grows downwards.
pub(super) struct Drawing {
    format: Format,
    body: String,
}

impl Drawing {
    pub fn new(format: Format) -> Self {
        Self { format, body: String::new() }
    }

    fn push(&mut self, element: std::fmt::Arguments<'_>) {
        self.body.write_fmt(element).expect("a string takes every write");
        self.body.push('\n');
    }

    /// A bar. `words` are shown where a pointer rests on it.
    pub fn bar(&mut self, class: &str, [x, y, width, height]: [f64; 4], words: &str) {
        // A gap would eat up a bar that is hardly there.
        let slim = if width.min(height) < SLIM { " slim" } else { "" };
        let (x, y, width, height) = (px(x), px(y), px(width.max(0.0)), px(height.max(0.0)));
        let words = escaped(words);
        self.push(format_args!(
            r#"<rect class="{class}{slim}" x="{x}" y="{y}" width="{width}" height="{height}"><title>{words}</title></rect>"#
        ));
    }

    pub fn line(&mut self, class: &str, [x1, y1, x2, y2]: [f64; 4]) {
        let (x1, y1, x2, y2) = (px(x1), px(y1), px(x2), px(y2));
        self.push(format_args!(r#"<line class="{class}" x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}"/>"#));
    }

    /// A line through `points`.
    pub fn curve(&mut self, class: &str, points: &[(f64, f64)]) {
        let points: Vec<String> = points.iter().map(|(x, y)| format!("{},{}", px(*x), px(*y))).collect();
        self.push(format_args!(r#"<polyline class="{class}" points="{}"/>"#, points.join(" ")));
    }

    /// The ground enclosed by `points`.
    pub fn ground(&mut self, class: &str, points: &[(f64, f64)]) {
        let points: Vec<String> = points.iter().map(|(x, y)| format!("{},{}", px(*x), px(*y))).collect();
        self.push(format_args!(r#"<polygon class="{class}" points="{}"/>"#, points.join(" ")));
    }

    /// A dot. `words` are shown where a pointer rests on it.
    pub fn dot(&mut self, class: &str, (x, y): (f64, f64), radius: f64, words: &str) {
        let (x, y, radius, words) = (px(x), px(y), px(radius), escaped(words));
        self.push(format_args!(
            r#"<circle class="{class}" cx="{x}" cy="{y}" r="{radius}"><title>{words}</title></circle>"#
        ));
    }

    /// Words on the line `y`.
    pub fn text(&mut self, class: &str, anchor: Anchor, (x, y): (f64, f64), words: &str) {
        let (x, y, words) = (px(x), px(y), escaped(words));
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        self.push(format_args!(
            r#"<text class="{class}" x="{x}" y="{y}" text-anchor="{anchor}">{words}</text>"#
        ));
    }

    /// The finished element.
    pub fn finish(self, height: f64, caption: &Caption) -> String {
        let Caption { id, title, description } = caption;
        let (width, height, class) = (px(self.format.width()), px(height), self.format.class());
        let (title, description, body) = (escaped(title), escaped(description), self.body);
        format!(
            "<svg class=\"{class}\" viewBox=\"0 0 {width} {height}\" role=\"img\" \
             aria-labelledby=\"{id}-{class}-title {id}-{class}-desc\">\n\
             <title id=\"{id}-{class}-title\">{title}</title>\n\
             <desc id=\"{id}-{class}-desc\">{description}</desc>\n{body}</svg>"
        )
    }
}

/// A length to a tenth of a pixel.
fn px(length: f64) -> String {
    let tenths = (length * 10.0).round() / 10.0;
    // Minus zero is zero.
    (tenths + 0.0).to_string()
}

fn escaped(words: &str) -> String {
    words.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// How wide words of 12 px are, more or less, in the letters of most systems.
pub(super) fn breadth(words: &str) -> f64 {
    words.chars().map(|c| if c.width() == Some(2) { 12.0 } else { 6.6 }).sum()
}

/// `words`, cut with an ellipsis where they are broader than `room`.
pub(super) fn fitted(words: &str, room: f64) -> String {
    if breadth(words) <= room {
        return words.to_owned();
    }
    let mut cut = String::new();
    for c in words.chars() {
        cut.push(c);
        if breadth(&cut) > room - 10.0 {
            cut.pop();
            break;
        }
    }
    format!("{}…", cut.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_escaped_and_lengths_are_short() {
        let mut drawing = Drawing::new(Format::Narrow);
        drawing.text("label", Anchor::End, (1.0 / 3.0, -0.01), "<a> & \"b\"");
        let caption = Caption { id: "x".to_owned(), title: "A < B".to_owned(), description: String::new() };
        let svg = drawing.finish(20.04, &caption);
        assert!(
            svg.contains(r#"x="0.3" y="0" text-anchor="end">&lt;a&gt; &amp; &quot;b&quot;</text>"#),
            "{svg}"
        );
        assert!(svg.starts_with(r#"<svg class="narrow" viewBox="0 0 344 20" role="img""#), "{svg}");
        assert!(svg.contains(r#"<title id="x-narrow-title">A &lt; B</title>"#), "{svg}");
    }

    #[test]
    fn words_too_broad_for_their_room_are_cut() {
        assert_eq!(fitted("On maps", 100.0), "On maps");
        assert_eq!(fitted("On maps and other lies", 80.0), "On maps an…");
        assert_eq!(fitted("余白を送る手紙について", 80.0), "余白を送る…");
    }
}
