//! F1, F2, F27: the sender is killed, or asked to stop, at any moment.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use crate::book::Book;
use crate::campaign::{Case, Setting};
use crate::chance::{Chance, mixed};
use crate::machine::{Machine, When};
use crate::oracle::{Figures, judge};
use crate::smtp::{Act, Judge, Moment, Script, Step};
use crate::stage::{Plan, Policy, Stage, signal};

const CONNECTIONS: usize = 8;

pub fn cases() -> Vec<Case> {
    vec![
        Case::new("F1", "kill -9 at random, SQLite, resend", |setting| on_file(setting, Policy::Resend)),
        Case::new("F1", "kill -9 at random, SQLite, hold", |setting| on_file(setting, Policy::Hold)),
        Case::new("F2", "kill -9 at each step of a mail", at_each_step),
        Case::new("F2", "kill -9 inside the ledger's writes, resend", |setting| {
            inside_writes(setting, Policy::Resend)
        }),
        Case::new("F2", "kill -9 inside the ledger's writes, hold", |setting| {
            inside_writes(setting, Policy::Hold)
        }),
        Case::new("F2", "power lost inside the ledger's writes, resend", |setting| {
            power_lost(setting, Policy::Resend)
        }),
        Case::new("F2", "power lost inside the ledger's writes, hold", |setting| {
            power_lost(setting, Policy::Hold)
        }),
        Case::new("F27", "SIGINT and SIGTERM in the middle", asked_to_stop),
    ]
}

/// Kills a process from within the server, when the conversation has come to a certain point.
#[derive(Default)]
pub struct Trap {
    victim: AtomicU32,
    /// Steps to go.
    left: AtomicU64,
    sprung_at: Mutex<Option<Instant>>,
}

impl Trap {
    pub fn set(&self, victim: u32, steps: u64) {
        self.left.store(steps, Ordering::SeqCst);
        self.victim.store(victim, Ordering::SeqCst);
    }

    pub fn is_sprung(&self) -> bool {
        self.victim.load(Ordering::SeqCst) != 0 && self.left.load(Ordering::SeqCst) as i64 <= 0
    }

    pub fn disarm(&self) {
        self.victim.store(0, Ordering::SeqCst);
    }

    /// True if this step was the one.
    pub fn step(&self, name: &str) -> bool {
        let victim = self.victim.load(Ordering::SeqCst);
        if victim == 0 || self.left.fetch_sub(1, Ordering::SeqCst) != 1 {
            return false;
        }
        *self.sprung_at.lock().unwrap() = Some(Instant::now());
        signal(victim, name);
        true
    }
}

fn on_file(setting: &Setting, policy: Policy) -> Figures {
    at_random(setting, &Plan { policy, ..Plan::default() })
}

/// A server that takes up to 20 ms to answer for a mail, and may spring the trap at any step.
fn hurried_server(trap: &Arc<Trap>, seed: u64) -> Script {
    let (trap, count) = (Arc::clone(trap), AtomicU64::new(seed));
    let decide = move |moment: Moment<'_>| {
        if moment.step == Step::Dot {
            let drawn = mixed(count.fetch_add(1, Ordering::SeqCst));
            thread::sleep(Duration::from_micros(drawn % 20_000));
        }
        trap.step("KILL");
        None
    };
    Script { judge: Some(Judge::new(decide)), ..Script::default() }
}

pub fn at_random(setting: &Setting, plan: &Plan) -> Figures {
    let mut chance = setting.chance();
    let mut figures = Figures::default();
    for (pipelining, wanted) in [("envelope", setting.pick(10, 100)), ("full", setting.pick(20, 200))] {
        while figures.kills < wanted {
            let plan = Plan {
                readers: setting.pick(600, 10_000),
                connections: CONNECTIONS,
                pipelining,
                book: fresh(setting, plan),
                ..plan.clone()
            };
            figures += one_issue(plan, &mut chance, wanted - figures.kills);
        }
    }
    figures
}

fn one_issue(plan: Plan, chance: &mut Chance, most: usize) -> Figures {
    let trap = Arc::new(Trap::default());
    let stage = Stage::new(plan, hurried_server(&trap, chance.next()));
    let (runs, kills) = kill_again_and_again(&stage, &trap, chance, most);
    let found = judge(&stage);
    let bound = CONNECTIONS * kills;
    assert!(found.ambiguous <= bound, "{} ambiguous of {kills} kills: the bound is {bound}", found.ambiguous);
    Figures { runs, kills, ..found }
}

