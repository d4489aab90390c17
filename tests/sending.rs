//! Whole runs of sending: a ledger on disk, a server that fails at every step.
//!
//! What the server took is compared with what the ledger says, as far as the promise in `docs/delivery.md` goes.

#[path = "support/publication.rs"]
mod publication;
#[path = "support/smtp.rs"]
mod smtp;

use std::sync::Arc;
use std::time::{Duration, Instant};

use postrider::delivery::{End, HeldBack, Pipelining, SendReport, Stage, Stopper};
use postrider::ledger::{IssueState, Policy, RowState, Tally};
use postrider::message::{Signer, Signers};

use publication::{Publication, counted};
use smtp::{Act, Script, Server, Step};

fn report(end: End) -> SendReport {
    let (lanes, held_back) = (Vec::new(), HeldBack::default());
    SendReport {
        sent: 0,
        refused: 0,
        deferred: 0,
        doubtful: 0,
        excluded: 0,
        expired: 0,
        lanes,
        held_back,
        end,
    }
}

/// Runs again and again, each time when the next recipient is due, until a run ends otherwise.
fn send_until_it_is_over(publication: &Publication, url: &str) -> Vec<SendReport> {
    let mut reports = Vec::new();
    for _ in 0..40 {
        let report = publication.send_to(url).unwrap();
        let next_due = match &report.end {
            End::Waiting { next_due } => Some(*next_due),
            End::RelayDown { next_due, .. } => *next_due,
            _ => None,
        };
        reports.push(report);
        match next_due {
            Some(time) => publication.go_on_to(time),
            None => return reports,
        }
    }
    panic!("it is never over: {:?}", reports.last());
}

/// Every reader was accepted once, or as often as `most`.
fn assert_each_has_it(server: &Server, readers: usize, most: usize) {
    let accepted =
        counted(server.taken().iter().filter(|mail| mail.is_accepted).map(|mail| mail.forward_path.clone()));
    assert_eq!(accepted.len(), readers, "nobody misses");
    assert!(accepted.values().all(|times| *times <= most), "{accepted:?}");
}

#[test]
fn everybody_gets_it_once_and_the_issue_is_done() {
    let server = Server::start(Script::default());
    let publication = Publication::sending_to(250);
    let told = publication.send_to(&server.url()).unwrap();
    assert_eq!(told, SendReport { sent: 250, ..report(End::Done) });
    assert_each_has_it(&server, 250, 1);
    let status = publication.status();
    assert_eq!(status.recipients, Tally { sent: 250, ..Tally::default() });
    assert_eq!(status.issue.state, IssueState::Done);
    assert_eq!(publication.progress.into_inner(), 250);
    assert!((3..=4).contains(&server.most_open()), "{}", server.most_open());
    let ids = counted(server.taken().iter().map(|mail| mail.message_id.clone()));
    assert_eq!(ids.len(), 250);
}

#[test]
fn what_is_said_ahead_loses_and_repeats_nothing_whatever_the_server_answers() {
    let script = Script::default()
        .for_recipient("reader-3", Step::Rcpt, Act::Say("450 4.2.0 greylisted"))
        .times(1)
        .for_recipient("reader-5", Step::Rcpt, Act::Say("550 5.1.1 unknown"))
        .for_recipient("reader-8", Step::Data, Act::Say("451 4.3.0 later"))
        .times(1)
        .for_recipient("reader-11", Step::Dot, Act::Say("451 4.7.1 later"))
        .times(1)
        .for_recipient("reader-13", Step::Dot, Act::SayAndDrop("421 4.3.2 bye"))
        .times(1)
        .for_recipient("reader-17", Step::Rcpt, Act::Drop)
        .times(1)
        .for_recipient("reader-19", Step::Content, Act::Drop)
        .times(1);
    let server = Server::start(script);
    let mut publication = Publication::sending_to(250);
    publication.pipelining = Pipelining::Full;
    publication.connections = 2;
    let told = send_until_it_is_over(&publication, &server.url());
    assert_eq!(told.iter().map(|report| report.sent).sum::<u64>(), 249, "{told:?}");
    assert_each_has_it(&server, 249, 1);
    let want = Tally { sent: 249, failed: 1, ..Tally::default() };
    assert_eq!(publication.status().recipients, want);
    publication.assert_sound();
}

