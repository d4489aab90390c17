//! The only room with SQL: who is on the list, what was announced, who got what.
//!
//! In: announcements, frozen issues, claims and outcomes, each as a batch. Out: what is durable.
//! An intent is durable before DATA, a result is written once, a sent row never changes again.
//!
//! SQLite in WAL mode with `synchronous=FULL`. States, guards and invariants: `docs/delivery.md`.

mod model;

pub use model::{Claim, EditionNo, InFlight, Outcome, Policy, Setback};
