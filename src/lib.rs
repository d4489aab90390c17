//! Postrider: essays in `posts/` become feeds, a web archive and mail digests.
//!
//! The rooms stand in the order in which data flows; a room uses rooms above it only
//! (`tests/rooms.rs` reads the `use crate::` lines). `ARCHITECTURE.md` walks one essay
//! and one leave link through them.

pub mod address;
pub mod token;
pub mod trust;
pub mod words;
pub mod template;
pub mod plot;
pub mod post;
pub mod site;
pub mod subscriber;
pub mod issue;
pub mod message;
pub mod ledger;
pub mod delivery;
pub mod web;
pub mod watch;
pub mod config;
pub mod cli;
