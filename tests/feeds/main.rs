//! Feeds as their readers see them: what every feed must hold whatever stands in the posts, and what
//! strict parsers and a real feed reader make of them.

#[path = "../support/newsboat.rs"]
mod newsboat;

mod anything;
mod archive;
mod choice;
mod held_by_all;
mod memory;
mod podcast;
mod publication;
mod readers;
mod sample;
mod traps;
