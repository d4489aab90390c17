//! The figures of the page: a heading that says what is seen, the plot, and a table with the same numbers.

use serde::Serialize;

use super::crowd::{self, Turnover};
use super::figures::{Figures, Occasion, failed};
use super::pace::Pace;
use crate::cli::durations;
use crate::plot::{Bar, Bars, Caption, Flow, Format, Part, Spread, Spreads, Stack, Stacks};
use crate::words::Numerals;

/// One figure.
#[derive(Serialize)]
pub struct Panel {
    pub id: &'static str,
    pub heading: String,
    /// A sentence or two below the heading.
    pub about: String,
    /// What the colours mean, where words do not stand beside them.
    pub key: Vec<Hue>,
    /// The plot for each width; none where there is nothing to see.
    pub plots: Vec<String>,
    pub table: Table,
    /// Whether it takes half the page where there is room.
    pub is_half: bool,
}

/// A colour and what it means.
#[derive(Serialize)]
pub struct Hue {
    pub class: &'static str,
    pub name: String,
}

/// Numbers for who would rather read; the first cell of a row names it.
#[derive(Serialize)]
pub struct Table {
    pub columns: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

/// Days of which the first sentence speaks.
const LATELY_DAYS: i64 = 30;
/// Bars in a figure.
const MOST_BARS: usize = 10;
/// Rows in the figure of time.
const MOST_SPREADS: usize = 12;

/// What can become of mail that is not delivered, in the order of the bars.
const PARTS: [Part; 5] = [
    Part { name: "refused", class: "refused" },
    Part { name: "given up", class: "expired" },
    Part { name: "in doubt", class: "doubt" },
    Part { name: "reader left", class: "left" },
    Part { name: "waiting", class: "waits" },
];

/// All figures that have something to show, in their order.
pub fn all(figures: &Figures, numerals: Numerals) -> Vec<Panel> {
    let mut panels = vec![readers(figures, numerals), issues(figures, numerals)];
    if figures.reasons.is_empty() {
        panels.extend((!figures.occasions.is_empty()).then(nothing_failed));
    } else {
        panels.extend([reasons(figures, &numerals), domains(figures, &numerals)]);
    }
    panels.extend(times(figures, numerals));
    panels
}

/// A figure of which there is nothing to draw.
fn nothing_failed() -> Panel {
    Panel {
        id: "reasons",
        heading: "No mail failed".to_owned(),
        about: "Every server took what it was offered.".to_owned(),
        key: Vec::new(),
        plots: Vec::new(),
        table: Table { columns: Vec::new(), rows: Vec::new() },
        is_half: false,
    }
}

fn named(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn caption(id: &str, title: &str, description: &str) -> Caption {
    Caption { id: id.to_owned(), title: title.to_owned(), description: description.to_owned() }
}

fn both(draw: impl Fn(Format) -> String) -> Vec<String> {
    vec![draw(Format::Wide), draw(Format::Narrow)]
}

fn readers(figures: &Figures, numerals: Numerals) -> Panel {
    let (stretch, reaches) = crowd::reaches(&figures.turnover, figures.now.date());
    let confirmed = numerals.whole(figures.heads.confirmed);
    let heading =
        if figures.heads.confirmed == 1 { "1 reader".to_owned() } else { format!("{confirmed} readers") };
    let about = match figures.turnover.is_empty() {
        true => "Nobody has been on the list yet.".to_owned(),
        false => format!("{} Each bar is a {}.", lately(figures, &numerals), stretch.words()),
    };
    let flow = Flow { reaches: &reaches, came: "joined", went: ["left", "no longer work"], numerals };
    let caption = caption("readers", "Readers over time", &about);
    let rows = reaches.iter().rev().map(|reach| {
        let counts = [reach.came, reach.went[0], reach.went[1], reach.level];
        let cells = counts.iter().map(|count| numerals.whole(*count));
        [reach.from.to_string()].into_iter().chain(cells).collect()
    });
    Panel {
        id: "readers",
        heading,
        about,
        key: vec![
            Hue { class: "good", name: "joined".to_owned() },
            Hue { class: "left", name: "left".to_owned() },
            Hue { class: "refused", name: "do not work any more".to_owned() },
        ],
        plots: if figures.turnover.is_empty() {
            Vec::new()
        } else {
            both(|format| flow.draw(format, &caption))
        },
        table: Table {
            columns: named(&["from", "joined", "left", "do not work", "readers"]),
            rows: rows.collect(),
        },
        is_half: false,
    }
}

/// How the list changed lately, in a sentence.
fn lately(figures: &Figures, numerals: &Numerals) -> String {
    let since = figures.now.date().saturating_sub(jiff::Span::new().days(LATELY_DAYS));
    let recent = figures.turnover.range(since..).map(|(_, turned)| turned);
    let sum = recent.fold(Turnover::default(), |sum, turned| Turnover {
        joined: sum.joined + turned.joined,
        left: sum.left + turned.left,
        suppressed: sum.suppressed + turned.suppressed,
    });
    let went = sum.left + sum.suppressed;
    format!(
        "In the last {LATELY_DAYS} days {} joined and {} went.",
        numerals.whole(sum.joined),
        numerals.whole(went)
    )
}

/// What became of the mail of an occasion that was not delivered, in the order of [`PARTS`].
fn parts(occasion: &Occasion) -> Vec<u64> {
    let tally = &occasion.recipients;
    vec![tally.failed, tally.expired, tally.doubtful, tally.excluded, tally.open()]
}

fn issues(figures: &Figures, numerals: Numerals) -> Panel {
    let all = figures.recipients();
    let heading = match all.sum() {
        0 => "No issue has been sent yet".to_owned(),
        sum => format!("{} of all mail was delivered", numerals.share(all.sent, sum)),
    };
    let stack = |occasion: &Occasion| Stack {
        name: occasion.name.clone(),
        good: occasion.recipients.sent,
        parts: parts(occasion),
    };
    let rows: Vec<Stack> = figures.occasions.iter().map(stack).collect();
    let occurs = |place: usize| rows.iter().any(|row| row.parts[place] > 0);
    let key = PARTS.iter().enumerate().filter(|(place, _)| occurs(*place));
    let key = key.map(|(_, part)| Hue { class: part.class, name: part.name.to_owned() }).collect();
    let about = issues_about(figures, &numerals, all.sum());
    let caption = caption("issues", "Deliveries per issue", &about);
    let table_rows = figures.occasions.iter().map(|occasion| {
        let counts = [occasion.recipients.sum(), occasion.recipients.sent].into_iter().chain(parts(occasion));
        let names = [occasion.name.clone(), occasion.day.to_string()];
        names.into_iter().chain(counts.map(|count| numerals.whole(count))).collect()
    });
    let table = Table {
        columns: named(&[
            "issue",
            "day",
            "mails",
            "delivered",
            "refused",
            "given up",
            "in doubt",
            "reader left",
            "waiting",
        ]),
        rows: table_rows.collect(),
    };
    let stacks =
        Stacks { rows, parts: &PARTS, good: "delivered", rest: "not delivered, larger scale", numerals };
    let plots =
        if figures.occasions.is_empty() { Vec::new() } else { both(|format| stacks.draw(format, &caption)) };
    Panel { id: "issues", heading, about, key, plots, table, is_half: false }
}

fn issues_about(figures: &Figures, numerals: &Numerals, mails: u64) -> String {
    let count = figures.occasions.len();
    if count == 0 {
        return String::new();
    }
    let mails = self::mails(numerals, mails);
    let which = match (count, figures.earlier) {
        (1, 0) => "The one issue there is".to_owned(),
        (_, 0) => format!("All {} issues", numerals.whole(count as u64)),
        (_, earlier) => format!(
            "The newest {} issues; {} came before",
            numerals.whole(count as u64),
            numerals.whole(earlier as u64)
        ),
    };
    let order = if count > 1 { ", the newest on top" } else { "" };
    format!("{which}: {mails}{order}.")
}

fn reasons(figures: &Figures, numerals: &Numerals) -> Panel {
    let all: u64 = figures.reasons.iter().map(|(_, count)| count).sum();
    let share = |count: u64| format!("{} · {}", numerals.whole(count), numerals.share(count, all));
    let bar = |(name, count): &(String, u64)| Bar { name: name.clone(), value: *count, words: share(*count) };
    let bars: Vec<Bar> = figures.reasons.iter().take(MOST_BARS).map(bar).collect();
    let about = format!("{} of the issues above failed for good.", mails(numerals, all));
    let rows = figures
        .reasons
        .iter()
        .map(|(name, count)| vec![name.clone(), numerals.whole(*count), numerals.share(*count, all)]);
    Panel {
        id: "reasons",
        heading: "Why mail failed".to_owned(),
        plots: drawn(bars, "refused", &caption("reasons", "Failures by reason", &about)),
        about,
        key: Vec::new(),
        table: Table { columns: named(&["reason", "mails", "of all failed"]), rows: rows.collect() },
        is_half: true,
    }
}

fn domains(figures: &Figures, numerals: &Numerals) -> Panel {
    let share = |failed: u64, all: u64| {
        format!("{} · {} of {}", numerals.whole(failed), numerals.share(failed, all), numerals.whole(all))
    };
    let mut bars = Vec::new();
    let mut rows = Vec::new();
    for domain in &figures.domains {
        let (failed, all) = (failed(&domain.recipients), domain.recipients.sum());
        let name = domain.domain.clone().unwrap_or_default();
        rows.push(vec![
            name.clone(),
            numerals.whole(failed),
            numerals.whole(all),
            numerals.share(failed, all),
        ]);
        bars.push(Bar { name, value: failed, words: share(failed, all) });
    }
    let beyond: u64 = bars.iter().skip(MOST_BARS).map(|bar| bar.value).sum();
    bars.truncate(MOST_BARS);
    let others = beyond + figures.elsewhere;
    if others > 0 {
        let name = "others".to_owned();
        bars.push(Bar { name: name.clone(), value: others, words: numerals.whole(others) });
        rows.push(vec![name, numerals.whole(others), String::new(), String::new()]);
    }
    let about = "Domains with fewer than five readers are among the others.".to_owned();
    Panel {
        id: "domains",
        heading: "Where mail failed".to_owned(),
        plots: drawn(bars, "refused", &caption("domains", "Failures by domain", &about)),
        about,
        key: Vec::new(),
        table: Table { columns: named(&["domain", "failed", "mails", "failed of them"]), rows },
        is_half: true,
    }
}

/// Bars in a figure of half the page, which look the same on a phone.
fn drawn(bars: Vec<Bar>, class: &'static str, caption: &Caption) -> Vec<String> {
    match bars.is_empty() {
        true => Vec::new(),
        false => vec![Bars { bars, class }.draw(Format::Narrow, caption)],
    }
}

fn times(figures: &Figures, numerals: Numerals) -> Option<Panel> {
    let timed = || figures.occasions.iter().filter_map(|occasion| Some((occasion, occasion.pace.as_ref()?)));
    let (occasion, pace) = timed().next()?;
    let (most, nearly) = (numerals.per_cent(90), numerals.per_cent(99));
    let about = format!(
        "That is the newest issue, {}; {most} arrived within {}, {nearly} within {}. Time runs from freezing an \
         issue to the server’s word; its scale is logarithmic. Bars show the part of the mail that took so long.",
        occasion.name,
        durations::words(pace.most_secs),
        durations::words(pace.nearly_all_secs)
    );
    let caption = caption("times", "Time to deliver", &about);
    let rows = timed().take(MOST_SPREADS).map(|(occasion, pace)| spread(occasion, pace)).collect();
    let spreads = Spreads { rows, numerals };
    let table_rows = timed().map(|(occasion, pace)| {
        let secs = [pace.half_secs, pace.most_secs, pace.nearly_all_secs, pace.slowest_secs];
        let names = [occasion.name.clone(), numerals.whole(pace.mails)];
        names.into_iter().chain(secs.map(durations::words)).collect()
    });
    let table = Table {
        columns: named(&["issue", "delivered", "half", &most, &nearly, "all"]),
        rows: table_rows.collect(),
    };
    Some(Panel {
        id: "times",
        heading: format!("Half of the mail arrived within {}", durations::words(pace.half_secs)),
        about,
        key: vec![
            Hue { class: "half", name: "half".to_owned() },
            Hue { class: "most", name: most },
            Hue { class: "nearly", name: nearly },
        ],
        plots: both(|format| spreads.draw(format, &caption)),
        table,
        is_half: false,
    })
}

fn spread(occasion: &Occasion, pace: &Pace) -> Spread {
    let secs = [pace.half_secs, pace.most_secs, pace.nearly_all_secs];
    Spread {
        name: occasion.name.clone(),
        bins: occasion.bins.clone(),
        marks: secs.map(|secs| secs as f64),
        words: secs.map(durations::words),
    }
}

fn mails(numerals: &Numerals, count: u64) -> String {
    if count == 1 { "1 mail".to_owned() } else { format!("{} mails", numerals.whole(count)) }
}
