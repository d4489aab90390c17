//! F1, F14, F16 to F18: the ledger is in PostgreSQL, several senders share it, and any of them, the database or the
//! network between them fails.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use crate::book::Book;
use crate::campaign::{Case, SERVER_SPEED, Setting};
use crate::chance::Chance;
use crate::kills::{Trap, at_random};
use crate::machine::Machine;
use crate::oracle::{Figures, judge};
use crate::postgres::{self, Postgres};
use crate::proxy::{Network, Proxy};
use crate::smtp::{Judge, Moment, Script, Step};
use crate::stage::{Plan, Policy, Running, Stage};

/// A worker trusts in its lease for so long after it was prolonged, in its own time.
const TRUSTED_SECS: u32 = 40;
/// How long a lease lasts.
const LEASE_SECS: u32 = 60;

pub fn cases() -> Vec<Case> {
    if let Some(why) = postgres::missing() {
        println!("F1 with PostgreSQL, F14, F16 to F18 are not tested: {why}");
        return Vec::new();
    }
    vec![
        Case::new("F1", "kill -9 at random, PostgreSQL, resend", |setting| {
            at_random(setting, &plan(setting, Policy::Resend))
        }),
        Case::new("F1", "kill -9 at random, PostgreSQL, hold", |setting| {
            at_random(setting, &plan(setting, Policy::Hold))
        }),
        Case::new("F14", "PostgreSQL crashes and recovers", crashes),
        Case::new("F16", "a worker asleep past its lease, at each step", asleep),
        Case::new("F17", "eight workers side by side", side_by_side),
        Case::new("F17", "two workers, killed one by one", |setting| killed_one_by_one(setting, 2)),
        Case::new("F17", "eight workers, killed one by one", |setting| killed_one_by_one(setting, 8)),
        Case::new("F18", "the network to the relay cut, slow, reset", relay_cut),
        Case::new("F18", "the network to PostgreSQL cut, slow, reset", database_cut),
    ]
}

fn plan(setting: &Setting, policy: Policy) -> Plan {
    Plan { policy, speed: SERVER_SPEED, book: setting.database(), linger_secs: 0, ..Plan::default() }
}

/// So many seconds of the program's and the database's time.
fn own_secs(secs: u32) -> Duration {
    Duration::from_secs(secs.into()) / SERVER_SPEED
}

fn start_worker(stage: &Stage) -> Running {
    stage.start(&["send", "--worker"], &Machine::sound().at_speed(SERVER_SPEED))
}

/// A server that answers for a mail after 10 ms, and may spring the trap at this step.
fn trapped(trap: &Arc<Trap>, step: Step, signal: &'static str) -> Script {
    let trap = Arc::clone(trap);
    let decide = move |moment: Moment<'_>| {
        if moment.step == step {
            trap.step(signal);
        }
        if moment.step == Step::Dot {
            thread::sleep(Duration::from_millis(10));
        }
        None
    };
    Script { judge: Some(Judge::new(decide)), ..Script::default() }
}

fn patient_server() -> Script {
    trapped(&Arc::new(Trap::default()), Step::Dot, "KILL")
}

/// Waits until the server has taken so many mails more, or the worker has ended.
fn wait_for_mails(stage: &Stage, worker: &mut Running, more: usize) {
    let goal = stage.server.taken().len() + more;
    let began = Instant::now();
    while stage.server.taken().len() < goal && !worker.is_over() {
        assert!(began.elapsed() < Duration::from_secs(60), "the worker is stuck");
        thread::sleep(Duration::from_millis(1));
    }
}

/// It ended as a run may: done, or to be tried again, or without its ledger.
fn assert_orderly(worker: Running) {
    let end = worker.finish();
    assert!(matches!(end.code(), Some(0 | 1 | 74 | 75)), "{end:?}");
}