/// A signer with a key made for the test.
fn signers() -> Arc<Signers> {
    let key = ring::signature::Ed25519KeyPair::generate_pkcs8(&ring::rand::SystemRandom::new()).unwrap();
    let lines = data_encoding::BASE64.encode(key.as_ref());
    let pem = format!("-----BEGIN PRIVATE KEY-----\n{lines}\n-----END PRIVATE KEY-----\n");
    Arc::new(Signers::new(Signer::from_pem("letters.example".parse().unwrap(), "s", &pem).unwrap(), []))
}

#[test]
fn each_mail_is_signed_and_goes_to_whom_it_was_signed_for() {
    let server = Server::start(Script::default());
    let mut publication = Publication::sending_to(250);
    publication.signers = Some(signers());
    let told = publication.send_to(&server.url()).unwrap();
    assert_eq!(told, SendReport { sent: 250, ..report(End::Done) });
    assert_each_has_it(&server, 250, 1);
    for mail in server.taken().iter() {
        let content = String::from_utf8_lossy(&mail.content).into_owned();
        assert!(content.starts_with("DKIM-Signature: "), "{content}");
        assert!(content.contains(&format!("<{}>\r\n", mail.forward_path)), "{content}");
    }
}

#[test]
fn what_was_being_signed_when_a_run_ends_is_not_left_claimed() {
    let server = Server::start(Script::default());
    let mut publication = Publication::sending_to(500);
    publication.signers = Some(signers());
    let (stopper, stop) = Stopper::new();
    publication.stop = stop;
    let told = std::thread::scope(|scope| {
        let run = scope.spawn(|| publication.send_to(&server.url()).unwrap());
        while server.accepted() < 20 {
            assert!(!run.is_finished());
            std::thread::yield_now();
        }
        stopper.stop();
        run.join().unwrap()
    });
    assert_eq!(told.end, End::Stopped);
    let want = Tally { sent: told.sent, queued: 500 - told.sent, ..Tally::default() };
    assert_eq!(publication.status().recipients, want);
}

#[test]
fn a_run_with_nobody_to_send_to_opens_no_connection() {
    let server = Server::start(Script::default());
    let publication = Publication::sending_to(3);
    publication.send_to(&server.url()).unwrap();
    let before = server.connections();
    assert_eq!(publication.send_to(&server.url()).unwrap(), report(End::Done));
    assert_eq!(server.connections(), before);
}

#[test]
fn who_is_put_off_gets_it_at_the_next_try_and_others_do_not_wait() {
    for step in [Step::Rcpt, Step::Data, Step::Dot] {
        let act = Act::Say("450 4.2.0 greylisted");
        let script = Script::default().for_recipient("reader-3", step, act).times(2);
        let server = Server::start(script);
        let publication = Publication::sending_to(10);
        let told = send_until_it_is_over(&publication, &server.url());
        assert_eq!((told[0].sent, told[0].deferred), (9, 1), "{step:?}");
        assert_eq!((told[1].sent, told[1].deferred), (0, 1), "{step:?}");
        assert_eq!(told[2], SendReport { sent: 1, ..report(End::Done) }, "{step:?}");
        let End::Waiting { next_due } = told[0].end else { panic!("{:?}", told[0].end) };
        let wait = next_due.duration_since(publication::start()).as_secs();
        assert!((300..=330).contains(&wait), "{step:?}: {wait} s");
        assert_each_has_it(&server, 10, 1);
        publication.assert_sound();
    }
}

#[test]
fn a_run_waits_for_who_comes_due_as_long_as_it_was_told_to_linger() {
    let act = Act::Say("450 4.2.0 greylisted");
    let server = Server::start(Script::default().for_recipient("reader-0", Step::Rcpt, act).times(1));
    let mut publication = Publication::sending_to(2);
    let told = publication.send_to(&server.url()).unwrap();
    let End::Waiting { next_due } = told.end else { panic!("{told:?}") };
    publication.tick_from(next_due - jiff::SignedDuration::from_secs(1));
    let told = publication.send_to(&server.url()).unwrap();
    assert_eq!(told, report(End::Waiting { next_due }), "it was not told to wait");
    publication.linger = Duration::from_secs(3);
    let told = publication.send_to(&server.url()).unwrap();
    assert_eq!(told, SendReport { sent: 1, ..report(End::Done) });
}

