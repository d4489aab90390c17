//! The lanes in words: what each may carry, what it carried, and what held mail back.

use std::fmt::Write as _;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::build::counted;
use super::status::minute;
use crate::config::{DeliverySettings, LaneConfig, Way};
use crate::delivery::{HeldBack, LaneReport, LaneState, Limits, SendReport};

/// What lanes there are and what they may carry, for `plan`. Nothing where the configuration names none.
pub fn planned(settings: &DeliverySettings, now: Timestamp) -> String {
    let mut text = String::new();
    let Some(lanes) = named(settings) else { return text };
    text.push_str("\nLanes\n");
    let all: u32 = lanes.iter().filter(|lane| !lane.is_fallback).map(|lane| lane.weight).sum();
    let parts: Vec<String> = lanes.iter().map(|lane| part_words(lane, all)).collect();
    let name_width = lanes.iter().map(|lane| lane.name.len()).max().unwrap_or_default();
    let part_width = parts.iter().map(String::len).max().unwrap_or_default();
    for (lane, part) in lanes.iter().zip(&parts) {
        line(&mut text, &format!("  {:name_width$}  {part:part_width$}  {}", lane.name, lane.relay));
        let limits = limits_words(&lane.limits, now);
        if !limits.is_empty() {
            let indent = name_width + part_width + 6;
            line(&mut text, &format!("{:indent$}at most {limits}", ""));
        }
    }
    text
}

fn part_words(lane: &LaneConfig, all: u32) -> String {
    match lane.is_fallback {
        true => "when no other can".to_owned(),
        false => format!("{} of {all}", lane.weight),
    }
}

/// The same for machines.
pub fn planned_json(settings: &DeliverySettings, now: Timestamp) -> Value {
    let lane_json = |lane: &LaneConfig| {
        let Limits { per_second, per_hour, per_day, warm_up } = &lane.limits;
        json!({
            "name": lane.name,
            "relay": lane.relay.to_string(),
            "weight": lane.weight,
            "is_fallback": lane.is_fallback,
            "connections": lane.connections,
            "per_second": per_second,
            "per_hour": per_hour,
            "per_day": per_day,
            "warm_up_today": warm_up.as_ref().map(|ramp| ramp.per_day(now)),
        })
    };
    named(settings).into_iter().flatten().map(lane_json).collect()
}

/// The lanes the configuration names.
fn named(settings: &DeliverySettings) -> Option<&[LaneConfig]> {
    match &settings.way {
        Way::Lanes(lanes) if settings.has_named_lanes => Some(lanes),
        Way::Lanes(_) | Way::Folder(_) => None,
    }
}

