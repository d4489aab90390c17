//! Several relays: who carries what, who takes over, how fast, and what a server in trouble costs nobody.

#[path = "support/publication.rs"]
mod publication;
#[path = "support/smtp.rs"]
mod smtp;

use postrider::delivery::{DomainLimits, End, LaneReport, LaneSettings, LaneState, Limits, SendReport};
use postrider::ledger::{RowState, Tally};

use publication::{Publication, counted};
use smtp::{Act, Script, Server, Step};

fn lane(report: &SendReport, name: &str) -> LaneReport {
    report.lanes.iter().find(|lane| lane.name == name).unwrap().clone()
}

/// A lane called `name` to `server`, with so much of the weight.
fn lane_to(publication: &Publication, name: &str, server: &Server, weight: u32) -> LaneSettings {
    LaneSettings { weight, ..publication.lane(name, &server.url()) }
}

/// A place where no server listens.
fn nowhere() -> String {
    format!("smtp://{}", std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap())
}

fn per_second(per_second: f64) -> Limits {
    Limits { per_second: Some(per_second), ..Limits::default() }
}

fn nobody_was_counted(publication: &Publication, state: RowState, most: u32) {
    let attempts = counted(publication.rows(state).iter().map(|row| row.attempts));
    assert!(attempts.keys().all(|attempts| *attempts <= most), "{attempts:?}");
}

#[test]
fn recipients_are_shared_by_weight_and_nobody_gets_two() {
    let (main, other) = (Server::start(Script::default()), Server::start(Script::default()));
    let publication = Publication::sending_to(800);
    let lanes = vec![lane_to(&publication, "main", &main, 3), lane_to(&publication, "other", &other, 1)];
    let told = publication.send_over(lanes).unwrap();
    assert_eq!((told.sent, told.end.clone()), (800, End::Done));
    assert!((550..=650).contains(&main.accepted()), "{} of 600", main.accepted());
    assert_eq!(main.accepted() + other.accepted(), 800);
    assert_eq!(lane(&told, "main").sent, main.accepted() as u64);
    assert_eq!(lane(&told, "other").sent, other.accepted() as u64);
    assert!(main.most_open() <= 4 && other.most_open() <= 4);
    publication.assert_sound();
}

#[test]
fn who_is_put_off_comes_again_over_the_lane_they_came_over_before() {
    let greylisting = || {
        let reply = Act::Say("450 4.2.0 Greylisted, come again");
        Server::start(Script::default().at(Step::Rcpt, reply).times(60))
    };
    let (main, other) = (greylisting(), greylisting());
    let publication = Publication::sending_to(60);
    let lanes = || vec![lane_to(&publication, "main", &main, 1), lane_to(&publication, "other", &other, 1)];
    let first = publication.send_over(lanes()).unwrap();
    assert_eq!((first.sent, first.deferred), (0, 60));
    let asked = |server: &Server| {
        let rcpts = server.commands().into_iter().filter(|line| line.starts_with("RCPT"));
        counted(rcpts)
    };
    let before = (asked(&main), asked(&other));
    assert!(before.0.len() > 10 && before.1.len() > 10, "both had their share");
    publication.go_on_to(publication.now() + jiff::SignedDuration::from_mins(6));
    publication.send_over(lanes()).unwrap();
    let after = (asked(&main), asked(&other));
    assert!(after.0.keys().eq(before.0.keys()) && after.1.keys().eq(before.1.keys()));
}