#[test]
fn one_slow_recipient_does_not_hold_up_the_others() {
    let server = Server::start(Script::default().for_recipient("reader-0", Step::Rcpt, Act::Hang).times(1));
    let publication = Publication::sending_to(200);
    std::thread::scope(|scope| {
        let began = Instant::now();
        let run = scope.spawn(|| publication.send_to(&server.url()).unwrap());
        while server.accepted() < 199 {
            assert!(!run.is_finished() && began.elapsed() < publication.deadline * 10);
            std::thread::yield_now();
        }
        assert_eq!(run.join().unwrap().sent, 200, "and is sent to over another connection");
    });
    assert_each_has_it(&server, 200, 1);
}

#[test]
fn a_run_that_is_stopped_does_not_wait_for_the_reply_to_data() {
    let (stopper, stop) = Stopper::new();
    let server = Server::start(Script::default().at(Step::Data, Act::Hang));
    let mut publication = Publication::sending_to(10);
    publication.stop = stop;
    publication.deadline = Duration::from_secs(60);
    std::thread::scope(|scope| {
        let run = scope.spawn(|| publication.send_to(&server.url()).unwrap());
        while !server.commands().iter().any(|line| line == "DATA") {
            std::thread::yield_now();
        }
        stopper.stop();
        let asked = Instant::now();
        assert_eq!(run.join().unwrap(), report(End::Stopped));
        assert!(asked.elapsed() < Duration::from_secs(7), "{:?}", asked.elapsed());
    });
    assert_eq!(publication.status().recipients, Tally { queued: 10, ..Tally::default() });
}

#[test]
fn who_is_refused_for_good_fails_and_a_dead_address_is_suppressed() {
    let script = Script::default()
        .for_recipient("reader-1", Step::Rcpt, Act::Say("550 5.1.1 <reader-1@example.org>: unknown"))
        .for_recipient("reader-2", Step::Rcpt, Act::Say("550 5.7.1 blocked"))
        .for_recipient("reader-3", Step::Dot, Act::Say("554 5.7.1 spam"));
    let server = Server::start(script);
    let publication = Publication::sending_to(10);
    let told = publication.send_to(&server.url()).unwrap();
    assert_eq!(told, SendReport { sent: 7, refused: 3, ..report(End::Done) });
    let replies: Vec<_> =
        publication.rows(RowState::Failed).into_iter().map(|row| row.reply.unwrap()).collect();
    assert_eq!(replies, ["550 5.1.1 <…@…>: unknown", "550 5.7.1 blocked", "554 5.7.1 spam"]);
    assert_eq!(publication.ledger().headcount().unwrap().suppressed, 1);
    publication.assert_sound();
}

#[test]
fn a_storm_of_421_costs_nobody_an_attempt() {
    for step in [Step::Greeting, Step::Mail, Step::Rcpt] {
        let script = Script::default().at(step, Act::SayAndDrop("421 4.3.2 busy")).times(12);
        let server = Server::start(script);
        let publication = Publication::sending_to(40);
        let mut told = publication.send_to(&server.url()).unwrap();
        for _ in 0..10 {
            if told.end == End::Done {
                break;
            }
            assert!(matches!(told.end, End::RelayDown { .. } | End::Waiting { .. }), "{step:?}: {told:?}");
            assert!(publication.rows(RowState::Queued).iter().all(|row| row.attempts == 0), "{step:?}");
            publication.go_on_to(publication.status().next_due.unwrap());
            told = publication.send_to(&server.url()).unwrap();
        }
        assert_eq!(told.end, End::Done, "{step:?}");
        assert!(publication.rows(RowState::Sent).iter().all(|row| row.attempts <= 1), "{step:?}");
        assert_each_has_it(&server, 40, 1);
    }
}

#[test]
fn connections_lost_before_the_dot_lose_nobody_and_send_nothing_twice() {
    for step in [Step::Ehlo, Step::Mail, Step::Rcpt, Step::Data, Step::Content] {
        let server = Server::start(Script::default().at(step, Act::Drop).times(5));
        let publication = Publication::sending(30, 40_000);
        let told = send_until_it_is_over(&publication, &server.url());
        assert_eq!(told.last().unwrap().end, End::Done, "{step:?}");
        // The system takes a short mail whole, so a cut within it leaves a doubt.
        let doubts = told.iter().map(|told| told.doubtful).sum::<u64>();
        assert!(doubts == 0 || step == Step::Content, "{step:?}: {doubts}");
        assert_each_has_it(&server, 30, 1);
        publication.assert_sound();
    }
}

