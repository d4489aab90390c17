//! What stands above an essay: title, authors, date, in any order and with blank lines between.
//!
//! A line is lifted out only when front matter takes all it says; a month (`二〇二六年十一月`), a place, a
//! photographer or a subtitle stays in the text, though what can be learnt from it is.

use std::collections::BTreeSet;
use std::ops::Range;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use unicode_width::UnicodeWidthStr;

use crate::post::Format;
use crate::post::adopt::byline::{self, Byline};
use crate::post::adopt::day::{self, Day, Precision};
use crate::post::adopt::lines::{Line, lines};
use crate::post::adopt::title::{self, together, unstarred};
use crate::post::slug::is_han;

/// Lines among which a head is looked for.
const HEAD_LINES: usize = 24;
/// Lines of a head that may stay in the text: a subtitle, a place.
const KEPT_LINES: usize = 2;
/// Columns of the longest subtitle.
const SUBTITLE_COLUMNS: usize = 80;
/// Columns of the longest line at the end of an essay that may hold its date.
const CLOSING_COLUMNS: usize = 48;

/// What reading a head must be told.
#[derive(Clone, Copy)]
pub(super) struct Ask<'a> {
    pub format: Format,
    pub zone: &'a TimeZone,
    /// Authors of the publication, whose bare names are by-lines.
    pub known_names: &'a BTreeSet<&'a str>,
    /// The date the post has whatever its head says.
    pub fixed: Option<Date>,
}

/// What was found, and which octets it takes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Head {
    pub title: Option<String>,
    pub authors: Vec<String>,
    pub day: Option<Day>,
    /// In order, apart from each other.
    pub lifted: Vec<Range<usize>>,
}

impl Head {
    /// `text` without what was lifted out of it.
    pub fn rest_of(&self, text: &str) -> String {
        let mut rest = String::with_capacity(text.len());
        let mut at = 0;
        for range in &self.lifted {
            rest.push_str(&text[at..range.start]);
            at = range.end;
        }
        rest.push_str(&text[at..]);
        rest
    }
}

/// Reads the head of `text`. An essay that is nothing but a head has none.
pub(super) fn read<'a>(text: &'a str, ask: Ask<'_>) -> Head {
    let is_markdown = ask.format == Format::Markdown;
    let as_read =
        |line: Line<'a>| if is_markdown { Line { text: unstarred(line.text), ..line } } else { line };
    let lines: Vec<Line<'_>> = lines(text).take(HEAD_LINES).map(as_read).collect();
    let mut reader = Reader { lines: &lines, at: 0, ask, head: Head::default(), kept: 0 };
    while reader.step() {}
    let head = reader.head;
    if head.rest_of(text).trim().is_empty() { Head::default() } else { head }
}

/// The date on one of the last two lines, where letters and essays bear it.
pub(super) fn closing_day(text: &str, zone: &TimeZone) -> Option<Day> {
    let last = text.lines().rev().map(str::trim).filter(|line| !line.is_empty()).take(2);
    last.filter(|line| line.width() <= CLOSING_COLUMNS).find_map(|line| day::within(line, zone))
}

struct Reader<'a> {
    lines: &'a [Line<'a>],
    at: usize,
    ask: Ask<'a>,
    head: Head,
    /// Lines passed over that stay in the text.
    kept: usize,
}

