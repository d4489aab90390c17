//! The verbs. The clock, randomness, environment and arguments enter here and travel on as values.
//!
//! In: what the system gives a program. Out: text for people or one JSON object, and an exit code.
//! One file a verb; `Desk` is what every verb is handed.

mod adopt;
mod args;
mod book;
mod build;
mod console;
mod desk;
mod drafting;
mod durations;
mod exit;
mod init;
mod interrupt;
mod keys;
mod lane_words;
mod ledger;
mod new;
mod outlook;
mod ping;
mod ping_words;
mod plan;
mod plan_words;
mod preview;
mod publication;
mod publish;
mod receipts;
mod report;
mod retry;
mod send;
mod send_words;
mod status;
mod subscribers;
mod timetable;
mod web_copies;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;

use args::{Cli, Verb};
use console::{Console, Report};
use desk::Desk;
use exit::{Exit, Failure};

use crate::config::Environment;

/// Runs the program: one verb, then its exit code.
pub fn main(
    arguments: impl Iterator<Item = OsString>,
    variables: impl Iterator<Item = (OsString, OsString)>,
) -> ExitCode {
    let arguments: Vec<OsString> = arguments.collect();
    let cli = match Cli::try_parse_from(&arguments) {
        Ok(cli) => cli,
        Err(error) => return usage(&error, arguments.iter().any(|argument| argument == "--json")).into(),
    };
    let console = Console::new(&cli.global);
    let desk = Desk::new(cli.global, Environment::from_pairs(variables), console.clone());
    let exit = match std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| run(&desk, cli.verb))) {
        Ok(Ok(report)) => console.report(&report),
        Ok(Err(failure)) => console.failure(&failure),
        Err(_) => console.failure(&Failure::plain(Exit::Bug, "this is a fault of postrider, not yours")),
    };
    exit.into()
}

/// Tells what clap says of arguments; help and version are no error, and a reader who has gone is none.
fn usage(error: &clap::Error, is_json: bool) -> Exit {
    if error.use_stderr() && is_json {
        return Console::for_json().failure(&wrong_use(error));
    }
    let _closed = error.print();
    if error.use_stderr() { Exit::Usage } else { Exit::Done }
}

/// What clap says of wrong arguments, without the heading; how to use the verb is the help.
fn wrong_use(error: &clap::Error) -> Failure {
    let no_verb = [ErrorKind::MissingSubcommand, ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand];
    if no_verb.contains(&error.kind()) {
        return Failure::plain(Exit::Usage, "expected a verb, found none").help("see `postrider --help`");
    }
    let text = error.render().to_string();
    let (what, rest) = text.split_once("\n\n").unwrap_or((&text, ""));
    let failure = Failure::plain(Exit::Usage, what.trim_start_matches("error: ").trim_end());
    match rest.lines().find_map(|line| line.strip_prefix("Usage: ")) {
        Some(usage) => failure.help(usage),
        None => failure,
    }
}

fn run(desk: &Desk, verb: Verb) -> Result<Report, Failure> {
    match verb {
        Verb::Init(args) => init::run(desk, &args),
        Verb::New(args) => new::run(desk, &args),
        Verb::Adopt(args) => adopt::run(desk, &args),
        Verb::Build(args) => build::run(desk, &args),
        Verb::Preview(args) => preview::run(desk, &args),
        Verb::Plan(args) => plan::run(desk, &args),
        Verb::Send(args) => send::run(desk, &args),
        Verb::Publish(args) => publish::run(desk, &args),
        Verb::Ping(args) => ping::run(desk, &args),
        Verb::Subscribers(verb) => subscribers::run(desk, &verb),
        Verb::Ledger(verb) => ledger::run(desk, &verb),
        Verb::Status(args) => status::run(desk, &args),
        Verb::Report(args) => report::run(desk, &args),
        Verb::Schema => Ok(Report::json_only(crate::config::schema())),
    }
}
