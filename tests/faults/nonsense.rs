//! F5, F6: servers that talk nonsense, for ever, or one octet at a time.

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::campaign::{Case, Setting};
use crate::oracle::{Figures, judge};
use crate::smtp::{Act, Judge, Moment, Script, Step};
use crate::stage::{Plan, Stage, address};

/// How much more memory nonsense may cost.
const ROOM_KIB: u64 = 10 * 1024;

/// The longest a reply to a dot is waited for, in the program's own time: 600 s and a block of 180 s.
const DOT_DEADLINE: Duration = Duration::from_secs(780);

pub fn cases() -> Vec<Case> {
    vec![
        Case::new("F5", "nonsense behind the dot", nonsense),
        Case::new("F6", "four of eight connections, one octet in 5 s", slow_half),
        Case::new("F6", "a reply that is slower than its deadline", slower_than_the_deadline),
    ]
}

/// What a server says instead of `250 queued`, and whether that is a reply all the same.
const NONSENSE: [(Act, bool); 9] = [
    (Act::Write(b"354 go on\r\n"), false),
    (Act::Write(b"what was that?\r\n"), false),
    (Act::Write(b"\x00\xff\xfe\x80\r\n"), false),
    (Act::Write(b"999999 queued\r\n"), false),
    (Act::Long(10_000_000), false),
    (Act::Endless, false),
    (Act::Hang, false),
    (Act::Drip("250 2.0.0 queued", Duration::from_millis(1)), true),
    (Act::Write(b"250-2.0.0 queued\r\n250 \xe2\x98\xba\n"), true),
];

/// Does `act` once behind the dot of each tenth reader or so.
fn once_for_some(act: Act) -> Script {
    let done = Mutex::new(HashSet::new());
    let decide = move |moment: Moment<'_>| {
        let is_chosen = moment.step == Step::Dot && moment.recipient.contains('7');
        (is_chosen && done.lock().unwrap().insert(moment.recipient.to_owned())).then_some(act)
    };
    Script { judge: Some(Judge::new(decide)), ..Script::default() }
}

fn nonsense(setting: &Setting) -> Figures {
    let plan = Plan { readers: setting.pick(60, 400), speed: 300, ..Plan::default() };
    let calm = Stage::new(plan.clone(), Script::default());
    let (end, usual) = calm.start_sending().finish_watched();
    assert_eq!(end.code(), Some(0), "{end:?}");
    let mut figures = Figures::default();
    for (act, is_reply) in NONSENSE {
        let stage = Stage::new(plan.clone(), once_for_some(act));
        let (_, peak) = stage.start_sending().finish_watched();
        assert!(peak.kib <= usual.kib + ROOM_KIB, "{act:?}: {} KiB, usually {}", peak.kib, usual.kib);
        stage.pass(900);
        let runs = 1 + stage.send_to_the_end();
        let found = judge(&stage);
        assert_eq!(found.ambiguous == 0, is_reply, "{act:?}: {} ambiguous", found.ambiguous);
        assert_eq!(found.misses, 0, "{act:?}");
        figures += Figures { runs, ..found };
    }
    figures
}

fn slow_half(setting: &Setting) -> Figures {
    let pause = Duration::from_secs(5) / 60;
    let by_slow_ones = Arc::new(AtomicUsize::new(0));
    let decide = {
        let by_slow_ones = Arc::clone(&by_slow_ones);
        move |moment: Moment<'_>| {
            let is_slow = moment.connection < 8 && moment.connection.is_multiple_of(2);
            if !is_slow || !matches!(moment.step, Step::Mail | Step::Rcpt | Step::Dot) {
                return None;
            }
            if moment.step == Step::Dot {
                by_slow_ones.fetch_add(1, Ordering::SeqCst);
            }
            Some(Act::Drip("250 ok", pause))
        }
    };
    let plan = Plan { readers: setting.pick(500, 5_000), speed: 60, ..Plan::default() };
    let stage = Stage::new(plan, Script { judge: Some(Judge::new(decide)), ..Script::default() });
    assert_eq!(stage.send().code(), Some(0), "one run is enough");
    let slow = by_slow_ones.load(Ordering::SeqCst);
    assert!(slow * 10 <= stage.plan.readers, "the slow ones held up {slow} mails");
    let found = judge(&stage);
    assert_eq!((found.ambiguous, found.duplicates), (0, 0));
    Figures { runs: 1, ..found }
}

fn slower_than_the_deadline(setting: &Setting) -> Figures {
    let speed = 300;
    let done = Mutex::new(HashSet::new());
    let decide = move |moment: Moment<'_>| {
        let is_chosen = moment.step == Step::Dot && moment.recipient.contains('7');
        (is_chosen && done.lock().unwrap().insert(moment.recipient.to_owned()))
            .then_some(Act::Drip("250 2.0.0 queued", Duration::from_secs(120) / speed))
    };
    let plan = Plan { readers: setting.pick(28, 100), speed, ..Plan::default() };
    let stage = Stage::new(plan, Script { judge: Some(Judge::new(decide)), ..Script::default() });
    let began = Instant::now();
    let end = stage.start_sending().finish();
    // At worst one waits after the other: a relay that is lost again and again is given fewer connections.
    let slow = (0..stage.plan.readers).filter(|number| address(*number).contains('7')).count() as u32;
    let took = began.elapsed() * speed;
    assert!(took < DOT_DEADLINE * (slow + 2), "{took:?} in its own time for {slow} slow replies");
    assert!(matches!(end.code(), Some(75)), "those in doubt wait: {end:?}");
    stage.pass(900);
    let runs = 1 + stage.send_to_the_end();
    let found = judge(&stage);
    assert!(found.ambiguous > 0 && found.misses == 0);
    Figures { runs, ..found }
}