/// A server of its own: it is crashed.
fn crashes(setting: &Setting) -> Figures {
    let mut chance = setting.chance();
    let ground = Machine::sound().at_speed(SERVER_SPEED).as_ground();
    let server = Arc::new(Postgres::start_on(&ground));
    let mut figures = Figures::default();
    for policy in [Policy::Resend, Policy::Hold] {
        let book = Book::on(&server);
        let crashes = setting.pick(3, 25);
        let readers = setting.pick(600, 5_000);
        let stage = Stage::new(Plan { book, readers, ..plan(setting, policy) }, patient_server());
        for _ in 0..crashes {
            let mut worker = start_worker(&stage);
            wait_for_mails(&stage, &mut worker, chance.between(5, 150) as usize);
            if chance.is_one_in(2) {
                server.crash();
                server.recover();
            } else {
                let name = stage.plan.book.url().rsplit('/').next().unwrap().to_owned();
                server.kill_backends(&name);
            }
            wait_for_mails(&stage, &mut worker, 10);
            worker.signal("TERM");
            assert_orderly(worker);
            stage.pass(900);
            figures.runs += 1;
        }
        figures.runs += stage.send_to_the_end();
        let found = judge(&stage);
        let bound = stage.plan.connections * crashes;
        assert!(found.ambiguous <= bound, "{} ambiguous of {crashes} crashes", found.ambiguous);
        figures += found;
    }
    figures
}

fn asleep(setting: &Setting) -> Figures {
    let mut figures = Figures::default();
    for step in [Step::Mail, Step::Rcpt, Step::Data, Step::Content, Step::Dot] {
        for _ in 0..setting.pick(1, 10) {
            figures += asleep_at(setting, step);
        }
    }
    figures
}

fn asleep_at(setting: &Setting, step: Step) -> Figures {
    let mut chance = setting.chance();
    let trap = Arc::new(Trap::default());
    let plan = Plan { readers: 30, connections: 1, ..plan(setting, Policy::Resend) };
    let stage = Stage::new(plan, trapped(&trap, step, "STOP"));
    let sleeper = start_worker(&stage);
    trap.set(sleeper.id(), chance.between(1, 10));
    while !trap.is_sprung() {
        thread::sleep(Duration::from_millis(1));
    }
    trap.disarm();
    thread::sleep(own_secs(LEASE_SECS + 5));
    stage.pass(900);
    let mut runs = 1 + stage.send_to_the_end();
    sleeper.signal("CONT");
    assert_orderly(sleeper);
    stage.pass(900);
    runs += stage.send_to_the_end();
    let found = judge(&stage);
    // At MAIL and RCPT it is the mail before that was taken and not yet written down.
    assert!(found.ambiguous <= 1, "asleep at {step:?}: {} in doubt over one connection", found.ambiguous);
    Figures { runs, ..found }
}

/// Nobody is killed, so nobody is in doubt.
fn side_by_side(setting: &Setting) -> Figures {
    let readers = setting.pick(600, 10_000);
    let plan = Plan { readers, connections: 4, ..plan(setting, Policy::Hold) };
    let stage = Stage::new(plan, patient_server());
    let crew: Vec<Running> = (0..8).map(|_| start_worker(&stage)).collect();
    for worker in crew {
        let end = worker.finish();
        assert_eq!(end.code(), Some(0), "{end:?}");
    }
    let found = judge(&stage);
    assert_eq!((found.ambiguous, found.duplicates, found.misses), (0, 0, 0));
    Figures { runs: 8, ..found }
}

fn killed_one_by_one(setting: &Setting, workers: usize) -> Figures {
    let mut chance = setting.chance();
    let mut figures = Figures::default();
    for round in 0..setting.pick(1, 10) {
        let policy = [Policy::Resend, Policy::Hold][round % 2];
        let readers = setting.pick(1_200, 10_000);
        let stage = Stage::new(Plan { readers, connections: 4, ..plan(setting, policy) }, patient_server());
        let kills = kill_one_by_one(&stage, &mut chance, workers, setting.pick(6, 40));
        stage.pass(900);
        let runs = workers + kills + stage.send_to_the_end();
        let found = judge(&stage);
        let bound = stage.plan.connections * kills;
        assert!(found.ambiguous <= bound, "{} ambiguous of {kills} kills", found.ambiguous);
        figures += Figures { runs, kills, ..found };
    }
    figures
}

