//! What is said about one file while it is read.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::post::Fault;

/// A fault that does not know its file yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Flaw {
    /// Line in the file, from 1; 0 where it is of the whole file.
    pub line: usize,
    pub what: String,
    pub help: Option<String>,
}

impl Flaw {
    pub fn new(line: usize, what: impl Into<String>) -> Self {
        Self { line, what: what.into(), help: None }
    }

    pub fn with_help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    pub fn in_file(self, file: PathBuf) -> Fault {
        Fault { file, line: self.line, what: self.what, help: self.help }
    }
}

/// Everything said about one file: what stops a build and what deserves a word.
#[derive(Clone, Debug, Default)]
pub(super) struct Remarks {
    pub faults: Vec<Flaw>,
    pub findings: Vec<Flaw>,
}

impl Remarks {
    /// The value, or none and its flaw noted as a fault.
    pub fn expect<T>(&mut self, given: Result<T, Flaw>) -> Option<T> {
        given.map_err(|flaw| self.faults.push(flaw)).ok()
    }

    pub fn fault(&mut self, flaw: Flaw) {
        self.faults.push(flaw);
    }

    pub fn finding(&mut self, flaw: Flaw) {
        self.findings.push(flaw);
    }
}
