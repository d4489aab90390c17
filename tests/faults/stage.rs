//! A publication with one issue to send, the server it mails to, and the program that does it.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fmt;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use tempfile::TempDir;

use crate::book::{Book, Row};
use crate::machine::Machine;
use crate::smtp::{Script, Server};

/// After so long a run is held to hang.
const PATIENCE: Duration = Duration::from_secs(20 * 60);
/// Runs after which somebody must have come to an end.
const MOST_RUNS: usize = 200;

/// What happens where nobody can know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    Resend,
    Hold,
}

/// What is set up.
#[derive(Clone)]
pub struct Plan {
    pub policy: Policy,
    pub readers: usize,
    pub connections: usize,
    pub linger_secs: u64,
    /// `off`, `envelope` or `full`.
    pub pipelining: &'static str,
    /// How often there is mail.
    pub pace: &'static str,
    /// How long the essay is.
    pub octets: usize,
    pub book: Book,
    /// How many times as fast the program's clocks run.
    pub speed: u32,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            policy: Policy::Resend,
            readers: 100,
            connections: 8,
            linger_secs: 0,
            pipelining: "envelope",
            pace: "each",
            octets: 2_000,
            book: Book::Sqlite,
            speed: 1,
        }
    }
}

pub struct Stage {
    folder: TempDir,
    pub plan: Plan,
    pub server: Server,
    now: Cell<Timestamp>,
}

/// How a run ended.
pub struct End {
    pub status: ExitStatus,
    pub stdout: String,
    pub stderr: String,
}

impl fmt::Debug for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n{}{}", self.status, self.stdout, self.stderr)
    }
}

impl End {
    pub fn code(&self) -> Option<i32> {
        self.status.code()
    }

    pub fn is_killed(&self) -> bool {
        self.status.code().is_none()
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }
}

/// A program that is on its way.
pub struct Running {
    pub child: Child,
    output: TempDir,
}

impl Running {
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    pub fn is_over(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// Sends a signal by its name.
    pub fn signal(&self, name: &str) {
        signal(self.id(), name);
    }

    pub fn finish(self) -> End {
        self.finish_watched().0
    }

    /// The same, and the most it used.
    pub fn finish_watched(mut self) -> (End, Usage) {
        let began = Instant::now();
        let mut peak = Usage::default();
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            peak = peak.or_more(self.usage());
            if began.elapsed() > PATIENCE {
                self.child.kill().unwrap();
                self.child.wait().unwrap();
                panic!("it hangs: {}", self.said("stderr"));
            }
            thread::sleep(Duration::from_millis(1));
        };
        (End { status, stdout: self.said("stdout"), stderr: self.said("stderr") }, peak)
    }

    /// What it uses now; nothing if it has ended.
    pub fn usage(&self) -> Usage {
        let process = PathBuf::from(format!("/proc/{}", self.id()));
        let status = fs::read_to_string(process.join("status")).unwrap_or_default();
        let field = |name: &str| {
            let line = status.lines().find(|line| line.starts_with(name))?;
            line.split_whitespace().nth(1)?.parse().ok()
        };
        Usage {
            kib: field("VmRSS:").unwrap_or_default(),
            threads: field("Threads:").unwrap_or_default(),
            files: fs::read_dir(process.join("fd")).map_or(0, |files| files.count() as u64),
        }
    }

    fn said(&self, stream: &str) -> String {
        String::from_utf8(fs::read(self.output.path().join(stream)).unwrap()).unwrap()
    }
}

/// What a process uses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Memory that is in use, shared pages among it.
    pub kib: u64,
    pub threads: u64,
    /// Open file descriptors.
    pub files: u64,
}

impl Usage {
    pub fn or_more(self, other: Self) -> Self {
        Self {
            kib: self.kib.max(other.kib),
            threads: self.threads.max(other.threads),
            files: self.files.max(other.files),
        }
    }
}

/// Sends the process with this id a signal by its name.
pub fn signal(process: u32, name: &str) {
    let _ = Command::new("kill").args([&format!("-{name}"), &process.to_string()]).output().unwrap();
}

impl Stage {
    /// Readers and a post that nobody has been sent yet.
    pub fn new(plan: Plan, script: Script) -> Self {
        let stage = Self {
            folder: tempfile::tempdir().unwrap(),
            plan,
            server: Server::start(script),
            now: Cell::new("2026-11-22T08:00:00Z".parse().unwrap()),
        };
        stage.write_config(stage.server.port(), &stage.plan.book.url());
        stage.write("posts/2026-11-20-maps.md", &essay("Maps", stage.plan.octets));
        let rows: String = (0..stage.plan.readers).map(|number| format!("{}\n", address(number))).collect();
        stage.write("readers.csv", &format!("address\n{rows}"));
        stage.expect(&["ledger", "init"], 0);
        let list = stage.path("readers.csv");
        stage.expect(&["subscribers", "import", list.to_str().unwrap()], 0);
        stage
    }

