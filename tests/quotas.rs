//! How much a lane may carry in an hour, a day and while it is new, over several runs; and at which hours readers are
//! mailed.

#[path = "support/publication.rs"]
mod publication;
#[path = "support/smtp.rs"]
mod smtp;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use postrider::delivery::{End, Hours, LaneSettings, LaneState, Limits, SendReport, WarmUp};
use postrider::ledger::{RowState, Tally};

use publication::{Publication, start};
use smtp::{Act, Script, Server, Step};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Sends over one lane with `limits`.
fn send(publication: &Publication, server: &Server, limits: &Limits) -> SendReport {
    let lane = LaneSettings { limits: limits.clone(), ..publication.lane("main", &server.url()) };
    publication.send_over(vec![lane]).unwrap()
}

fn nobody_was_tried(publication: &Publication) {
    assert!(publication.rows(RowState::Queued).iter().all(|row| row.attempts == 0));
}

/// How many recipients some sender held.
fn ever_claimed(publication: &Publication) -> i64 {
    let ledger = rusqlite::Connection::open(publication.path()).unwrap();
    ledger.query_row("SELECT count(*) FROM delivery WHERE epoch > 0", [], |row| row.get(0)).unwrap()
}

#[test]
fn what_a_lane_may_carry_in_a_day_is_kept_over_runs() {
    let server = Server::start(Script::default());
    let publication = Publication::sending_to(120);
    let limits = Limits { per_day: Some(50), ..Limits::default() };
    // The issue is frozen at eight.
    let told = send(&publication, &server, &limits);
    assert_eq!((told.sent, &told.end), (50, &End::Waiting { next_due: at("2026-11-23T08:00:00Z") }));
    assert_eq!(told.lanes[0].state, LaneState::Spent);
    assert_eq!(told.lanes[0].spent_until, Some(at("2026-11-23T08:00:00Z")));
    publication.go_on_to(start() + SignedDuration::from_hours(10));
    assert_eq!(send(&publication, &server, &limits).sent, 0, "not in the same day");
    nobody_was_tried(&publication);
    publication.go_on_to(at("2026-11-23T08:00:00Z"));
    assert_eq!(send(&publication, &server, &limits).sent, 50);
    publication.go_on_to(at("2026-11-24T08:00:00Z"));
    let told = send(&publication, &server, &limits);
    assert_eq!((told.sent, &told.end), (20, &End::Done));
    assert_eq!(server.accepted(), 120);
    publication.assert_sound();
}

#[test]
fn a_lane_carries_so_many_in_an_hour_and_another_takes_the_rest() {
    let (main, other) = (Server::start(Script::default()), Server::start(Script::default()));
    let publication = Publication::sending_to(200);
    let lanes = || {
        let limits = Limits { per_hour: Some(30), ..Limits::default() };
        vec![
            LaneSettings { limits, weight: 9, ..publication.lane("main", &main.url()) },
            LaneSettings { is_fallback: true, ..publication.lane("other", &other.url()) },
        ]
    };
    let told = publication.send_over(lanes()).unwrap();
    assert_eq!((told.sent, &told.end), (200, &End::Done));
    assert_eq!((main.accepted(), other.accepted()), (30, 170));
}

#[test]
fn what_a_run_took_and_did_not_carry_is_there_for_the_next() {
    let refusing = Server::start(Script::default().at(Step::Rcpt, Act::Say("450 4.2.1 busy")).times(40));
    let publication = Publication::sending_to(60);
    let limits = Limits { per_hour: Some(60), ..Limits::default() };
    let told = send(&publication, &refusing, &limits);
    assert_eq!((told.sent, told.deferred), (20, 40), "who was put off took nothing of the quota");
    publication.go_on_to(start() + SignedDuration::from_mins(6));
    assert_eq!(send(&publication, &refusing, &limits).sent, 40);
}