/// A ledger of the same kind with nothing in it.
fn fresh(setting: &Setting, plan: &Plan) -> Book {
    match plan.book {
        Book::Sqlite => Book::Sqlite,
        Book::Postgres(..) => setting.database(),
    }
}

/// Kills runs until the issue is done or there were enough kills; then sends it to the end.
fn kill_again_and_again(stage: &Stage, trap: &Trap, chance: &mut Chance, most: usize) -> (usize, usize) {
    let (mut runs, mut kills) = (0, 0);
    while kills < most {
        let sender = stage.start_sending();
        if chance.is_one_in(5) {
            // Perhaps before it has spoken to anybody.
            thread::sleep(Duration::from_micros(chance.between(0, 60_000)));
            sender.signal("KILL");
        } else {
            trap.set(sender.id(), chance.between(1, 600));
        }
        let end = sender.finish();
        trap.disarm();
        runs += 1;
        stage.pass(chance.between(1, 900));
        match end.code() {
            None => kills += 1,
            Some(0 | 1) => break,
            Some(75) => {}
            _ => panic!("{end:?}"),
        }
    }
    (runs + stage.send_to_the_end(), kills)
}

/// What the table of `docs/delivery.md` says of a kill at one step.
struct Outcome {
    step: Step,
    act: Option<Act>,
    /// State, copies and doubts in the end, each of them allowed.
    resend: &'static [(&'static str, usize, usize)],
    hold: &'static [(&'static str, usize, usize)],
}

const TABLE: [Outcome; 7] = [
    Outcome { step: Step::Mail, act: None, resend: &[("S", 1, 0)], hold: &[("S", 1, 0)] },
    Outcome { step: Step::Rcpt, act: None, resend: &[("S", 1, 0)], hold: &[("S", 1, 0)] },
    Outcome { step: Step::Data, act: None, resend: &[("S", 1, 1)], hold: &[("U", 0, 1)] },
    Outcome { step: Step::Content, act: None, resend: &[("S", 1, 1)], hold: &[("U", 0, 1)] },
    Outcome { step: Step::Dot, act: Some(Act::Drop), resend: &[("S", 1, 1)], hold: &[("U", 0, 1)] },
    Outcome { step: Step::Dot, act: Some(Act::TakeAndDrop), resend: &[("S", 2, 1)], hold: &[("U", 1, 1)] },
    Outcome {
        step: Step::Replied,
        act: None,
        resend: &[("S", 1, 0), ("S", 2, 1)],
        hold: &[("S", 1, 0), ("U", 1, 1)],
    },
];

fn at_each_step(setting: &Setting) -> Figures {
    let mut chance = setting.chance();
    let mut figures = Figures::default();
    for _ in 0..setting.pick(1, 50) {
        for outcome in &TABLE {
            figures += at_step(&mut chance, outcome, Policy::Resend);
            figures += at_step(&mut chance, outcome, Policy::Hold);
        }
    }
    figures
}

/// Kills the sender when the server is at a step with one of its readers, and looks at what became of that reader.
fn at_step(chance: &mut Chance, outcome: &Outcome, policy: Policy) -> Figures {
    let (trap, victim) = (Arc::new(Trap::default()), Arc::new(Mutex::new(None)));
    let (step, act) = (outcome.step, outcome.act);
    let decide = {
        let (trap, victim) = (Arc::clone(&trap), Arc::clone(&victim));
        move |moment: Moment<'_>| {
            if moment.step != step || !trap.step("KILL") {
                return None;
            }
            *victim.lock().unwrap() = Some(moment.recipient.to_owned());
            // Dead: nothing that is said to it counts.
            act.or(if step == Step::Replied { None } else { Some(Act::Drop) })
        }
    };
    let plan = Plan { policy, readers: 12, connections: 1, octets: 60_000, ..Plan::default() };
    let stage = Stage::new(plan, Script { judge: Some(Judge::new(decide)), ..Script::default() });
    let sender = stage.start_sending();
    trap.set(sender.id(), chance.between(1, 12));
    assert!(sender.finish().is_killed(), "the trap was sprung at {step:?}");
    trap.disarm();
    let runs = 1 + stage.send_to_the_end();
    let address = victim.lock().unwrap().clone().expect("somebody's turn it was");
    assert_as_in_the_table(&stage, outcome, &address);
    let found = judge(&stage);
    assert!(found.ambiguous <= 1, "{} in doubt over one connection", found.ambiguous);
    Figures { runs, kills: 1, ..found }
}