#[test]
fn when_a_lane_is_down_the_other_takes_all_and_nobody_is_to_blame() {
    for step in [Step::Greeting, Step::Mail, Step::Rcpt, Step::Data] {
        let broken = Server::start(Script::default().at(step, Act::Drop));
        let sound = Server::start(Script::default());
        let publication = Publication::sending_to(200);
        let lanes =
            vec![lane_to(&publication, "broken", &broken, 1), lane_to(&publication, "sound", &sound, 1)];
        let mut told = publication.send_over(lanes).unwrap();
        if let End::Waiting { next_due } = told.end {
            // Over whom three connections were lost waits five minutes.
            publication.go_on_to(next_due);
            let sent = told.sent;
            told = publication.send_over(vec![lane_to(&publication, "sound", &sound, 1)]).unwrap();
            told.sent += sent;
        }
        assert_eq!((told.sent, &told.end), (200, &End::Done), "{step:?}");
        assert_eq!(sound.accepted(), 200, "{step:?}");
        nobody_was_counted(&publication, RowState::Sent, 1);
        publication.assert_sound();
    }
}

#[test]
fn a_lane_that_cannot_be_reached_is_told_and_costs_no_time() {
    let sound = Server::start(Script::default());
    let publication = Publication::sending_to(300);
    let gone = LaneSettings { weight: 5, ..publication.lane("gone", &nowhere()) };
    let told = publication.send_over(vec![gone, lane_to(&publication, "sound", &sound, 1)]).unwrap();
    assert_eq!((told.sent, &told.end), (300, &End::Done));
    let gone = lane(&told, "gone");
    assert_eq!((gone.sent, gone.state), (0, LaneState::Down));
    assert!(gone.trouble.unwrap().starts_with("connect: "), "the system's words");
    assert!((1..=30).contains(&gone.failures), "{}", gone.failures);
}

#[test]
fn a_lane_comes_back_by_itself() {
    let flapping =
        Server::start(Script::default().at(Step::Greeting, Act::SayAndDrop("421 4.3.2 no")).times(2));
    let sound = Server::start(Script { latency: std::time::Duration::from_millis(2), ..Script::default() });
    let publication = Publication::sending_to(600);
    let lanes =
        vec![lane_to(&publication, "flapping", &flapping, 1), lane_to(&publication, "sound", &sound, 1)];
    let told = publication.send_over(lanes).unwrap();
    assert_eq!((told.sent, &told.end), (600, &End::Done));
    let flapping = lane(&told, "flapping");
    assert!(flapping.sent > 50, "{flapping:?}");
    assert_eq!((flapping.state, flapping.trouble), (LaneState::Open, None));
}

#[test]
fn the_run_ends_when_every_lane_is_down() {
    let publication = Publication::sending_to(100);
    let lanes = vec![publication.lane("one", &nowhere()), publication.lane("two", &nowhere())];
    let told = publication.send_over(lanes).unwrap();
    assert!(matches!(told.end, End::RelayDown { .. }), "{told:?}");
    assert_eq!(publication.status().recipients, Tally { queued: 100, ..Tally::default() });
    nobody_was_counted(&publication, RowState::Queued, 0);
}

#[test]
fn a_lane_only_a_person_can_mend_is_taken_out_and_the_others_go_on() {
    let refusing = Server::start(Script::default().at(Step::Mail, Act::Say("530 5.7.0 log in")));
    let sound = Server::start(Script::default());
    let publication = Publication::sending_to(100);
    let lanes =
        vec![lane_to(&publication, "refusing", &refusing, 1), lane_to(&publication, "sound", &sound, 1)];
    let told = publication.send_over(lanes).unwrap();
    assert_eq!((told.sent, &told.end), (100, &End::Done));
    let out = lane(&told, "refusing");
    assert_eq!((out.state, out.trouble.as_deref()), (LaneState::Out, Some("MAIL: 530 5.7.0 log in")));
    let said = refusing.commands().iter().filter(|line| line.starts_with("MAIL")).count();
    assert!(said <= 4, "asked no more than once a connection: {said}");
}

