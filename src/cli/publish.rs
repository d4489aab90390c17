//! `publish`: build, then send.

use serde_json::json;

use super::args::PublishArgs;
use super::console::Report;
use super::desk::Desk;
use super::exit::Failure;
use super::publication::Publication;
use super::send::Office;
use super::{build, send_words};

pub fn run(desk: &Desk, args: &PublishArgs) -> Result<Report, Failure> {
    let publication = Publication::load(desk)?;
    let zone = publication.config.zone()?.rules();
    let office = Office::open(desk, &publication, args.news)?;
    // The pages stand before any mail that links to them leaves.
    let site = build::build(desk, &publication, &args.build)?;
    let mailing = office.mail(desk, &publication, args.news, &args.build)?;
    let text = format!("{}\n{}", build::summary(&site, &args.build.out), send_words::text(&mailing, &zone));
    let json = json!({
        "site": build::to_json(&site, &args.build.out),
        "mail": send_words::to_json(&mailing),
    });
    let findings = build::findings(&publication, &site);
    Ok(mailing.close(Report::done(text, json).with_findings(findings)))
}
