//! Whatever the clock, the timer, the author and the readers do: each reader gets each post they asked for, and
//! gets it once.
//!
//! Random histories against a real ledger (in memory), as `publish` drives it: essays written, edited, renamed,
//! deleted, dated in the future; readers who join, leave, come back and change their pace; a publication
//! that moves to another zone; runs that are late, early, skipped, doubled, killed or on a machine whose clock is wrong;
//! ledgers that are lost, and older copies of them brought back.
//! The mail itself is left out: whoever is begun is settled as sent.
//!
//! `PROPTEST_CASES` says how many histories each test takes (256 unless it says so):
//!
//! ```text
//! PROPTEST_CASES=25000 cargo test --release --test windows
//! ```

mod reader;
mod shelf;
mod step;
mod world;

use std::cell::Cell;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use step::Step;
use world::World;

/// Histories of `steps` that begin at `born`; gives how many recipients were taken out of a mail while they had, or
/// waited for, a later one, and how many copies of posts came between a backup and the loss of the ledger.
fn live_through(born: &str, step: impl Strategy<Value = Step>) -> (usize, usize) {
    let born = born.parse().unwrap();
    let config = Config { failure_persistence: None, max_shrink_iters: 20_000, ..Config::default() };
    let cases = config.cases;
    let [copies, overtaken, forgotten] = [const { Cell::new(0) }; 3];
    let histories = prop::collection::vec(step, 1..80);
    let end = TestRunner::new(config).run(&histories, |steps| {
        let mut world = World::new(born);
        steps.into_iter().for_each(|step| world.take(step));
        copies.set(copies.get() + world.end());
        world.assert_partition();
        overtaken.set(overtaken.get() + world.overtaken);
        forgotten.set(forgotten.get() + world.forgotten);
        Ok(())
    });
    if let Err(fault) = end {
        panic!("{fault}");
    }
    println!("{cases} histories from {born}: {} copies of posts, each where it belongs", copies.get());
    assert!(copies.get() > cases as usize, "histories in which nothing is mailed prove nothing");
    (overtaken.get(), forgotten.get())
}

#[test]
fn when_clocks_go_forward_in_the_north() {
    live_through("2026-03-02T12:00:00Z", step::step());
}

#[test]
fn when_clocks_go_back_in_the_north() {
    live_through("2026-10-20T12:00:00Z", step::step());
}

#[test]
fn when_clocks_go_forward_in_the_south_and_the_year_ends() {
    live_through("2025-12-20T23:30:00Z", step::step());
}

#[test]
fn when_a_place_leaves_out_a_day() {
    live_through("2011-12-24T09:59:59Z", step::step());
}

#[test]
fn when_posts_are_withdrawn_while_mails_with_them_wait_one_behind_the_other() {
    let (overtaken, _) = live_through("2026-06-01T12:00:00Z", step::in_haste());
    println!("{overtaken} recipients were taken out of a mail while a later one was on its way to them");
    assert!(overtaken > Config::default().cases as usize / 16, "histories without them prove nothing");
}

#[test]
fn when_the_ledger_is_lost_and_an_older_copy_of_it_is_brought_back() {
    let (_, forgotten) = live_through("2026-06-01T12:00:00Z", step::in_ruins());
    println!("{forgotten} copies of posts came after a copy of the ledger was made that was brought back");
    assert!(forgotten > Config::default().cases as usize / 16, "histories without them prove nothing");
}
