//! `report`: what became of every issue, and why: in words, as a list of recipients, or as a page with plots.

mod account;
mod crowd;
mod figures;
mod page;
mod panels;
mod pace;
mod reasons;
mod recipients;
mod words;

use std::path::Path;

use serde_json::json;

use super::args::ReportArgs;
use super::book;
use super::console::Report;
use super::desk::Desk;
use super::exit::{Exit, Failure};
use crate::config::Config;
use crate::ledger::Ledger;
use account::Account;
use figures::Figures;
pub use recipients::{domain_of, standing_words};

pub fn run(desk: &Desk, args: &ReportArgs) -> Result<Report, Failure> {
    let config = desk.config()?;
    let zone = config.zone()?.rules();
    let ledger = book::open_read_only(&config)?;
    if let Some(file) = &args.html {
        return write_page(desk, &config, &ledger, file);
    }
    let domain = domain_of(args.domain.as_deref())?;
    if let Some(standing) = args.readers {
        return recipients::list(desk, &ledger, args.issue, domain, standing, &zone);
    }
    let account = Account::of(&ledger, args.issue, domain)?;
    Ok(Report::done(words::text(&account, desk.now(), &zone), account.to_json()))
}

fn write_page(desk: &Desk, config: &Config, ledger: &Ledger, file: &Path) -> Result<Report, Failure> {
    let figures = Figures::of(ledger, &desk.now().to_zoned(config.zone()?.rules()))?;
    let page = page::render(config, &figures)?;
    put(file, &page)
        .map_err(|error| Failure::plain(Exit::Operator, format!("{}: {error}", file.display())))?;
    let text = format!("Wrote {}.\n", file.display());
    Ok(Report::done(text, json!({ "file": file, "octets": page.len() })))
}

/// Writes the page under another name first, so that nobody ever opens half of one.
fn put(file: &Path, page: &str) -> std::io::Result<()> {
    let mut unfinished = file.as_os_str().to_owned();
    unfinished.push(".unfinished");
    std::fs::write(&unfinished, page)?;
    std::fs::rename(&unfinished, file)
}