#[test]
fn mail_that_waits_while_a_lane_is_out_wants_a_person() {
    let refusing = Server::start(Script::default().at(Step::Mail, Act::Say("530 5.7.0 log in")));
    let busy =
        Server::start(Script::default().for_recipient("reader-7", Step::Rcpt, Act::Say("450 4.2.1 busy")));
    let publication = Publication::sending_to(40);
    let lanes =
        vec![lane_to(&publication, "refusing", &refusing, 1), lane_to(&publication, "busy", &busy, 1)];
    let told = publication.send_over(lanes).unwrap();
    assert_eq!((told.sent, told.deferred), (39, 1));
    let why = "lane refusing: MAIL: 530 5.7.0 log in".to_owned();
    assert_eq!(told.end, End::Operator { why, issue: None });
}

#[test]
fn a_fallback_carries_nothing_while_another_lane_can() {
    let (main, spare) = (Server::start(Script::default()), Server::start(Script::default()));
    let publication = Publication::sending_to(200);
    let fallback = || LaneSettings { is_fallback: true, ..lane_to(&publication, "spare", &spare, 100) };
    let main_lane = LaneSettings { limits: per_second(400.0), ..lane_to(&publication, "main", &main, 1) };
    let told = publication.send_over(vec![fallback(), main_lane]).unwrap();
    assert_eq!((told.sent, main.accepted(), spare.accepted()), (200, 200, 0));

    let publication = Publication::sending_to(200);
    let lanes = vec![fallback(), publication.lane("main", &nowhere())];
    let told = publication.send_over(lanes).unwrap();
    assert_eq!((told.sent, spare.accepted()), (200, 200));
}

#[test]
fn a_lane_over_its_rate_leaves_the_rest_to_the_others() {
    let (slow, fast) = (Server::start(Script::default()), Server::start(Script::default()));
    let publication = Publication::sending_to(400);
    let limited = LaneSettings { limits: per_second(5.0), ..lane_to(&publication, "slow", &slow, 9) };
    let told = publication.send_over(vec![limited, lane_to(&publication, "fast", &fast, 1)]).unwrap();
    assert_eq!((told.sent, &told.end), (400, &End::Done));
    assert!(slow.accepted() >= 1 && fast.accepted() > 200, "{} and {}", slow.accepted(), fast.accepted());
}

#[test]
fn in_a_storm_nobody_is_to_blame_and_the_lane_slows_down() {
    for reply in ["421 4.7.0 too busy", "454 4.7.0 Throttling failure: rate exceeded"] {
        let mut script = Script::default();
        for number in (0..100).filter(|number| number % 5 < 2) {
            script = script.for_recipient(&format!("reader-{number}"), Step::Rcpt, Act::Say(reply)).times(1);
        }
        let server = Server::start(script);
        let publication = Publication::sending_to(100);
        let told = publication.send_over(vec![publication.lane("only", &server.url())]).unwrap();
        assert_eq!((told.sent, told.deferred, &told.end), (100, 0, &End::Done), "{reply}");
        nobody_was_counted(&publication, RowState::Sent, 1);
        let only = lane(&told, "only");
        assert!(only.slowed >= 2 && only.slowed_to.is_some(), "{reply}: {only:?}");
        publication.assert_sound();
    }
}

#[test]
fn a_storm_of_words_that_might_be_about_recipients_is_known_by_its_share() {
    let mut script = Script::default();
    for number in (0..100).filter(|number| number % 2 == 0) {
        let reply = Act::Say("451 4.7.1 too many messages, slow down");
        script = script.for_recipient(&format!("reader-{number}"), Step::Rcpt, reply).times(1);
    }
    let server = Server::start(script);
    let publication = Publication::sending_to(100);
    let told = publication.send_over(vec![publication.lane("only", &server.url())]).unwrap();
    assert!(told.deferred <= 10, "those before it was known: {}", told.deferred);
    assert_eq!(told.sent + told.deferred, 100);
    assert!(lane(&told, "only").slowed >= 1);
}

