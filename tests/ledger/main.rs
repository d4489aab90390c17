//! The real ledger, asked for anything in any order, held against what it should say.
//!
//! Claims, intents, results and the taking back of rows; readers who come, leave, are suppressed, forgotten and come back;
//! issues that are halted, resumed, withdrawn from and resolved; senders that are killed, or taken for dead
//! while they go on. After each step every row, issue and reader must be as `expected.rs` has it, and what the ledger says
//! must agree with what the servers took; at every turn `verify` must find nothing.
//!
//! `PROPTEST_CASES` says how many histories (256 unless it says so): a quarter of them in a file under each policy, a
//! thirty-second in a database.
//!
//! ```text
//! PROPTEST_CASES=8000 cargo test --release --test ledger -- --nocapture
//! ```

#[path = "../support/postgres.rs"]
mod postgres;

mod expected;
mod home;
mod row;
mod sample;
mod step;
mod world;

use std::cell::Cell;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use home::Home;
use postgres::Postgres;
use postrider::ledger::Policy;
use step::{Answer, Step};
use world::World;

/// Histories of a ledger that begins in a home of its own.
fn live_through<'h>(name: &str, policy: Policy, cases: u32, home: impl Fn() -> Home<'h>) {
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 4_000, ..Config::default() };
    let rows = Cell::new(0);
    let end = TestRunner::new(config).run(&prop::collection::vec(step::step(), 1..80), |steps| {
        let home = home();
        let mut world = World::new(&home, policy);
        world.set_out();
        steps.into_iter().for_each(|step| world.take(step));
        world.come_to_rest();
        rows.set(rows.get() + world.expected.rows.len());
        Ok(())
    });
    if let Err(fault) = end {
        panic!("{fault}");
    }
    println!("{cases} histories {name} under {policy:?}: {} recipients", rows.get());
}

/// One of `parts` of the histories asked for, and one at least.
fn part(parts: u32) -> u32 {
    (Config::default().cases / parts).max(1)
}

#[test]
fn a_sender_taken_for_dead_that_goes_on_takes_nothing_back() {
    for answer in [Answer::Accepts, Answer::Defers, Answer::Refuses, Answer::Breaks] {
        for is_lost in [false, true] {
            let home = Home::in_a_file();
            let mut world = World::new(&home, Policy::Resend);
            world.set_out();
            world.take(Step::Claim(9));
            world.take(Step::Begin { claim: 0, answer });
            for step in [Step::Reap, Step::Pass(60), Step::Claim(9)] {
                world.take(step);
            }
            for _ in 0..18 {
                world.take(Step::Begin { claim: 0, answer: Answer::Accepts });
            }
            world.take(Step::Settle { flight: 0, is_lost });
            world.come_to_rest();
        }
    }
}

#[test]
fn a_ledger_in_a_file_that_resends() {
    live_through("in a file", Policy::Resend, part(4), Home::in_a_file);
}

#[test]
fn a_ledger_in_a_file_that_holds() {
    live_through("in a file", Policy::Hold, part(4), Home::in_a_file);
}

#[test]
fn a_ledger_in_a_database() {
    if let Some(why) = postgres::missing() {
        assert!(std::env::var_os("CI").is_none(), "{why}");
        println!("not tested in PostgreSQL: {why}");
        return;
    }
    let server = Postgres::start();
    for policy in [Policy::Resend, Policy::Hold] {
        live_through("in a database", policy, part(32), || Home::in_a_database(&server));
    }
}
