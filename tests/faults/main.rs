//! The fault campaign: whole runs of `postrider` on machines, networks and servers that fail in every way we know,
//! and a count of what came of it.
//!
//! `cargo test --test faults` runs the quick set, `scripts/faults --full` the full one. What a fault meets follows from
//! the seed, which is printed; `--seed N --only F3` makes it again. The oracle is the server's own journal of what it
//! took, held against the ledger once nobody works on the issue any more.

mod book;
mod campaign;
#[path = "../support/chance.rs"]
mod chance;
mod clocks;
mod damage;
mod databases;
mod disk;
mod halfway;
mod kills;
mod lost_connections;
mod machine;
mod migrations;
mod nonsense;
mod oracle;
#[path = "../support/postgres.rs"]
mod postgres;
#[path = "../support/smtp.rs"]
mod smtp;
mod proxy;
mod scale;
mod soak;
mod stage;
mod storms;

use std::process::ExitCode;

use campaign::{Campaign, Case};

fn main() -> ExitCode {
    if !cfg!(target_os = "linux") {
        println!("not tested: the faults are made with LD_PRELOAD and /proc, which Linux has");
        return ExitCode::SUCCESS;
    }
    let rooms = [
        kills::cases(),
        lost_connections::cases(),
        nonsense::cases(),
        storms::cases(),
        disk::cases(),
        damage::cases(),
        clocks::cases(),
        databases::cases(),
        migrations::cases(),
        scale::cases(),
        soak::cases(),
    ];
    let cases: Vec<Case> = rooms.into_iter().flatten().collect();
    // A case that fails is told of in the table; here is only where it did.
    std::panic::set_hook(Box::new(|panic| {
        eprintln!("{}", panic.location().expect("every panic has a place"))
    }));
    Campaign::from_arguments(std::env::args().skip(1)).run(&cases)
}
