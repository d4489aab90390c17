//! Every statement, once, for either database; one file a concern, each statement stands where it is used.

mod account;
mod book;
mod clerk;
mod cohorts;
mod copies;
mod enrol;
mod fault;
mod freeze;
mod issues;
mod open;
mod readers;
mod retry;
mod roll;
mod rows;
mod settle;
mod spent;
mod status;
mod steps;
mod survey;
mod value;
mod values;
mod verify;
mod view;
mod withdrawal;
mod wordings;

pub(super) use account::begin_keeping;
pub use copies::Terms;
pub(super) use fault::Fault;
pub use open::Ledger;
pub(super) use rows::{claim_by, read_due, refuse};
pub(super) use settle::reap;
pub(super) use steps::{take, take_one};
pub(super) use value::{Misfit, ToValue, Value, values};
pub(super) use values::Millis;
pub(super) use view::{Connection, Row, View};
