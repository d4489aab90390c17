//! The program run as a user runs it: a folder, a command line, what it prints and its exit code.
//!
//! Errors and help are compared to the letter: their wording is behaviour.

mod build;
mod clashes;
mod config;
mod copies;
mod documents;
mod help;
mod hub_over_tls;
mod init;
mod lanes;
mod ledger;
mod mailing;
mod output;
mod ping;
mod posts;
mod publication;
mod reports;
#[path = "../support/smtp.rs"]
mod smtp;
mod subscribers;
mod watching;
