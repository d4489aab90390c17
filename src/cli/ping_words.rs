//! What hubs were told, in words and for machines.

use std::fmt::Write as _;
use std::path::PathBuf;

use serde_json::{Value, json};

use super::build::counted;
use crate::post::Fault;
use crate::site::Topic;
use crate::web::ping::{Absent, HubReport, News, NotLive, PingReport, Refusal};

/// What would be told.
pub fn intent(news: &[News<'_>]) -> String {
    if news.is_empty() {
        return NOTHING.to_owned();
    }
    let mut text = String::new();
    for News { hub, topics } in news {
        writeln!(text, "{hub} would be told of {}:", feeds(topics.len()))
            .expect("a string takes every write");
        for topic in topics {
            writeln!(text, "  {}", topic.url).expect("a string takes every write");
        }
    }
    text
}

/// The same for machines.
pub fn intent_json(news: &[News<'_>]) -> Value {
    let hubs = news.iter().map(|news| json!({ "hub": news.hub, "feeds": urls(&news.topics) }));
    json!({ "would_tell": hubs.collect::<Value>() })
}

const NOTHING: &str = "No feed has changed since the hubs were told.\n";

/// One line for each hub.
pub fn text(report: &PingReport<'_>) -> String {
    if report.hubs.is_empty() {
        return NOTHING.to_owned();
    }
    let told = report.hubs.iter().filter(|hub| !hub.told.is_empty());
    let lines: String = told.map(|hub| format!("Told {} of {}.\n", hub.hub, feeds(hub.told.len()))).collect();
    if lines.is_empty() { "No hub was told of anything.\n".to_owned() } else { lines }
}

/// The same for machines.
pub fn to_json(report: &PingReport<'_>) -> Value {
    let hub = |hub: &HubReport<'_>| {
        json!({
            "hub": hub.hub,
            "told": urls(&hub.told),
            "untold": urls(&hub.untold),
            "why": hub.refusal.as_ref().map(Refusal::to_string),
        })
    };
    let missing = |missing: &NotLive<'_>| json!({ "feed": missing.topic.url, "why": absence(&missing.why) });
    json!({
        "hubs": report.hubs.iter().map(hub).collect::<Value>(),
        "not_live": report.not_live.iter().map(missing).collect::<Value>(),
    })
}

/// What deserves a word: feeds that are not out, and hubs that were not told.
pub fn findings(report: &PingReport<'_>) -> Vec<Fault> {
    let hubs = report.hubs.iter().filter_map(unreached);
    not_out(&report.not_live).into_iter().chain(hubs).collect()
}

/// One finding for all feeds that are not out: it is one deploy.
fn not_out(missing: &[NotLive<'_>]) -> Option<Fault> {
    let first = missing.first()?;
    let more = match missing.len() - 1 {
        0 => "no hub was told".to_owned(),
        more => format!("no hub was told of this feed and {more} more"),
    };
    let what = format!("{}: {more}", absence(&first.why));
    let help = match first.why {
        Absent::Different | Absent::Status(_) | Absent::WithOthers => {
            "run `postrider ping` again when the deploy is over, or with --wait SECS; \
             where the site changes feeds on their way, with --unchecked"
        }
        Absent::Unreachable(_) => "run `postrider ping` again when the site can be reached",
    };
    Some(Fault { file: place(&first.topic.url), line: 0, what, help: Some(help.to_owned()) })
}

fn absence(why: &Absent) -> String {
    match why {
        Absent::Different => "is not there as it was built".to_owned(),
        Absent::Status(status) => format!("is not there: the site answers {status}"),
        Absent::Unreachable(error) => error.with_cause(),
        Absent::WithOthers => "was not looked for: others are not there".to_owned(),
    }
}

fn unreached(hub: &HubReport<'_>) -> Option<Fault> {
    let refusal = hub.refusal.as_ref()?;
    let what = format!("{refusal}: it was not told of {}", feeds(hub.untold.len()));
    let help = "the next `postrider ping` tells it again".to_owned();
    Some(Fault { file: place(&hub.hub), line: 0, what, help: Some(help) })
}

fn place(url: &url::Url) -> PathBuf {
    PathBuf::from(url.as_str())
}

fn feeds(count: usize) -> String {
    counted(count, "feed", "feeds")
}

fn urls(topics: &[&Topic]) -> Value {
    topics.iter().map(|topic| topic.url.as_str()).collect()
}
