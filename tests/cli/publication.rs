//! A publication in a temporary folder, and what runs of the program in it came to.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// The program under test.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_postrider");

/// The time of every run that does not name another.
pub const NOW: &str = "2026-11-22T09:00:00Z";

/// A folder that is gone when the test is over; runs happen in its `letters` folder.
pub struct Publication {
    folder: tempfile::TempDir,
}

impl Publication {
    /// What `init` makes.
    pub fn new() -> Self {
        let publication = Self::empty();
        publication.run(&["init", "."]).succeeds();
        publication
    }

    /// What `init` makes, with a ledger and its key.
    pub fn with_ledger() -> Self {
        let publication = Self::new();
        publication.run(&["ledger", "init"]).succeeds();
        publication
    }

    /// An empty folder.
    pub fn empty() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("letters")).unwrap();
        Self { folder }
    }

    pub fn root(&self) -> PathBuf {
        self.folder.path().join("letters")
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.root().join(name)
    }

    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// A command in the folder, with nothing of the tester's own environment but the path.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(PROGRAM);
        command.current_dir(self.root()).env_clear().env("COLUMNS", "80").stdin(Stdio::null());
        command.envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
        if !arguments.contains(&"--now") {
            command.args(["--now", NOW]);
        }
        command.args(arguments);
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Run {
        Run::of(self.command(arguments).output().unwrap(), arguments)
    }

    /// A run with variables of the environment.
    pub fn run_with(&self, variables: &[(&str, &str)], arguments: &[&str]) -> Run {
        let output = self.command(arguments).envs(variables.iter().copied()).output().unwrap();
        Run::of(output, arguments)
    }

    /// A run that reads `input`.
    pub fn run_reading(&self, input: &str, arguments: &[&str]) -> Run {
        let mut command = self.command(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        Run::of(child.wait_with_output().unwrap(), arguments)
    }

    /// Every file below `name` but those that say who is at work: path, octets and time of the last change.
    pub fn tree(&self, name: &str) -> BTreeMap<PathBuf, (Vec<u8>, std::time::SystemTime)> {
        let mut files = BTreeMap::new();
        collect(&self.path(name), &mut files);
        files
    }
}

fn collect(folder: &Path, files: &mut BTreeMap<PathBuf, (Vec<u8>, std::time::SystemTime)>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten() {
        let entry = entry.unwrap();
        let path = entry.path();
        let name = entry.file_name().into_string().unwrap();
        if [".postrider-lock", "postrider.ledger-shm", "postrider.ledger-wal"].contains(&name.as_str()) {
            continue;
        }
        if path.is_dir() {
            collect(&path, files);
        } else {
            let octets = std::fs::read(&path).unwrap();
            files.insert(path, (octets, entry.metadata().unwrap().modified().unwrap()));
        }
    }
}

/// What a run came to.
#[derive(Debug)]
pub struct Run {
    arguments: Vec<String>,
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Run {
    /// Whatever else a run does, it does not panic.
    pub fn of(output: Output, arguments: &[&str]) -> Self {
        let run = Self {
            arguments: arguments.iter().map(|argument| (*argument).to_owned()).collect(),
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        };
        assert!(run.code.is_some_and(|code| code != 70), "{run:#?}");
        assert!(!run.err.contains("panicked"), "{run:#?}");
        run
    }

    /// Ends the test unless the run ended with `code`.
    #[track_caller]
    pub fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self:#?}");
        self
    }

    /// Ends the test unless all went well without a word of complaint.
    #[track_caller]
    pub fn succeeds(self) -> Self {
        let run = self.exits(0);
        assert_eq!(run.err, "", "{run:#?}");
        run
    }

    /// Ends the test unless exactly `text` was printed.
    #[track_caller]
    pub fn prints(self, text: &str) -> Self {
        let run = self.succeeds();
        assert_eq!(run.out, text, "{:?}", run.arguments);
        run
    }

    /// Ends the test unless the run failed with `code` and exactly `text`, and printed nothing else.
    #[track_caller]
    pub fn fails(self, code: i32, text: &str) -> Self {
        let run = self.exits(code);
        assert_eq!(run.err, text, "{:?}", run.arguments);
        assert_eq!(run.out, "", "{:?}", run.arguments);
        run
    }

    /// The one JSON object that was printed.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        let value: serde_json::Value =
            serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:#?}"));
        assert!(value.is_object(), "{self:#?}");
        assert_eq!(self.err, "", "{:?}", self.arguments);
        value
    }
}