/// Each that is killed is replaced; in the end those that live come to their end.
fn kill_one_by_one(stage: &Stage, chance: &mut Chance, workers: usize, most: usize) -> usize {
    let mut crew: Vec<Running> = (0..workers).map(|_| start_worker(stage)).collect();
    let mut kills = 0;
    for _ in 0..most {
        let victim = chance.between(0, workers as u64 - 1) as usize;
        wait_for_mails(stage, &mut crew[victim], chance.between(1, 60) as usize);
        let killed = std::mem::replace(&mut crew[victim], start_worker(stage));
        killed.signal("KILL");
        kills += usize::from(killed.finish().is_killed());
    }
    crew.into_iter().for_each(assert_orderly);
    kills
}

fn relay_cut(setting: &Setting) -> Figures {
    let mut figures = Figures::default();
    for network in [Network::Swallows, Network::Delays(own_secs(1)), Network::Resets] {
        let stage = Stage::new(
            Plan { readers: setting.pick(200, 1_000), ..plan(setting, Policy::Resend) },
            patient_server(),
        );
        let proxy = Proxy::to(stage.server.port());
        stage.write_config(proxy.port, &stage.plan.book.url());
        let mut worker = start_worker(&stage);
        wait_for_mails(&stage, &mut worker, 50);
        proxy.set(network);
        thread::sleep(own_secs(20));
        proxy.set(Network::Passes);
        assert_orderly(worker);
        stage.pass(900);
        let runs = 1 + stage.send_to_the_end();
        let found = judge(&stage);
        assert!(found.ambiguous <= 2 * stage.plan.connections, "{network:?}: {} ambiguous", found.ambiguous);
        figures += Figures { runs, ..found };
    }
    figures
}

fn database_cut(setting: &Setting) -> Figures {
    let mut figures = Figures::default();
    for network in [Network::Swallows, Network::Delays(own_secs(1)), Network::Resets] {
        let stage = Stage::new(
            Plan { readers: setting.pick(300, 1_000), ..plan(setting, Policy::Resend) },
            patient_server(),
        );
        let direct = stage.plan.book.url();
        let proxy = Proxy::to(setting.server().port);
        let name = direct.rsplit('/').next().unwrap();
        stage.write_config(stage.server.port(), &setting.server().url_at(proxy.port, name));
        let mut worker = start_worker(&stage);
        wait_for_mails(&stage, &mut worker, 50);
        figures.runs += 1;
        cut_off(&stage, &proxy, network);
        stage.write_config(stage.server.port(), &direct);
        // Another takes over while the first is still cut off.
        stage.pass(900);
        figures.runs += stage.send_to_the_end();
        proxy.set(Network::Passes);
        assert_orderly(worker);
        stage.pass(900);
        figures.runs += stage.send_to_the_end();
        let found = judge(&stage);
        assert!(found.ambiguous <= stage.plan.connections, "{network:?}: {} ambiguous", found.ambiguous);
        figures += found;
    }
    figures
}

/// Whoever cannot reach the ledger ends what was begun and begins nothing more.
fn cut_off(stage: &Stage, proxy: &Proxy, network: Network) {
    let data = || stage.server.commands().iter().filter(|line| *line == "DATA").count();
    let at_the_cut = data();
    proxy.set(network);
    thread::sleep(own_secs(TRUSTED_SECS));
    let after_trust = data();
    thread::sleep(own_secs(LEASE_SECS - TRUSTED_SECS + 5));
    if matches!(network, Network::Delays(_)) {
        return;
    }
    let begun = after_trust - at_the_cut;
    assert!(begun <= 2 * stage.plan.connections, "{network:?}: {begun} mails were begun without the ledger");
    assert_eq!(data(), after_trust, "{network:?}: begun when the lease was no longer trusted");
}