fn limits_words(limits: &Limits, now: Timestamp) -> String {
    let Limits { per_second, per_hour, per_day, warm_up } = limits;
    let words = [
        per_second.map(|rate| format!("{rate} a second")),
        per_hour.map(|mails| format!("{mails} an hour")),
        per_day.map(|mails| format!("{mails} a day")),
        warm_up.as_ref().map(|ramp| format!("{} today, while it is new", ramp.per_day(now))),
    ];
    words.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// What each lane did, where there are several or there is something to say of one; and whom something held back.
pub fn sent(text: &mut String, report: &SendReport, zone: &TimeZone) {
    let width = report.lanes.iter().map(|lane| lane.name.len()).max().unwrap_or_default();
    for lane in &report.lanes {
        if report.lanes.len() > 1 {
            let mails = counted(lane.sent as usize, "mail", "mails");
            line(text, &format!("  {:width$}  {mails:>12}  {}", lane.name, lane.relay));
        }
        let indent = if report.lanes.len() > 1 { width + 16 } else { 0 };
        notes(lane, zone).iter().for_each(|note| line(text, &format!("  {:indent$}{note}", "")));
    }
    held_back(text, &report.held_back, zone);
}

/// What is to be said of a lane besides what it carried.
fn notes(lane: &LaneReport, zone: &TimeZone) -> Vec<String> {
    let mut notes = Vec::new();
    let trouble = lane.trouble.as_deref().unwrap_or("it does not answer");
    match (lane.state, lane.spent_until) {
        (LaneState::Out, _) => notes.push(format!("out of order: {trouble}")),
        (LaneState::Down, _) => notes.push(format!("down: {trouble}")),
        (LaneState::Spent, Some(until)) => {
            notes.push(format!("quota spent until {}", minute(until, zone)));
        }
        (LaneState::Spent | LaneState::Open, _) => {}
    }
    if lane.slowed > 0 {
        let now = lane.slowed_to.map_or(String::new(), |rate| format!(", to {rate:.0} mails a second"));
        notes.push(format!("the server was too busy: slowed down {}{now}", counted_times(lane.slowed)));
    }
    notes
}

fn held_back(text: &mut String, held_back: &HeldBack, zone: &TimeZone) {
    let HeldBack { by_hours, opens_at, by_pacing, domains_slowed, .. } = *held_back;
    if let Some(opens_at) = opens_at {
        let readers = counted(by_hours as usize, "reader waits", "readers wait");
        line(text, &format!("  {readers} for their hours, the first until {}", minute(opens_at, zone)));
    }
    if by_pacing > 0 {
        line(text, &format!("  put off {} for a domain that is mailed slowly", counted_times(by_pacing)));
    }
    if domains_slowed > 0 {
        line(
            text,
            &format!("  slowed down {} for the busy server of a domain", counted_times(domains_slowed)),
        );
    }
}

fn counted_times(times: u64) -> String {
    if times == 1 { "once".to_owned() } else { format!("{times} times") }
}

/// What each lane did, for machines.
pub fn lanes_json(lanes: &[LaneReport]) -> Value {
    let lane_json = |lane: &LaneReport| {
        json!({
            "name": lane.name,
            "relay": lane.relay,
            "sent": lane.sent,
            "refused": lane.refused,
            "deferred": lane.deferred,
            "in_doubt": lane.doubtful,
            "failures": lane.failures,
            "slowed": lane.slowed,
            "slowed_to_per_second": lane.slowed_to,
            "state": match lane.state {
                LaneState::Open => "open",
                LaneState::Spent => "spent",
                LaneState::Down => "down",
                LaneState::Out => "out",
            },
            "spent_until": lane.spent_until,
            "trouble": lane.trouble,
        })
    };
    lanes.iter().map(lane_json).collect()
}

/// Whom something held back, for machines.
pub fn held_back_json(held_back: &HeldBack) -> Value {
    json!({
        "by_hours": held_back.by_hours,
        "opens_at": held_back.opens_at,
        "by_pacing": held_back.by_pacing,
        "domains_slowed": held_back.domains_slowed,
    })
}

fn line(text: &mut String, words: &str) {
    writeln!(text, "{}", words.trim_end()).expect("a string takes every write");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::End;

    fn lane(name: &str, sent: u64, state: LaneState) -> LaneReport {
        LaneReport {
            name: name.to_owned(),
            relay: format!("smtps://{name}.relay.example:465"),
            sent,
            refused: 0,
            deferred: 0,
            doubtful: 0,
            failures: 0,
            slowed: 0,
            slowed_to: None,
            state,
            spent_until: Some("2026-11-25T09:00:00Z".parse().unwrap()),
            trouble: Some("AUTH: 535 5.7.8 wrong password".to_owned()),
        }
    }

    fn words(lanes: Vec<LaneReport>, held_back: HeldBack) -> String {
        let (refused, deferred, doubtful, excluded, expired) = (0, 0, 0, 0, 0);
        let report = SendReport {
            sent: 0,
            refused,
            deferred,
            doubtful,
            excluded,
            expired,
            lanes,
            held_back,
            end: End::Done,
        };
        let mut text = String::new();
        super::sent(&mut text, &report, &TimeZone::UTC);
        text
    }

    #[test]
    fn lanes_are_told_one_below_the_other_with_what_ails_them() {
        let slow = LaneReport { slowed: 3, slowed_to: Some(12.4), ..lane("slow", 40, LaneState::Open) };
        let lanes = vec![lane("main", 12_000, LaneState::Spent), slow, lane("old", 0, LaneState::Out)];
        let text = words(lanes, HeldBack::default());
        assert_eq!(
            text,
            "  main   12000 mails  smtps://main.relay.example:465\n\
             \x20                     quota spent until 2026-11-25 09:00\n\
             \x20 slow      40 mails  smtps://slow.relay.example:465\n\
             \x20                     the server was too busy: slowed down 3 times, to 12 mails a second\n\
             \x20 old        0 mails  smtps://old.relay.example:465\n\
             \x20                     out of order: AUTH: 535 5.7.8 wrong password\n"
        );
    }

    #[test]
    fn one_lane_that_did_its_work_needs_no_words() {
        assert_eq!(words(vec![lane("smtp", 7, LaneState::Open)], HeldBack::default()), "");
        let opens_at = Some("2026-11-25T07:00:00Z".parse().unwrap());
        let held_back = HeldBack { by_hours: 2, opens_at, by_pacing: 1, ..HeldBack::default() };
        assert_eq!(
            words(vec![lane("smtp", 7, LaneState::Open)], held_back),
            "  2 readers wait for their hours, the first until 2026-11-25 07:00\n\
             \x20 put off once for a domain that is mailed slowly\n"
        );
    }
}
