//! The only room with SQL: who is on the list, what was announced, who got what.
//!
//! In: announcements, frozen issues, claims and outcomes, each as a batch. Out: what is durable.
//! An intent is durable before DATA, a result is written once, a sent row never changes again.
//!
//! SQLite in WAL mode with `synchronous=FULL`. States, guards and invariants: `docs/delivery.md`.

use std::time::Duration;

mod birth;
mod error;
mod location;
mod lock;
mod model;
mod place;
mod postgres;
mod quota;
mod reply;
mod report;
mod rules;
mod sql;
mod sqlite;
#[cfg(test)]
#[path = "../../tests/support/postgres.rs"]
mod server;
#[cfg(test)]
mod stage;
mod step;
mod tempo;
mod survey;
mod writer;

pub use birth::{Birth, Origin};
pub use error::LedgerError;
pub use location::{DatabaseUrl, DatabaseUrlError, Location};
pub use lock::SenderLock;

pub use model::{Begun, Claim, EditionNo, FrozenEdition, InFlight, Outcome, Policy, RowState, Setback};
pub use place::Place;
pub use quota::{Grant, Quota};
pub use report::{
    DeliveryRow, Departure, Enrolled, Enrolment, Event, Finding, Frozen, Headcount, IssueState, IssueStatus,
    IssueSummary, Postponed, Reaped, Resolution, Restored, Tally,
};
pub use sql::{Ledger, Terms};
pub use step::Postponement;
pub use survey::{DomainTally, Receipt, Retried, Scope, Turn, TurnKind};
pub use writer::{Answer, LedgerHandle, LedgerThread};

/// How long one process waits for another to end its transaction.
const BUSY_PATIENCE: Duration = Duration::from_secs(5);
