//! The page: what is told first, the figures in their order, and the template they go into.

use serde::Serialize;

use super::figures::{Figures, failed};
use super::panels::{self, Panel};
use crate::cli::exit::Failure;
use crate::config::Config;
use crate::template::Templates;
use crate::words::Numerals;

/// The variables of `report.html`.
#[derive(Serialize)]
struct Page<'a> {
    publication: Publication<'a>,
    /// When it was made, in the publication's zone.
    at: String,
    style: &'a str,
    tiles: Vec<Tile>,
    panels: Vec<Panel>,
}

#[derive(Serialize)]
struct Publication<'a> {
    title: &'a str,
    url: &'a str,
}

/// A number that is told before all plots.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Tile {
    value: String,
    name: &'static str,
    note: String,
}

/// The finished page.
pub fn render(config: &Config, figures: &Figures) -> Result<String, Failure> {
    let templates = Templates::load(config.templates_folder().as_deref())?;
    let site = config.site()?;
    let numerals = Numerals::of(&config.lang());
    let page = Page {
        publication: Publication { title: &site.title, url: site.url.as_str() },
        at: figures.now.strftime("%-d %B %Y, %H:%M").to_string(),
        style: templates.text("report.css")?,
        tiles: tiles(figures, &numerals),
        panels: panels::all(figures, numerals),
    };
    Ok(templates.render("report.html", &page)?)
}

fn tiles(figures: &Figures, numerals: &Numerals) -> Vec<Tile> {
    let heads = &figures.heads;
    let recipients = figures.recipients();
    let gone = [(heads.pending, "to confirm"), (heads.left, "left"), (heads.suppressed, "do not work")];
    let gone: Vec<String> = gone
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{} {what}", numerals.whole(*count)))
        .collect();
    let tile = |value: u64, name, note: String| Tile { value: numerals.whole(value), name, note };
    let share = |count: u64| match recipients.sum() {
        0 => String::new(),
        all => format!("{} of {}", numerals.share(count, all), numerals.whole(all)),
    };
    let noted = |count: u64, note: &str| if count > 0 { note.to_owned() } else { String::new() };
    vec![
        tile(heads.confirmed, "readers", gone.join(", ")),
        tile(recipients.sent, "mails delivered", share(recipients.sent)),
        tile(failed(&recipients), "failed", share(failed(&recipients))),
        tile(recipients.doubtful, "in doubt", noted(recipients.doubtful, "may have arrived or not")),
        tile(recipients.open(), "waiting", noted(recipients.open(), "for their turn or another try")),
    ]
}