impl Reader<'_> {
    /// Takes one more line for the head, unless the text has begun.
    fn step(&mut self) -> bool {
        while self.lines.get(self.at).is_some_and(Line::is_blank) {
            self.at += 1;
        }
        let Some(line) = self.lines.get(self.at) else { return false };
        self.byline(line) || self.day(line) || self.title() || self.keep_before_byline(line)
    }

    fn byline(&mut self, line: &Line<'_>) -> bool {
        let Some(byline) = self.byline_in(line) else { return false };
        let is_day_taken = byline.day.as_ref().is_none_or(|day| self.takes(day));
        let may_pass = if byline.says_more || !is_day_taken {
            self.keep()
        } else {
            self.lift(1);
            true
        };
        self.head.day = self.head.day.take().or(byline.day);
        self.head.authors.extend(byline.names);
        may_pass
    }

    fn byline_in(&self, line: &Line<'_>) -> Option<Byline> {
        if self.head.title.is_some() && self.is_bare_name(line) {
            return Some(Byline { names: vec![together(line.text)], day: None, says_more: false });
        }
        // A dash and a name below anything but the title is who said the words above it.
        let may_be_dashed = self.head.title.is_some() && self.kept == 0;
        // `By Night` above everything is a title.
        let is_sure = |name: &String| self.head.title.is_some() || name.contains(' ') || !name.is_ascii();
        byline::read(line.text, self.ask.zone)
            .filter(|byline| (!is_dashed(line) || may_be_dashed) && byline.names.iter().all(is_sure))
    }

    /// An author's name without a label: known here, or set apart as names on title pages are (`朱　自　清`).
    fn is_bare_name(&self, line: &Line<'_>) -> bool {
        let is_spaced = together(line.text) != line.text && line.text.split_whitespace().count() <= 4;
        let is_han = line.text.chars().all(|c| c.is_whitespace() || is_han(c));
        self.ask.known_names.contains(line.text) || is_spaced && is_han && self.kept == 0
    }

    fn day(&mut self, line: &Line<'_>) -> bool {
        if self.head.day.is_some() || line.text.width() > CLOSING_COLUMNS {
            return false;
        }
        let whole = day::whole(line.text, self.ask.zone);
        let is_all = whole.as_ref().is_some_and(|day| day.precision != Precision::Month && self.takes(day));
        let has_room = self.lines.get(self.at + 1).is_none_or(Line::is_blank) || self.head.title.is_some();
        let Some(day) = whole.or_else(|| day::within(line.text, self.ask.zone)).filter(|_| has_room) else {
            return false;
        };
        if is_all {
            self.lift(1);
        } else if !self.keep() {
            return false;
        }
        self.head.day = Some(day);
        true
    }

    /// Whether front matter will say this day.
    fn takes(&self, day: &Day) -> bool {
        self.ask.fixed.is_none_or(|fixed| fixed == day.at.date())
    }

    fn title(&mut self) -> bool {
        if self.head.title.is_some() || self.kept > 0 {
            return false;
        }
        let rest = &self.lines[self.at..];
        let title = title::read(rest, self.ask.format).or_else(|| self.title_above_byline(rest));
        let Some(title) = title else { return false };
        self.lift(title.lines);
        self.head.title = Some(title.text);
        true
    }

    /// A by-line or date right below, or below a subtitle, makes a line a title as an empty line would. So does
    /// what may be a bare name, though that stays in the text: it may be `Part One` as well.
    fn title_above_byline(&self, lines: &[Line<'_>]) -> Option<title::Title> {
        let below = lines.get(1)?;
        let is_byline = |line: &Line<'_>| byline::read(line.text, self.ask.zone).is_some();
        let is_head = self.ask.known_names.contains(below.text)
            || is_byline(below)
            || day::whole(below.text, self.ask.zone).is_some()
            || is_short(below) && lines.get(2).is_some_and(is_byline)
            || byline::may_be_name(below.text)
                && lines.get(2).is_some_and(|line| line.is_blank() || is_paragraph(line));
        let blank = Line { text: "", indent: "", range: 0..0 };
        let set_apart: Vec<Line<'_>> =
            [lines[0].clone(), blank].into_iter().chain(lines[1..].iter().cloned()).collect();
        if is_head { title::read(&set_apart, self.ask.format) } else { None }
    }

    /// A subtitle stays where it is, if a by-line comes below it.
    fn keep_before_byline(&mut self, line: &Line<'_>) -> bool {
        let below = self.lines[self.at + 1..].iter().find(|line| !line.is_blank());
        let is_above_byline =
            below.is_some_and(|below| !is_dashed(below) && byline::read(below.text, self.ask.zone).is_some());
        self.head.title.is_some() && is_above_byline && is_short(line) && self.keep()
    }

    /// Passes over a line that stays in the text; false when the text must have begun.
    fn keep(&mut self) -> bool {
        let may_pass = self.kept < KEPT_LINES;
        if may_pass {
            self.kept += 1;
            self.at += 1;
        }
        may_pass
    }

    /// Takes `count` lines out, with everything above them that is not kept.
    fn lift(&mut self, count: usize) {
        let (first, last) = (&self.lines[self.at], &self.lines[self.at + count - 1]);
        let start = if self.kept == 0 { 0 } else { first.range.start };
        match self.head.lifted.last_mut() {
            Some(before) if start <= before.end => before.end = last.range.end,
            _ => self.head.lifted.push(start..last.range.end),
        }
        self.at += count;
    }
}

