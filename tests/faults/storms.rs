//! F7 to F10: servers that refuse, for now or for good.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::campaign::{Case, Setting};
use crate::chance::mixed;
use crate::oracle::{Figures, judge};
use crate::smtp::{Act, Judge, Moment, Script, Step};
use crate::stage::{Plan, Stage, address};

/// Long enough for every retry to come in the same run, in the program's own time.
const LINGER_SECS: u64 = 6 * 3_600;

pub fn cases() -> Vec<Case> {
    vec![
        Case::new("F7", "421 and 454 to three in ten", storm),
        Case::new("F8", "everybody greylisted for 5 minutes", greylist),
        Case::new("F9", "a relay that is up for 2 s and down for 2 s", flapping),
        Case::new("F10", "refused for good: addresses of every kind", refused),
        Case::new("F10", "refused for good: every mail at the dot", content_refused),
    ]
}

fn judged_by(decide: impl Fn(Moment<'_>) -> Option<Act> + Send + Sync + 'static) -> Script {
    Script { judge: Some(Judge::new(decide)), ..Script::default() }
}

fn storm(setting: &Setting) -> Figures {
    let count = AtomicU64::new(setting.chance().next());
    let decide = move |moment: Moment<'_>| {
        if !matches!(moment.step, Step::Greeting | Step::Mail | Step::Rcpt) {
            return None;
        }
        match mixed(count.fetch_add(1, Ordering::SeqCst)) % 30 {
            0..3 => Some(Act::SayAndDrop("421 4.3.2 busy")),
            3..9 if moment.step != Step::Greeting => Some(Act::Say("454 4.7.0 throttling failure")),
            _ => None,
        }
    };
    let readers = setting.pick(400, 10_000);
    let plan = Plan { readers, speed: 200, linger_secs: LINGER_SECS, ..Plan::default() };
    let stage = Stage::new(plan, judged_by(decide));
    let runs = stage.send_to_the_end();
    let found = judge(&stage);
    assert_eq!((found.ambiguous, found.duplicates, found.misses), (0, 0, 0));
    let counted = stage.rows().values().filter(|row| row.attempts != 1).count();
    assert_eq!(counted, 0, "the server's trouble costs no reader an attempt");
    Figures { runs, ..found }
}

/// A greylist as Postgrey's default: who comes again after 300 seconds is let in.
fn greylist(setting: &Setting) -> Figures {
    let speed = 100;
    let first_seen = Mutex::new(HashMap::new());
    let decide = move |moment: Moment<'_>| {
        if moment.step != Step::Rcpt {
            return None;
        }
        let mut first_seen = first_seen.lock().unwrap();
        let since = first_seen.entry(moment.recipient.to_owned()).or_insert_with(Instant::now);
        let is_too_soon = since.elapsed() * speed < Duration::from_secs(300);
        is_too_soon.then_some(Act::Say("451 4.7.1 greylisted, come again in 300 seconds"))
    };
    let readers = setting.pick(300, 10_000);
    let plan = Plan { readers, speed, linger_secs: LINGER_SECS, ..Plan::default() };
    let stage = Stage::new(plan, judged_by(decide));
    assert_eq!(stage.send().code(), Some(0), "one run that lingers is enough");
    let found = judge(&stage);
    assert_eq!((found.ambiguous, found.duplicates, found.misses), (0, 0, 0));
    let late = stage.rows().values().filter(|row| row.attempts > 2).count();
    assert_eq!(late, 0, "the second try comes after the greylist's five minutes");
    Figures { runs: 1, ..found }
}