#[test]
fn greylisting_is_no_storm_and_counts() {
    for reply in ["451 4.7.1 Greylisting in action", "451 4.7.1 try again later"] {
        let server = Server::start(Script::default().at(Step::Rcpt, Act::Say(reply)).times(200));
        let publication = Publication::sending_to(200);
        let send = || publication.send_over(vec![publication.lane("only", &server.url())]).unwrap();
        let told = send();
        assert_eq!((told.sent, told.deferred), (0, 200), "{reply}");
        assert_eq!(lane(&told, "only").slowed, 0, "{reply}");
        let attempts = counted(publication.rows(RowState::Queued).iter().map(|row| row.attempts));
        assert_eq!(attempts.into_iter().collect::<Vec<_>>(), [(1, 200)], "{reply}");
        let End::Waiting { next_due } = told.end else { panic!("{told:?}") };
        assert!(next_due.duration_since(publication::start()).as_secs() >= 270, "{reply}");
        publication.go_on_to(next_due + jiff::SignedDuration::from_mins(2));
        assert_eq!(send().sent, 200, "{reply}");
    }
}

#[test]
fn a_domain_that_must_wait_does_not_hold_up_the_others() {
    let server = Server::start(Script::default());
    let mut publication = Publication::sending_to_domains(2_000, &["slow.example", "example.org"]);
    let limits = DomainLimits { per_second: Some(20.0), connections: Some(1) };
    publication.pacing.domains.insert("slow.example".to_owned(), limits);
    let (stopper, stop) = postrider::delivery::Stopper::new();
    publication.stop = stop;
    let told = std::thread::scope(|scope| {
        let run =
            scope.spawn(|| publication.send_over(vec![publication.lane("only", &server.url())]).unwrap());
        let of =
            |domain: &str| server.taken().iter().filter(|mail| mail.forward_path.ends_with(domain)).count();
        while of("@example.org") < 1_000 {
            assert!(!run.is_finished());
            std::thread::yield_now();
        }
        assert!(of("@slow.example") < 1_000 / 2, "{}", of("@slow.example"));
        stopper.stop();
        run.join().unwrap()
    });
    assert!(told.held_back.by_pacing > 0, "{told:?}");
    nobody_was_counted(&publication, RowState::Queued, 0);
    assert_eq!(publication.status().recipients.sum(), 2_000);
}

#[test]
fn no_more_mails_are_on_their_way_to_a_domain_than_it_may_have() {
    let server = Server::start(Script { latency: std::time::Duration::from_millis(1), ..Script::default() });
    let mut publication = Publication::sending_to(60);
    publication.pacing.default = DomainLimits { per_second: None, connections: Some(1) };
    let told = publication.send_over(vec![publication.lane("only", &server.url())]).unwrap();
    assert_eq!((told.sent, &told.end), (60, &End::Done));
    let commands = server.commands();
    let mut open: i32 = 0;
    for line in commands.iter().filter(|line| line.starts_with("MAIL") || *line == "DATA") {
        open += if line == "DATA" { -1 } else { 1 };
        assert!((0..=1).contains(&open), "two between MAIL and DATA at once");
    }
}

#[test]
fn a_storm_of_one_domain_slows_that_domain_alone() {
    let mut script = Script::default();
    for number in (0..200).filter(|number| number % 4 == 0) {
        let reply = Act::Say("421 4.7.0 too many connections from you");
        script = script.for_recipient(&format!("reader-{number}"), Step::Rcpt, reply).times(1);
    }
    let server = Server::start(script);
    let publication =
        Publication::sending_to_domains(200, &["stormy.example", "a.example", "b.example", "c.example"]);
    let told = publication.send_over(vec![publication.lane("only", &server.url())]).unwrap();
    assert_eq!((told.sent, told.deferred, &told.end), (200, 0, &End::Done));
    assert!(told.held_back.domains_slowed >= 1, "{told:?}");
    assert_eq!(lane(&told, "only").slowed, 0, "{told:?}");
    nobody_was_counted(&publication, RowState::Sent, 1);
}