#[test]
fn a_run_that_may_wait_goes_on_when_the_quota_does() {
    let server = Server::start(Script::default());
    let mut publication = Publication::sending_to(30);
    publication.linger = std::time::Duration::from_secs(5);
    publication.tick_from(at("2026-11-22T08:59:59Z"));
    let limits = Limits { per_hour: Some(20), ..Limits::default() };
    let told = send(&publication, &server, &limits);
    assert_eq!((told.sent, &told.end), (30, &End::Done));
}

#[test]
fn a_new_lane_carries_a_little_more_each_day() {
    let server = Server::start(Script::default());
    let publication = Publication::sending_to(100);
    let ramp = WarmUp::new("2026-11-22".parse().unwrap(), TimeZone::UTC, vec![(1, 10), (2, 25), (4, 1_000)]);
    let limits = Limits { warm_up: ramp, ..Limits::default() };
    let mut sent = Vec::new();
    for day in 22..=25 {
        publication.go_on_to(at(&format!("2026-11-{day}T09:00:00Z")));
        let told = send(&publication, &server, &limits);
        sent.push(told.sent);
        if let End::Waiting { next_due } = told.end {
            assert_eq!(
                next_due,
                at(&format!("2026-11-{}T00:00:00Z", day + 1)),
                "the ramp changes at midnight"
            );
        }
    }
    assert_eq!(sent, [10, 25, 25, 40]);
}

#[test]
fn readers_are_mailed_at_their_hours_and_nobody_is_counted() {
    let server = Server::start(Script::default());
    let mut publication = Publication::sending_to_zones(30, &["UTC", "Asia/Tokyo", "America/New_York"]);
    publication.hours = Hours::new(7, 21, TimeZone::UTC);
    // Eight in London, five in the afternoon in Tokyo, three in the night in New York.
    let told = publication.send_to(&server.url()).unwrap();
    let opens = at("2026-11-22T12:00:00Z");
    assert_eq!((told.sent, &told.end), (20, &End::Waiting { next_due: opens }));
    assert_eq!((told.held_back.by_hours, told.held_back.opens_at), (10, Some(opens)));
    nobody_was_tried(&publication);
    assert_eq!(ever_claimed(&publication), 20);
    publication.go_on_to(opens);
    let told = publication.send_to(&server.url()).unwrap();
    assert_eq!((told.sent, &told.end), (10, &End::Done));
    assert_eq!(publication.status().recipients, Tally { sent: 30, ..Tally::default() });
}

#[test]
fn the_next_try_comes_within_the_hours_too() {
    let server = Server::start(Script::default().at(Step::Rcpt, Act::Say("450 4.2.1 busy")).times(5));
    let mut publication = Publication::sending_to_zones(5, &["Europe/Berlin"]);
    publication.hours = Hours::new(7, 9, TimeZone::UTC);
    // It is nine in Berlin: too late. Then it is five to nine.
    assert_eq!(publication.send_to(&server.url()).unwrap().sent, 0);
    publication.go_on_to(at("2026-11-23T07:56:00Z"));
    let told = publication.send_to(&server.url()).unwrap();
    assert_eq!((told.deferred, &told.end), (5, &End::Waiting { next_due: at("2026-11-24T06:00:00Z") }));
}

#[test]
fn a_folder_is_written_to_within_the_hours_as_well() {
    let mut publication = Publication::sending_to_zones(20, &["UTC", "America/New_York"]);
    publication.hours = Hours::new(7, 21, TimeZone::UTC);
    let told = publication.send_to_outbox().unwrap();
    assert_eq!((told.sent, told.held_back.by_hours), (10, 10));
    assert_eq!(ever_claimed(&publication), 10);
    assert_eq!(told.end, End::Waiting { next_due: at("2026-11-22T12:00:00Z") });
    publication.go_on_to(at("2026-11-22T12:00:00Z"));
    assert_eq!(publication.send_to_outbox().unwrap().sent, 10);
}
