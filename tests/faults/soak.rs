//! The soak: what a run uses does not grow, however long it goes on and however much goes wrong.

use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use crate::campaign::{Case, Setting};
use crate::chance::mixed;
use crate::oracle::{Figures, judge};
use crate::smtp::{Act, Judge, Moment, Script, Step};
use crate::stage::{Plan, Stage, Usage};

/// How many times as fast time goes: two minutes are two hours.
const SPEED: u32 = 60;

/// What memory may grow by between the first half and the second: the allocator's pages come and go.
const ROOM_KIB: u64 = 3 * 1024;

pub fn cases() -> Vec<Case> {
    vec![Case::new("soak", "memory, files and threads of a long run with all kinds of trouble", soak)]
}

/// 20 ms a mail, and in one of a hundred steps something goes wrong.
fn troubled_server(seed: u64) -> Script {
    let count = AtomicU64::new(seed);
    let decide = move |moment: Moment<'_>| {
        if moment.step == Step::Dot {
            thread::sleep(Duration::from_millis(20));
        }
        match (mixed(count.fetch_add(1, Ordering::SeqCst)) % 1_000, moment.step) {
            (0..5, Step::Mail | Step::Rcpt | Step::Data) => Some(Act::Drop),
            (5..8, Step::Rcpt) => Some(Act::Say("451 4.7.1 come again")),
            (8..10, Step::Mail) => Some(Act::SayAndDrop("421 4.3.2 busy")),
            (10..13, Step::Dot) => Some(Act::TakeAndDrop),
            (13..15, Step::Rcpt) => Some(Act::Say("550 5.7.1 not wanted")),
            _ => None,
        }
    };
    Script { judge: Some(Judge::new(decide)), is_forgetful: true, ..Script::default() }
}

fn soak(setting: &Setting) -> Figures {
    // Eight connections at 20 ms: 400 mails a second, as long as all eight may work.
    let readers = setting.pick(800, 45_000);
    let plan = Plan { readers, speed: SPEED, linger_secs: 3 * 3_600, ..Plan::default() };
    let stage = Stage::new(plan, troubled_server(setting.chance().next()));
    let mut running = stage.start_sending();
    let mut used = Vec::new();
    while !running.is_over() {
        used.push(running.usage());
        thread::sleep(Duration::from_millis(20));
    }
    let end = running.finish();
    assert!(matches!(end.code(), Some(0 | 1 | 75)), "{end:?}");
    assert_flat(&used);
    let runs = 1 + stage.send_to_the_end();
    Figures { runs, ..judge(&stage) }
}

/// The second half of the run used no more than the first, its beginning left out of both.
fn assert_flat(used: &[Usage]) {
    let from = used.len() / 10;
    let middle = from + (used.len() - from) / 2;
    // The last look may have met the end of the process.
    let peak = |part: &[Usage]| part.iter().fold(Usage::default(), |peak, usage| peak.or_more(*usage));
    let (first, second) = (peak(&used[from..middle]), peak(&used[middle..used.len() - 1]));
    println!("soak: {} looks, at most {first:?}, then {second:?}", used.len());
    assert!(second.kib <= first.kib + ROOM_KIB, "memory grows: {first:?}, then {second:?}");
    assert!(second.threads <= first.threads, "threads grow: {first:?}, then {second:?}");
    // Connections that were lost are closed and opened again all the time, so the peak is a matter of luck. What is lost
    // for good raises what is usual, by one for each time it is lost.
    let (before, behind) = (usual_files(&used[from..middle]), usual_files(&used[middle..used.len() - 1]));
    assert!(behind <= before + 1, "open files grow: usually {before}, then {behind}");
}

/// As many files as are open at half of the looks or more.
fn usual_files(used: &[Usage]) -> u64 {
    let mut files: Vec<u64> = used.iter().map(|usage| usage.files).collect();
    files.sort_unstable();
    files[files.len() / 2]
}
