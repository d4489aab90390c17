//! `publish`: build, tell hubs where that is asked for, then send.

use serde_json::json;

use super::args::PublishArgs;
use super::console::Report;
use super::desk::Desk;
use super::exit::Failure;
use super::publication::Publication;
use super::send::Office;
use super::{build, ping, send_words};

pub fn run(desk: &Desk, args: &PublishArgs) -> Result<Report, Failure> {
    build::refuse_the_publication_itself(desk, &args.build.out)?;
    build::end_what_was_begun(desk, &args.build.out);
    let publication = Publication::load(desk)?;
    let zone = publication.config.zone()?.rules();
    let office = Office::open(desk, &publication, args.news)?;
    // The pages stand before any mail that links to them leaves.
    let site = build::build(desk, &publication, &args.build)?;
    // Hubs are told before mail leaves: feeds are out now, and mail may take hours.
    let ping = ping::in_publish(desk, &publication.config, &args.build.out)?;
    let mailing = office.mail(desk, &publication, args.news, &args.build)?;
    let mut text = format!("{}\n", build::summary(&site, &args.build.out));
    let mut json = json!({ "site": build::to_json(&site, &args.build.out) });
    let mut findings = build::findings(&publication, &site);
    if let Some(ping) = ping {
        text.push_str(&ping.text);
        json["ping"] = ping.json;
        findings.extend(ping.findings);
    }
    text.push_str(&send_words::text(&mailing, &zone));
    json["mail"] = send_words::to_json(&mailing);
    Ok(mailing.close(Report::done(text, json).with_findings(findings)))
}
