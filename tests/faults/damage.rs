//! F13: the ledger is damaged, cut short, put back to an older state, or somebody else's.
//!
//! Under `hold`, so that nobody may have a mail twice, whatever was in flight.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::os::unix::fs::FileExt;
use std::path::PathBuf;

use crate::campaign::{Case, Setting};
use crate::chance::Chance;
use crate::halfway::{Halfway, READERS, copy_ledger};
use crate::machine::Machine;
use crate::oracle::Figures;
use crate::smtp::Script;
use crate::stage::{Stage, address};

const PAGE: u64 = 4_096;

pub fn cases() -> Vec<Case> {
    vec![
        Case::new("F13", "bits of the ledger flipped", |setting| {
            damaged(setting, setting.pick(100, 1_000), flip_a_bit)
        }),
        Case::new("F13", "the ledger cut short", |setting| {
            damaged(setting, setting.pick(20, 200), cut_short)
        }),
        Case::new("F13", "pages of the ledger zeroed", |setting| {
            damaged(setting, setting.pick(20, 200), zero_a_page)
        }),
        Case::new("F13", "the newest commits missing from the ledger's log", |setting| {
            damaged(setting, setting.pick(20, 100), lose_the_newest_commits)
        }),
        Case::new("F13", "the ledger's log removed", |setting| {
            damaged(setting, setting.pick(4, 50), remove_the_log)
        }),
        Case::new("F13", "an older copy of the ledger put back", |setting| {
            damaged(setting, setting.pick(4, 50), put_back_an_older_copy)
        }),
        Case::new("F13", "another publication's ledger", |setting| {
            damaged(setting, setting.pick(2, 20), take_anothers)
        }),
    ]
}

fn damaged(setting: &Setting, times: usize, damage: fn(&Halfway, &mut Chance)) -> Figures {
    let mut chance = setting.chance();
    let (mut figures, mut refused) = (Figures::default(), 0);
    for signal in ["KILL", "INT"] {
        let halfway = Halfway::new(&mut chance, signal);
        // Without any damage it goes on.
        assert_ne!(came_of_it(&halfway.stage), None);
        for _ in 0..times.div_ceil(2) {
            halfway.put_back();
            damage(&halfway, &mut chance);
            let runs = came_of_it(&halfway.stage);
            figures += Figures { runs: runs.unwrap_or(1), ..Figures::default() };
            refused += usize::from(runs.is_none());
        }
    }
    println!("F13: {refused} of {} refused, the others harmless", 2 * times.div_ceil(2));
    figures
}

/// Refused, which is none, or nobody has it twice and nobody is lost after so many runs.
fn came_of_it(stage: &Stage) -> Option<usize> {
    for runs in 1..=6 {
        let end = stage.run(&["send"], &Machine::sound());
        assert_nobody_has_it_twice(stage);
        match end.code() {
            Some(75) => stage.pass(900),
            Some(74 | 78) => return None,
            Some(0 | 1) => {
                assert_nobody_is_lost(stage);
                return Some(runs);
            }
            _ => panic!("neither refused nor done: {end:?}"),
        }
    }
    panic!("neither refused nor done after six runs")
}

fn assert_nobody_has_it_twice(stage: &Stage) {
    let twice: BTreeMap<_, _> = stage.copies().into_iter().filter(|(_, copies)| *copies > 1).collect();
    assert!(twice.is_empty(), "{} readers have it twice", twice.len());
}

fn assert_nobody_is_lost(stage: &Stage) {
    let (rows, copies) = (stage.rows(), stage.copies());
    let is_lost = |address: &String| {
        !copies.contains_key(address) && rows.get(address).is_none_or(|row| row.state != "U")
    };
    let lost: Vec<_> = (0..READERS).map(address).filter(is_lost).collect();
    assert!(lost.is_empty(), "lost, and not listed: {lost:?}");
}

/// The database or its log, by their sizes.
fn a_file(halfway: &Halfway, chance: &mut Chance) -> (PathBuf, u64) {
    let size = |name: &str| fs::metadata(halfway.stage.path(name)).map_or(0, |file| file.len());
    let (ledger, log) = (size("postrider.ledger"), size("postrider.ledger-wal"));
    match chance.between(0, ledger + log - 1) < ledger {
        true => (halfway.stage.path("postrider.ledger"), ledger),
        false => (halfway.stage.path("postrider.ledger-wal"), log),
    }
}

fn flip_a_bit(halfway: &Halfway, chance: &mut Chance) {
    let (path, size) = a_file(halfway, chance);
    let file = OpenOptions::new().read(true).write(true).open(path).unwrap();
    let (at, mut octet) = (chance.between(0, size - 1), [0]);
    file.read_exact_at(&mut octet, at).unwrap();
    octet[0] ^= 1 << chance.between(0, 7);
    file.write_all_at(&octet, at).unwrap();
}

fn cut_short(halfway: &Halfway, chance: &mut Chance) {
    let (path, size) = a_file(halfway, chance);
    let octets = chance.between(0, size - 1);
    let at_a_page = octets / PAGE * PAGE;
    let length = if chance.is_one_in(2) { octets } else { at_a_page };
    OpenOptions::new().write(true).open(path).unwrap().set_len(length).unwrap();
}

/// As if the disk had lied about what it holds.
fn lose_the_newest_commits(halfway: &Halfway, chance: &mut Chance) {
    let path = halfway.stage.path("postrider.ledger-wal");
    let Ok(log) = OpenOptions::new().write(true).open(path) else { return };
    let octets = log.metadata().unwrap().len();
    log.set_len(octets.saturating_sub(chance.between(1, 8) * (PAGE + 24))).unwrap();
}

fn zero_a_page(halfway: &Halfway, chance: &mut Chance) {
    let (path, size) = a_file(halfway, chance);
    let at = chance.between(0, size / PAGE - 1) * PAGE;
    let file = OpenOptions::new().write(true).open(path).unwrap();
    file.write_all_at(&[0; PAGE as usize], at).unwrap();
}

fn remove_the_log(halfway: &Halfway, _: &mut Chance) {
    for name in ["postrider.ledger-wal", "postrider.ledger-shm"] {
        let _ = fs::remove_file(halfway.stage.path(name));
    }
}

fn put_back_an_older_copy(halfway: &Halfway, _: &mut Chance) {
    remove_the_log(halfway, &mut Chance::of(0, ""));
    copy_ledger(halfway.older.path(), &halfway.stage.path(""));
}

/// The ledger of another publication with the same readers, who got nothing yet.
fn take_anothers(halfway: &Halfway, _: &mut Chance) {
    let other = Stage::new(halfway.stage.plan.clone(), Script::default());
    let config = fs::read_to_string(other.path("config.toml")).unwrap();
    other.write("config.toml", &config.replace("https://letters.", "https://essays."));
    fs::remove_file(other.path("postrider.ledger")).unwrap();
    other.expect(&["ledger", "init"], 0);
    remove_the_log(halfway, &mut Chance::of(0, ""));
    copy_ledger(&other.path(""), &halfway.stage.path(""));
}
