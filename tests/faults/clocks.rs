//! F19: the clock is wrong, goes back, goes ahead, jumps in the middle.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::campaign::{Case, Setting};
use crate::chance::Chance;
use crate::machine::Machine;
use crate::oracle::Figures;
use crate::smtp::{Act, Script, Step};
use crate::stage::{End, Plan, Stage, essay};

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

pub fn cases() -> Vec<Case> {
    vec![
        Case::new("F19", "the clock is set back and forth between runs", between_runs),
        Case::new("F19", "the clock jumps in the middle of a run", within_a_run),
    ]
}

fn plan(pace: &'static str) -> Plan {
    Plan { readers: 10, pace, ..Plan::default() }
}

/// Refused or done, and never a fault of the program.
fn assert_refused_or_done(end: &End) {
    assert!(matches!(end.code(), Some(0 | 75 | 78)), "{end:?}");
}

fn between_runs(setting: &Setting) -> Figures {
    let mut chance = setting.chance();
    let mut figures = Figures::default();
    for _ in 0..setting.pick(3, 20) {
        for pace in ["each", "daily", "weekly"] {
            figures.runs += one_history(&mut chance, pace);
        }
    }
    figures
}

/// Posts appear while the clock is anywhere; in the end it is right again, and everybody has each post once.
fn one_history(chance: &mut Chance, pace: &'static str) -> usize {
    let stage = Stage::new(plan(pace), Script::default());
    let start = stage.now();
    let jumps = [-DAY, DAY, -HOUR, HOUR, -start.as_second(), 40 * DAY, -400 * DAY, 7 * DAY, 60];
    let mut posts = 1;
    for _ in 0..12 {
        stage.set_now(start + SignedDuration::from_secs(chance.of_these(&jumps)));
        if chance.is_one_in(3) {
            stage.write(&format!("posts/2026-11-20-{posts}.md"), &essay(&title(posts), 200));
            posts += 1;
        }
        assert_refused_or_done(&stage.send());
    }
    // No clock was ever later than this; months, so that every pace has its turn.
    stage.set_now(start + SignedDuration::from_secs(90 * DAY));
    assert_eq!(stage.send().code(), Some(0));
    stage.set_now(start + SignedDuration::from_secs(120 * DAY));
    assert_eq!(stage.send().code(), Some(0));
    assert_each_post_came_once(&stage, posts);
    14
}

fn title(number: usize) -> String {
    format!("Letter no{number}end")
}

/// By its title: a second issue with the same post would have another Message-ID.
fn assert_each_post_came_once(stage: &Stage, posts: usize) {
    let mut copies: BTreeMap<(String, String), usize> = BTreeMap::new();
    for mail in stage.server.taken().iter() {
        let text = String::from_utf8_lossy(&mail.content);
        let titles = std::iter::once("Maps".to_owned()).chain((1..posts).map(title));
        for title in titles.filter(|title| text.contains(title.as_str())) {
            *copies.entry((mail.forward_path.clone(), title)).or_default() += 1;
        }
    }
    assert!(copies.values().all(|copies| *copies == 1), "a post came twice: {copies:?}");
    assert_eq!(copies.len(), posts * stage.plan.readers, "every post came to everybody");
    stage.expect(&["ledger", "verify"], 0);
}

fn within_a_run(setting: &Setting) -> Figures {
    let mut chance = setting.chance();
    let mut figures = Figures::default();
    for jump in [-DAY, DAY, -HOUR, HOUR, -20_000 * DAY] {
        let script = Script::default().at(Step::Rcpt, Act::Drip("250 ok", Duration::from_millis(2)));
        let stage = Stage::new(plan("daily"), script);
        // A day later than the post was first seen, by the clock alone.
        let start = (stage.now() + SignedDuration::from_secs(DAY)).as_second();
        let machine = Machine::sound().jumping(start, chance.between(0, 60), jump);
        assert_refused_or_done(&stage.start_by_the_clock(&["send"], &machine).finish());
        stage.set_now(Timestamp::from_second(start + 2 * DAY).unwrap());
        assert_eq!(stage.send().code(), Some(0));
        assert_each_post_came_once(&stage, 1);
        figures.runs += 2;
    }
    figures
}