/// Whether a line is short enough for a subtitle.
fn is_short(line: &Line<'_>) -> bool {
    !line.is_blank() && line.text.width() <= SUBTITLE_COLUMNS
}

/// Whether a line begins a paragraph by its full-width indent.
fn is_paragraph(line: &Line<'_>) -> bool {
    line.indent.starts_with('\u{3000}')
}

fn is_dashed(line: &Line<'_>) -> bool {
    line.text.starts_with(['—', '―', '─', '–', '-'])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn head(text: &str, fixed: Option<Date>) -> Head {
        let known_names = BTreeSet::from(["Ada Marlow"]);
        read(text, Ask { format: Format::Plain, zone: &TimeZone::UTC, known_names: &known_names, fixed })
    }

    fn came(text: &str) -> (String, String, String, String) {
        let head = head(text, None);
        let day = head.day.as_ref().map(Day::to_toml).unwrap_or_default();
        (head.title.clone().unwrap_or_default(), head.authors.join("; "), day, head.rest_of(text))
    }

    #[test]
    fn a_head_is_read_in_any_order_and_lifted_out() {
        for (text, title, authors, day, rest) in [
            ("On maps\nby Tobias Fenn\n\nText\n", "On maps", "Tobias Fenn", "", "\nText\n"),
            (
                "\n\nOn maps\n\nBy Tobias Fenn\n22 November 2026\n\nText\n",
                "On maps",
                "Tobias Fenn",
                "2026-11-22",
                "\nText\n",
            ),
            ("2026-11-22\n\nOn maps\n\nText", "On maps", "", "2026-11-22", "\nText"),
            ("By Tobias Fenn\r\n\r\nOn maps\r\n\r\nText", "On maps", "Tobias Fenn", "", "\r\nText"),
            ("On maps\nAda Marlow\n\nText", "On maps", "Ada Marlow", "", "\nText"),
            ("背　影\n\n朱　自　清\n\n正文。", "背影", "朱自清", "", "\n正文。"),
            ("On maps\n\n— Tobias Fenn\n\nText", "On maps", "Tobias Fenn", "", "\nText"),
            (
                "論地圖\n作者：林晚舟　日期：2026年11月22日\n\n　　正文。",
                "論地圖",
                "林晚舟",
                "2026-11-22",
                "\n　　正文。",
            ),
            ("By Starlight\nby Ada\n\nText", "By Starlight", "Ada", "", "\nText"),
            ("《論地圖》\n文／林晚舟\n　　正文。", "論地圖", "林晚舟", "", "　　正文。"),
        ] {
            let want = (title.to_owned(), authors.to_owned(), day.to_owned(), rest.to_owned());
            assert_eq!(came(text), want, "given {text:?}");
        }
    }

    #[test]
    fn a_line_that_says_more_than_front_matter_stays() {
        for (text, title, authors, day, rest) in [
            ("論地圖\n二〇二六年十一月\n\n正文。", "論地圖", "", "2026-11-01", "二〇二六年十一月\n\n正文。"),
            (
                "論地圖\n文／林晚舟　攝影／王大明\n\n正文。",
                "論地圖",
                "林晚舟",
                "",
                "文／林晚舟　攝影／王大明\n\n正文。",
            ),
            (
                "On maps\n\nIn defence of getting lost\nby Tobias Fenn\n\nText",
                "On maps",
                "Tobias Fenn",
                "",
                "\nIn defence of getting lost\n\nText",
            ),
            (
                "Lisbon, 22 November 2026\n\nDear Ada,\n\nText",
                "",
                "",
                "2026-11-22",
                "Lisbon, 22 November 2026\n\nDear Ada,\n\nText",
            ),
        ] {
            let want = (title.to_owned(), authors.to_owned(), day.to_owned(), rest.to_owned());
            assert_eq!(came(text), want, "given {text:?}");
        }
        let fixed = Some(jiff::civil::date(2020, 1, 1));
        assert!(head("2026-11-22\n\nIt rained.", fixed).lifted.is_empty());
    }

    #[test]
    fn what_may_be_a_bare_name_makes_the_line_above_it_a_title() {
        for (text, title, rest) in [
            ("Leave the Door Open\nTobias Fenn\n\nText", "Leave the Door Open", "Tobias Fenn\n\nText"),
            ("論地圖\n林晚舟\n　　正文。", "論地圖", "林晚舟\n　　正文。"),
            ("It rained on\nTobias Fenn\nand on me", "", "It rained on\nTobias Fenn\nand on me"),
        ] {
            let (found, authors, _, left) = came(text);
            assert_eq!(
                (found.as_str(), authors.as_str(), left.as_str()),
                (title, "", rest),
                "given {text:?}"
            );
        }
    }

    #[test]
    fn an_essay_without_a_head_is_left_whole() {
        for text in [
            "It rained.\n\n— Tobias Fenn\n\nText",
            "On maps\n\nThe map is not the territory.\n— Alfred Korzybski\n\nText",
            "「你來了。」\n「我來了。」",
            "On maps\nby Tobias Fenn\n",
            "",
        ] {
            let rest = head(text, None).rest_of(text);
            assert!(
                text.ends_with(&rest) && rest.len() + "On maps\n".len() >= text.len(),
                "given {text:?}: {rest:?}"
            );
        }
    }

    #[test]
    fn a_head_has_no_more_than_two_lines_that_stay() {
        let text = "On maps\nA map\nBy Tobias Fenn\nAnother map\nBy Tobias Fenn\n二〇二六年十一月";
        assert_eq!(head(text, None).rest_of(text), "A map\nAnother map\n二〇二六年十一月");
    }

    #[test]
    fn the_date_may_stand_below_the_essay() {
        let day = |text| closing_day(text, &TimeZone::UTC).map(|day| day.to_toml());
        assert_eq!(day("正文。\n\n二〇二六年十一月於台北\n").as_deref(), Some("2026-11-01"));
        assert_eq!(day("Text.\n\nLisbon, 22 November 2026\nAda").as_deref(), Some("2026-11-22"));
        assert_eq!(day("Text that ends on 22 November 2026."), None);
    }

    proptest! {
        #[test]
        fn nothing_but_whole_lines_is_lifted_and_the_rest_is_to_the_letter(
            lines in prop::collection::vec(
                prop::sample::select(vec![
                    "", "　", "On maps", "By Tobias Fenn", "《論地圖》", "論地圖", "文／林晚舟", "2026年11月22日", "====",
                    "Some text that ends like text.", "　　正文。", "一、晚", "— Ada", "「你來了。」", "二〇二六年十一月", "# Ü",
                ]),
                0..12,
            ),
            end in prop::sample::select(vec!["\n", "\r\n", "\r"]),
        ) {
            let text = lines.join(end);
            let head = head(&text, None);
            let kept: Vec<&str> = super::lines(&text)
                .filter(|line| !head.lifted.iter().any(|range| range.start <= line.range.start && line.range.end <= range.end))
                .map(|line| &text[line.range])
                .collect();
            prop_assert_eq!(kept.concat(), head.rest_of(&text));
        }
    }
}
