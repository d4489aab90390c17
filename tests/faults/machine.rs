//! Faults of the machine under the program: what `shim.c` does, said in Rust.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::postgres::Ground;

/// What befalls the program in one run. Made by [`Machine::sound`] and what follows it.
#[derive(Clone, Debug, Default)]
pub struct Machine(Vec<(&'static str, String)>);

/// When the program dies around an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    Before,
    /// When half of it is done.
    Torn,
    After,
    /// Before, and what it wrote and did not sync is lost with the power.
    Lost,
}

impl Machine {
    /// Nothing befalls it.
    pub fn sound() -> Self {
        Self::default()
    }

    /// All its clocks and waits run so many times as fast.
    pub fn at_speed(self, times: u32) -> Self {
        if times == 1 { self } else { self.with("FAULTS_SPEED", times) }
    }

    /// It is killed around its `operation`th write to the ledger's files, from 1.
    pub fn killed_at(self, operation: u64, when: When) -> Self {
        let when = format!("{when:?}").to_lowercase();
        self.with("FAULTS_FILE", "postrider.ledger").with("FAULTS_KILL", format!("{operation}:{when}"))
    }

    /// The disk takes so many octets of the ledger and no more.
    pub fn with_room_for(self, octets: u64) -> Self {
        self.with("FAULTS_FILE", "postrider.ledger").with("FAULTS_FULL", octets)
    }

    /// What it writes to the ledger's files is counted into `file`.
    pub fn counted_in(self, file: &Path) -> Self {
        self.with("FAULTS_FILE", "postrider.ledger").with("FAULTS_COUNT", file.display())
    }

    /// Its wall clock says `start`, in seconds since 1970, and so many real milliseconds later jumps by `secs`.
    pub fn jumping(self, start: i64, after_millis: u64, secs: i64) -> Self {
        self.with("FAULTS_WALL", start).with("FAULTS_JUMP", format!("{after_millis}:{secs}"))
    }

    fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.0.push((name, value.to_string()));
        self
    }

    /// The same for a server.
    pub fn as_ground(&self) -> Ground {
        Ground { library: Some(library().to_owned()), variables: self.0.clone() }
    }

    /// Puts it under `command`.
    pub fn put_under(&self, command: &mut Command) {
        if !self.0.is_empty() {
            command.env("LD_PRELOAD", library());
            command.envs(self.0.iter().cloned());
        }
    }
}

/// `shim.c` as a library, made once.
fn library() -> &'static Path {
    static LIBRARY: OnceLock<PathBuf> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        let made = Path::new(env!("CARGO_TARGET_TMPDIR")).join("faults.so");
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/faults/shim.c");
        let compiler = Command::new("cc")
            .args(["-Wall", "-Wextra", "-Werror", "-O1", "-shared", "-fPIC", "-o"])
            .arg(&made)
            .arg(source)
            .arg("-ldl")
            .output()
            .expect("a C compiler, as the README asks for");
        assert!(compiler.status.success(), "{}", String::from_utf8_lossy(&compiler.stderr));
        made
    })
}