    /// Points the publication at a relay and a ledger.
    pub fn write_config(&self, relay_port: u16, ledger: &str) {
        let Plan { policy, connections, linger_secs, pipelining, pace, .. } = self.plan;
        let policy = format!("{policy:?}").to_lowercase();
        self.write(
            "config.toml",
            &format!(
                r#"[publication]
url = "https://letters.example.org/"
title = "Letters"

[schedule]
pace = "{pace}"
announce_since = "2026-11-01"

[mail]
from = "Letters <letters@example.org>"
postal_address = "1 Example Street"
leave_address = "leave@example.org"

[smtp]
url = "smtp://127.0.0.1:{relay_port}"
connections = {connections}
pipelining = "{pipelining}"

[ledger]
url = "{ledger}"

[delivery]
ambiguous = "{policy}"
linger_secs = {linger_secs}
"#
            ),
        );
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub fn now(&self) -> Timestamp {
        self.now.get()
    }

    /// Time goes on.
    pub fn pass(&self, secs: u64) {
        self.now.set(self.now.get() + SignedDuration::from_secs(secs as i64));
    }

    pub fn set_now(&self, now: Timestamp) {
        self.now.set(now);
    }

    /// Starts a verb on a machine that has these faults.
    pub fn start(&self, arguments: &[&str], machine: &Machine) -> Running {
        let now = self.now.get().to_string();
        let arguments: Vec<&str> = ["--now", &now].iter().chain(arguments).copied().collect();
        self.start_by_the_clock(&arguments, machine)
    }

    /// The same without pretending a time.
    pub fn start_by_the_clock(&self, arguments: &[&str], machine: &Machine) -> Running {
        self.start_program(Path::new(env!("CARGO_BIN_EXE_postrider")), arguments, machine)
    }

    /// The same with another file of the program.
    pub fn start_program(&self, program: &Path, arguments: &[&str], machine: &Machine) -> Running {
        let output = tempfile::tempdir().unwrap();
        let into = |name: &str| Stdio::from(File::create(output.path().join(name)).unwrap());
        let mut command = Command::new(program);
        command.arg("--root").arg(self.folder.path()).arg("--json").args(arguments);
        command.env_clear().stdin(Stdio::null()).stdout(into("stdout")).stderr(into("stderr"));
        machine.put_under(&mut command);
        Running { child: command.spawn().unwrap(), output }
    }

    pub fn run(&self, arguments: &[&str], machine: &Machine) -> End {
        self.start(arguments, machine).finish()
    }

    /// Runs a verb that must end with this code.
    pub fn expect(&self, arguments: &[&str], code: i32) -> End {
        let end = self.run(arguments, &Machine::sound());
        assert_eq!(end.code(), Some(code), "{arguments:?}: {end:?}");
        end
    }

    /// Starts `send` at the speed of the plan.
    pub fn start_sending(&self) -> Running {
        self.start(&["send"], &Machine::sound().at_speed(self.plan.speed))
    }

    pub fn send(&self) -> End {
        self.start_sending().finish()
    }

    /// Sends again and again, a quarter of an hour later each time, until nobody waits any more. Gives how many runs
    /// it took.
    pub fn send_to_the_end(&self) -> usize {
        for runs in 1..=MOST_RUNS {
            let end = self.send();
            match end.code() {
                Some(0 | 1) => return runs,
                Some(75) => self.pass(15 * 60),
                _ => panic!("{end:?}"),
            }
        }
        panic!("somebody waits for ever: {:?}", self.expect(&["status"], 0).stdout)
    }

    /// The rows of the last issue, by address.
    pub fn rows(&self) -> BTreeMap<String, Row> {
        self.plan.book.rows(&self.path("postrider.ledger"))
    }

    /// How many mails the server took for each reader.
    pub fn copies(&self) -> BTreeMap<String, usize> {
        let mut copies = BTreeMap::new();
        for mail in self.server.taken().iter().filter(|mail| mail.is_accepted) {
            *copies.entry(mail.forward_path.clone()).or_default() += 1;
        }
        copies
    }
}

/// The address of a reader, counted from 0.
pub fn address(number: usize) -> String {
    format!("reader-{number}@example.org")
}

/// A post with about so many octets.
pub fn essay(title: &str, octets: usize) -> String {
    let line = "A map leaves out what it is not about, and that is most of the world.\n\n";
    format!("+++\ntitle = \"{title}\"\n+++\n\n{}", line.repeat(octets / line.len() + 1))
}