#[test]
fn a_lost_reply_is_resent_or_held_as_the_publisher_wants() {
    for (policy, most) in [(Policy::Resend, 2), (Policy::Hold, 1)] {
        let script = Script::default().for_recipient("reader-2", Step::Dot, Act::TakeAndDrop).times(1);
        let server = Server::start(script);
        let mut publication = Publication::sending_to(10);
        publication.policy = policy;
        let told = send_until_it_is_over(&publication, &server.url());
        assert_eq!(told.iter().map(|told| told.doubtful).sum::<u64>(), 1, "{policy:?}");
        assert_each_has_it(&server, 10, most);
        let doubtful = publication.rows(RowState::Doubtful);
        match policy {
            Policy::Hold => {
                assert_eq!(doubtful.len(), 1);
                let words = doubtful[0].reply.as_deref();
                assert_eq!(words, Some("end of data: the server closed the connection"));
            }
            Policy::Resend => {
                let ids = counted(server.taken().iter().map(|mail| mail.message_id.clone()));
                assert_eq!((doubtful.len(), ids.len()), (0, 10), "the same Message-ID at each attempt");
            }
        }
        publication.assert_sound();
    }
}

#[test]
fn a_relay_that_never_answers_the_dot_is_left_alone_soon() {
    let server = Server::start(Script::default().at(Step::Dot, Act::TakeAndDrop));
    let publication = Publication::sending_to(100);
    let told = publication.send_to(&server.url()).unwrap();
    let End::RelayDown { trouble, .. } = told.end else { panic!("{told:?}") };
    assert_eq!(trouble.stage, Stage::EndOfData);
    assert!(server.accepted() <= 16, "{} of 100 over 4 connections", server.accepted());
    assert_eq!(publication.status().recipients.open(), 100);
}

#[test]
fn what_only_the_operator_can_mend_ends_the_run_and_changes_no_row() {
    for (step, words, want) in [
        (Step::Mail, "550 5.7.1 bad sender", "MAIL: 550 5.7.1 bad sender"),
        (Step::Mail, "530 5.7.0 log in", "MAIL: 530 5.7.0 log in"),
        (Step::Dot, "535 5.7.8 log in again", "end of data: 535 5.7.8 log in again"),
        (Step::Rcpt, "454 Daily message quota exceeded", "RCPT: 454 Daily message quota exceeded"),
    ] {
        let server = Server::start(Script::default().at(step, Act::Say(words)));
        let publication = Publication::sending_to(20);
        let told = publication.send_to(&server.url()).unwrap();
        let why = want.to_owned();
        assert_eq!(told, report(End::Operator { why, issue: None }), "{words}");
        assert_eq!(publication.status().recipients, Tally { queued: 20, ..Tally::default() });
        assert!(publication.rows(RowState::Queued).iter().all(|row| row.attempts == 0));
        assert_eq!(publication.status().issue.state, IssueState::Sending);
    }
}

#[test]
fn an_issue_whose_content_is_refused_is_halted_and_can_be_resumed() {
    let act = Act::Say("554 5.7.1 looks like spam");
    let server = Server::start(Script::default().at(Step::Dot, act).times(9));
    let publication = Publication::sending_to(100);
    let told = publication.send_to(&server.url()).unwrap();
    let why = "554 5.7.1 looks like spam".to_owned();
    assert_eq!(told.end, End::Operator { why: why.clone(), issue: Some(publication.issue) });
    assert!((5..=8).contains(&told.refused), "{told:?}");
    let status = publication.status();
    assert_eq!((status.issue.state, status.issue.why_halted), (IssueState::Halted, Some(why)));
    assert_eq!(status.recipients.queued, 100 - told.refused, "nobody stays claimed");
    publication.ledger().resume(publication.issue, publication.now()).unwrap();
    send_until_it_is_over(&publication, &server.url());
    assert!(publication.status().recipients.sent >= 96);
}

#[test]
fn a_wrong_port_is_told_within_two_seconds() {
    let address = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut publication = Publication::sending_to(100);
    publication.linger = Duration::from_secs(600);
    let began = Instant::now();
    let told = publication.send_to(&format!("smtp://{address}")).unwrap();
    assert!(began.elapsed() < Duration::from_secs(4), "{:?}", began.elapsed());
    let End::RelayDown { trouble, next_due } = told.end else { panic!("{told:?}") };
    assert_eq!((trouble.stage, next_due), (Stage::Connect, Some(publication.now())));
    assert_eq!(publication.status().recipients, Tally { queued: 100, ..Tally::default() });
}