fn flapping(setting: &Setting) -> Figures {
    let speed = 40;
    let (began, vain) = (Instant::now(), Arc::new(AtomicUsize::new(0)));
    let decide = {
        let vain = Arc::clone(&vain);
        move |moment: Moment<'_>| {
            let is_down = (began.elapsed() * speed).as_secs() % 4 >= 2;
            if is_down && moment.step == Step::Greeting {
                vain.fetch_add(1, Ordering::SeqCst);
            }
            // It may have taken the mail when it went down.
            let act = if moment.step == Step::Dot { Act::TakeAndDrop } else { Act::Drop };
            is_down.then_some(act)
        }
    };
    let readers = setting.pick(200, 1_000);
    let plan = Plan { readers, speed, linger_secs: LINGER_SECS, ..Plan::default() };
    let stage = Stage::new(plan, judged_by(decide));
    let runs = stage.send_to_the_end();
    let secs = (began.elapsed() * speed).as_secs() as usize;
    let found = judge(&stage);
    let vain = vain.load(Ordering::SeqCst);
    assert!(vain <= secs * stage.plan.connections, "{vain} connections in vain in {secs} s");
    assert_eq!(found.misses, 0);
    Figures { runs, ..found }
}

/// What is said to RCPT of every tenth reader, by their last digit, and whether the address is beyond hope.
const REFUSALS: [(char, &str, bool); 4] = [
    ('1', "550 5.1.1 no such user", true),
    ('3', "550 5.7.1 not wanted", false),
    ('5', "552 5.2.2 mailbox full", false),
    ('7', "550 5.2.1 disabled", true),
];

fn refusal_of(recipient: &str) -> Option<&'static (char, &'static str, bool)> {
    let last = recipient.split('@').next().and_then(|local| local.chars().last());
    REFUSALS.iter().find(|(digit, _, _)| Some(*digit) == last)
}

fn refused(setting: &Setting) -> Figures {
    let decide = |moment: Moment<'_>| {
        let refusal = refusal_of(moment.recipient).filter(|_| moment.step == Step::Rcpt);
        refusal.map(|(_, words, _)| Act::Say(words))
    };
    let plan = Plan { readers: setting.pick(200, 1_000), ..Plan::default() };
    let stage = Stage::new(plan, judged_by(decide));
    assert_eq!(stage.send().code(), Some(1), "some mail was refused");
    let rows = stage.rows();
    let mut hopeless = 0;
    for number in 0..stage.plan.readers {
        let refusal = refusal_of(&address(number));
        let want = if refusal.is_some() { "F" } else { "S" };
        assert_eq!(rows[&address(number)].state, want, "reader {number}: {refusal:?}");
        hopeless += usize::from(refusal.is_some_and(|(_, _, is_hopeless)| *is_hopeless));
    }
    let readers = stage.expect(&["status"], 0).json()["readers"].clone();
    assert_eq!(readers["suppressed"], hopeless, "{readers}");
    Figures { runs: 1, ..judge(&stage) }
}

fn content_refused(setting: &Setting) -> Figures {
    let is_mended = Arc::new(AtomicBool::new(false));
    let decide = {
        let is_mended = Arc::clone(&is_mended);
        move |moment: Moment<'_>| {
            let is_refused = moment.step == Step::Dot && !is_mended.load(Ordering::SeqCst);
            is_refused.then_some(Act::Say("550 5.7.1 looks like spam"))
        }
    };
    let plan = Plan { readers: setting.pick(200, 1_000), ..Plan::default() };
    let stage = Stage::new(plan, judged_by(decide));
    let end = stage.send();
    assert_eq!(end.code(), Some(78), "a person must decide: {end:?}");
    let seen = stage.server.taken().len();
    assert!(seen <= 5 + stage.plan.connections, "{seen} were refused before the issue was halted");
    is_mended.store(true, Ordering::SeqCst);
    stage.expect(&["ledger", "resume", "--issue", "1"], 0);
    let runs = 1 + stage.send_to_the_end();
    // Those whose refusal came when the issue was halted already stay refused; the first five are tried again.
    let failed = stage.rows().values().filter(|row| row.state == "F").count();
    assert!(failed < stage.plan.connections, "{failed} stay refused");
    Figures { runs, ..judge(&stage) }
}