fn assert_as_in_the_table(stage: &Stage, outcome: &Outcome, address: &str) {
    let wanted = |outcome: &Outcome| match stage.plan.policy {
        Policy::Resend => outcome.resend,
        Policy::Hold => outcome.hold,
    };
    let (rows, copies) = (stage.rows(), stage.copies());
    for (reader, row) in rows.iter().filter(|(reader, row)| *reader == address || row.ambiguous > 0) {
        let found = (row.state.as_str(), copies.get(reader).copied().unwrap_or_default(), row.ambiguous);
        // Whoever came before has the mail, but that is durable only with the next intent.
        let place = if reader == address { outcome } else { &TABLE[TABLE.len() - 1] };
        let wanted = wanted(place);
        assert!(wanted.contains(&found), "killed at {:?}: {found:?}, expected {wanted:?}", outcome.step);
    }
}

fn inside_writes(setting: &Setting, policy: Policy) -> Figures {
    killed_inside(setting, policy, &[When::Before, When::Torn, When::After])
}

/// An intent that was answered for is there when the power comes back.
fn power_lost(setting: &Setting, policy: Policy) -> Figures {
    killed_inside(setting, policy, &[When::Lost])
}

fn killed_inside(setting: &Setting, policy: Policy, whens: &[When]) -> Figures {
    let mut chance = setting.chance();
    let plan = Plan { policy, readers: 40, connections: 4, ..Plan::default() };
    let (operations, _) = writes_of_a_run(&plan);
    assert!(operations > 40, "a run writes more than {operations} times");
    let mut figures = Figures::default();
    for _ in 0..setting.pick(12, 350) {
        let stage = Stage::new(plan.clone(), Script::default());
        let when = chance.of_these(whens);
        let machine = Machine::sound().killed_at(chance.between(1, operations), when);
        let mut kills = usize::from(stage.run(&["send"], &machine).is_killed());
        // And once more where the next run takes up what it left.
        let machine = Machine::sound().killed_at(chance.between(1, 20), when);
        kills += usize::from(stage.run(&["send"], &machine).is_killed());
        stage.pass(900);
        let runs = 2 + stage.send_to_the_end();
        let found = judge(&stage);
        assert!(found.ambiguous <= 4 * kills, "{} ambiguous of {kills} kills", found.ambiguous);
        figures += Figures { runs, kills, ..found };
    }
    figures
}

/// How often a whole run writes to the ledger's files, and how many octets.
pub fn writes_of_a_run(plan: &Plan) -> (u64, u64) {
    writes_of(&Stage::new(plan.clone(), Script::default()), &["send"])
}

/// The same of any verb.
pub fn writes_of(stage: &Stage, arguments: &[&str]) -> (u64, u64) {
    let count = stage.path("count");
    let end = stage.run(arguments, &Machine::sound().counted_in(&count));
    assert_eq!(end.code(), Some(0), "{end:?}");
    let text = std::fs::read_to_string(count).unwrap();
    let (operations, octets) = text.trim_end().split_once(' ').expect("two numbers");
    (operations.parse().unwrap(), octets.parse().unwrap())
}

fn asked_to_stop(setting: &Setting) -> Figures {
    let mut chance = setting.chance();
    let mut figures = Figures::default();
    for _ in 0..setting.pick(8, 100) {
        let trap = Arc::new(Trap::default());
        let name = chance.of_these(&["INT", "TERM"]);
        let decide = {
            let trap = Arc::clone(&trap);
            move |moment: Moment<'_>| {
                trap.step(name);
                (moment.step == Step::Dot).then(|| thread::sleep(Duration::from_millis(2)));
                None
            }
        };
        let plan = Plan { policy: Policy::Hold, readers: 400, ..Plan::default() };
        let stage = Stage::new(plan, Script { judge: Some(Judge::new(decide)), ..Script::default() });
        let sender = stage.start_sending();
        trap.set(sender.id(), chance.between(20, 1_500));
        let end = sender.finish();
        assert_eq!(end.code(), Some(75), "the next run goes on: {end:?}");
        let asked_at = trap.sprung_at.lock().unwrap().expect("it was asked");
        assert!(asked_at.elapsed() < Duration::from_secs(7), "a runner kills after 7.5 s");
        assert!(stage.rows().values().all(|row| matches!(row.state.as_str(), "Q" | "S")), "nothing is held");
        let runs = 1 + stage.send_to_the_end();
        let found = judge(&stage);
        assert_eq!((found.ambiguous, found.duplicates, found.misses), (0, 0, 0));
        figures += Figures { runs, ..found };
    }
    figures
}