#[test]
fn a_run_that_is_stopped_leaves_nothing_claimed_and_nothing_in_flight() {
    let (stopper, stop) = Stopper::new();
    let server = Server::start(Script { latency: Duration::from_millis(5), ..Script::default() });
    let mut publication = Publication::sending_to(2_000);
    publication.stop = stop;
    let told = std::thread::scope(|scope| {
        let run = scope.spawn(|| publication.send_to(&server.url()).unwrap());
        while server.accepted() < 20 {
            std::thread::yield_now();
        }
        stopper.stop();
        run.join().unwrap()
    });
    assert_eq!(told.end, End::Stopped);
    let recipients = publication.status().recipients;
    assert_eq!(recipients, Tally { sent: told.sent, queued: 2_000 - told.sent, ..Tally::default() });
    assert_eq!(server.accepted() as u64, told.sent);
    publication.stop = postrider::delivery::Stop::never();
    publication.send_to(&server.url()).unwrap();
    assert_each_has_it(&server, 2_000, 1);
}

#[test]
fn no_data_follows_when_the_ledger_cannot_be_written() {
    let server = Server::start(Script::default());
    let publication = Publication::sending_to(20);
    let spoil = rusqlite::Connection::open(publication.path()).unwrap();
    spoil
        .execute_batch(
            "CREATE TRIGGER full BEFORE UPDATE OF attempts ON delivery WHEN new.state = 'I'
             BEGIN SELECT raise(ABORT, 'full'); END",
        )
        .unwrap();
    let error = publication.send_to(&server.url()).unwrap_err();
    assert_eq!(error.to_string(), "the ledger stopped the run");
    assert!(!server.commands().iter().any(|line| line == "DATA"), "{:?}", server.commands());
    spoil.execute_batch("DROP TRIGGER full").unwrap();
    publication.ledger().reap(Policy::Resend).unwrap();
    publication.send_to(&server.url()).unwrap();
    assert_each_has_it(&server, 20, 1);
}

#[test]
fn who_left_since_the_issue_was_frozen_is_excluded() {
    let server = Server::start(Script::default());
    let publication = Publication::sending_to(10);
    let id = publication.rows(RowState::Queued)[4].subscriber;
    publication.ledger().leave(id, "asked", publication.now()).unwrap();
    let told = publication.send_to(&server.url()).unwrap();
    assert_eq!(told, SendReport { sent: 9, excluded: 1, ..report(End::Done) });
}

#[test]
fn a_recipient_put_off_for_too_long_is_given_up_and_one_never_tried_is_not() {
    let busy = Server::start(Script::default().at(Step::Rcpt, Act::Say("450 4.2.1 busy")));
    let mut publication = Publication::sending_to(10);
    publication.expire = Duration::from_secs(3600);
    publication.go_on_to(publication::start() + jiff::SignedDuration::from_hours(2));
    let told = publication.send_to(&busy.url()).unwrap();
    assert_eq!((told.deferred, told.expired), (10, 0), "a run may be late");
    publication.go_on_to(publication::start() + jiff::SignedDuration::from_hours(4));
    let server = Server::start(Script::default());
    let told = publication.send_to(&server.url()).unwrap();
    assert_eq!(told, SendReport { expired: 10, ..report(End::Done) });
    assert_eq!(server.accepted(), 0);
    let words = publication.rows(RowState::Expired)[0].reply.clone();
    assert_eq!(words.as_deref(), Some("given up 1 h after the first try"));
}

#[test]
fn a_folder_takes_mail_once_whatever_happened_before() {
    let publication = Publication::sending_to(600);
    let told = publication.send_to_outbox().unwrap();
    assert_eq!(told, SendReport { sent: 600, ..report(End::Done) });
    let names = || {
        let mut names: Vec<_> = std::fs::read_dir(publication.outbox().join("new"))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    };
    let before = names();
    assert_eq!(before.len(), 600);
    let mail = std::fs::read_to_string(publication.outbox().join("new").join(&before[0])).unwrap();
    assert!(mail.starts_with("Return-Path: <bounces+"), "{mail}");
    assert!(mail.contains("\r\nTo: \"Reader") || mail.contains("\r\nTo: Reader"), "{mail}");
    // As if the results had been lost with a kill.
    let lost = rusqlite::Connection::open(publication.path()).unwrap();
    lost.execute_batch("UPDATE delivery SET state = 'Q'; UPDATE issue SET state = 'sending'").unwrap();
    publication.send_to_outbox().unwrap();
    assert_eq!(names(), before);
    assert_eq!(std::fs::read_dir(publication.outbox().join("tmp")).unwrap().count(), 0);
}
