//! F3, F4: connections break, at every step of the conversation.

use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use crate::campaign::{Case, Setting};
use crate::chance::mixed;
use crate::oracle::{Figures, judge};
use crate::smtp::{Act, Judge, Moment, Script, Step};
use crate::stage::{Plan, Policy, Stage};

pub fn cases() -> Vec<Case> {
    vec![
        Case::new("F3", "taken and cut behind the dot, resend", |setting| {
            replies_lost(setting, Policy::Resend)
        }),
        Case::new("F3", "taken and cut behind the dot, hold", |setting| replies_lost(setting, Policy::Hold)),
        Case::new("F3", "every reply to a dot lost", every_reply_lost),
        Case::new("F4", "cut at EHLO, MAIL, RCPT, DATA, content", cut_before_the_dot),
    ]
}

/// Does `act` at `step` in so many of a hundred cases, drawn from the seed.
fn sometimes(step: Step, act: Act, percent: u64, seed: u64) -> Script {
    let count = AtomicU64::new(seed);
    let decide = move |moment: Moment<'_>| {
        let is_hit = moment.step == step && mixed(count.fetch_add(1, Ordering::SeqCst)) % 100 < percent;
        is_hit.then_some(act)
    };
    Script { judge: Some(Judge::new(decide)), ..Script::default() }
}

fn replies_lost(setting: &Setting, policy: Policy) -> Figures {
    let mut chance = setting.chance();
    let mut figures = Figures::default();
    for percent in [1, 10] {
        let readers = setting.pick(300, 1_000);
        // Each loss costs the sender a pause: time goes fast, so that the pauses do not count.
        let plan = Plan { policy, readers, speed: 60, ..Plan::default() };
        let stage = Stage::new(plan, sometimes(Step::Dot, Act::TakeAndDrop, percent, chance.next()));
        let runs = stage.send_to_the_end();
        let found = judge(&stage);
        assert_eq!(found.misses, 0, "the server took them all");
        assert!(found.ambiguous > 0, "the server lost replies");
        figures += Figures { runs, ..found };
    }
    figures
}

fn every_reply_lost(setting: &Setting) -> Figures {
    let is_mended = Arc::new(Mutex::new(false));
    let decide = {
        let is_mended = Arc::clone(&is_mended);
        move |moment: Moment<'_>| {
            (moment.step == Step::Dot && !*is_mended.lock().unwrap()).then_some(Act::TakeAndDrop)
        }
    };
    let plan = Plan { readers: setting.pick(200, 1_000), speed: 60, ..Plan::default() };
    let stage = Stage::new(plan, Script { judge: Some(Judge::new(decide)), ..Script::default() });
    let end = stage.send();
    assert_eq!(end.code(), Some(75), "{end:?}");
    let fed = stage.server.accepted();
    assert!(fed <= 32, "a relay that loses every reply was fed {fed} mails");
    *is_mended.lock().unwrap() = true;
    stage.pass(900);
    let runs = 1 + stage.send_to_the_end();
    let found = judge(&stage);
    assert_eq!((found.duplicates, found.misses), (fed, 0), "each that was taken once is taken again");
    Figures { runs, ..found }
}

fn cut_before_the_dot(setting: &Setting) -> Figures {
    let mut chance = setting.chance();
    let mut figures = Figures::default();
    for step in [Step::Ehlo, Step::Mail, Step::Rcpt, Step::Data] {
        let plan =
            Plan { policy: Policy::Hold, readers: setting.pick(300, 1_000), speed: 60, ..Plan::default() };
        let stage = Stage::new(plan, sometimes(step, Act::Drop, 20, chance.next()));
        let runs = stage.send_to_the_end();
        let found = judge(&stage);
        assert_eq!((found.ambiguous, found.duplicates, found.misses), (0, 0, 0), "cut at {step:?}");
        figures += Figures { runs, ..found };
    }
    figures += cut_within_the_content(setting, chance.next());
    figures
}

/// The system takes a mail whole before the server has read of it, so a cut within it leaves a doubt; but nobody has
/// it twice, because half a mail is never taken. Each reader's is cut once at most.
fn cut_within_the_content(setting: &Setting, seed: u64) -> Figures {
    let (count, cut) = (AtomicU64::new(seed), Mutex::new(HashSet::new()));
    let decide = move |moment: Moment<'_>| {
        let is_hit =
            moment.step == Step::Content && mixed(count.fetch_add(1, Ordering::SeqCst)).is_multiple_of(5);
        (is_hit && cut.lock().unwrap().insert(moment.recipient.to_owned())).then_some(Act::Drop)
    };
    let plan = Plan { readers: setting.pick(300, 1_000), octets: 30_000, speed: 60, ..Plan::default() };
    let stage = Stage::new(plan, Script { judge: Some(Judge::new(decide)), ..Script::default() });
    let runs = stage.send_to_the_end();
    let found = judge(&stage);
    assert_eq!((found.duplicates, found.misses), (0, 0));
    Figures { runs, ..found }
}
