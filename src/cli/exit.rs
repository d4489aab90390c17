//! Exit codes and failures: what a run came to, and how it is told.

use std::error::Error;
use std::fmt::Write as _;
use std::process::ExitCode;

use serde_json::{Value, json};

use crate::post::Fault;
use crate::web::preview::Complaint;

/// What a run came to. Scripts rely on the numbers (`sysexits.h` from 64 on).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    Done = 0,
    /// Findings, or some mail was refused.
    Findings = 1,
    /// Wrong use of the command line, or wrong input.
    Usage = 64,
    /// A fault of this program.
    Bug = 70,
    /// The ledger cannot be read or written.
    Ledger = 74,
    /// Try again later; nothing is lost.
    TryAgain = 75,
    /// The configuration is wrong, or a person must decide.
    Operator = 78,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Why a verb could not do what it was asked to.
#[derive(Debug)]
pub struct Failure {
    pub exit: Exit,
    /// Never empty. Each stands on its own.
    messages: Vec<Message>,
}

/// One error, its causes and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Message {
    what: String,
    causes: Vec<String>,
    help: Option<String>,
}

impl Failure {
    /// A failure told in the words of `error` and its causes.
    pub fn new(exit: Exit, error: &dyn Error) -> Self {
        let mut causes: Vec<String> = Vec::new();
        for cause in std::iter::successors(error.source(), |cause| (*cause).source()) {
            let words = cause.to_string();
            // Some libraries say in the second cause what they said in the first.
            if !causes.last().is_some_and(|said| words.contains(said.as_str())) {
                causes.push(words);
            }
        }
        let message = Message { what: error.to_string(), causes, help: None };
        Self { exit, messages: vec![message] }
    }

    /// A failure that has no error behind it.
    pub fn plain(exit: Exit, what: impl Into<String>) -> Self {
        Self { exit, messages: vec![Message { what: what.into(), causes: Vec::new(), help: None }] }
    }

    /// A failure for each fault. At least one is given.
    pub fn faults(exit: Exit, faults: &[Fault]) -> Self {
        let message =
            |fault: &Fault| Message { what: fault.to_string(), causes: Vec::new(), help: fault.help.clone() };
        Self { exit, messages: faults.iter().map(message).collect() }
    }

    /// Says what to do about it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        if let Some(last) = self.messages.last_mut() {
            last.help = Some(help.into());
        }
        self
    }

    /// What stands in the way, for a page.
    pub fn complaints(&self) -> Vec<Complaint> {
        let complaint = |message: &Message| Complaint {
            message: message.what.clone(),
            causes: message.causes.clone(),
            help: message.help.clone(),
        };
        self.messages.iter().map(complaint).collect()
    }

    /// `error:`, each cause on its own line, then `help:`.
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        for message in &self.messages {
            let what = message.what.replace('\n', "\n  ");
            writeln!(text, "error: {what}").expect("a string takes every write");
            for cause in &message.causes {
                writeln!(text, "  cause: {cause}").expect("a string takes every write");
            }
            if let Some(help) = &message.help {
                writeln!(text, "  help: {help}").expect("a string takes every write");
            }
        }
        text
    }

    /// The same for machines.
    pub fn to_json(&self) -> Value {
        let errors: Vec<Value> = self
            .messages
            .iter()
            .map(|m| json!({ "message": m.what, "causes": m.causes, "help": m.help }))
            .collect();
        json!({ "exit_code": self.exit as u8, "errors": errors })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_told_with_each_cause_on_its_line_and_help_last() {
        #[derive(Debug, thiserror::Error)]
        #[error("posts/a.md cannot be read")]
        struct Unreadable(#[source] std::io::Error);
        let failure =
            Failure::new(Exit::Usage, &Unreadable(std::io::Error::other("the disk is gone"))).help("mend it");
        assert_eq!(
            failure.to_text(),
            "error: posts/a.md cannot be read\n  cause: the disk is gone\n  help: mend it\n"
        );
        assert_eq!(failure.to_json()["exit_code"], 64);
    }

    #[test]
    fn every_fault_is_told() {
        let fault = |line| Fault { file: "a.md".into(), line, what: "is wrong".to_owned(), help: None };
        let failure = Failure::faults(Exit::Usage, &[fault(3), fault(0)]);
        assert_eq!(failure.to_text(), "error: a.md:3: is wrong\nerror: a.md: is wrong\n");
    }
}
