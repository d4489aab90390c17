//! Runs of `postrider` that are killed in the middle of their mail, again and again, as a machine is that loses its
//! power: what `docs/delivery.md` promises of a crash.
//!
//! The oracle is the server's own journal of what it took, held against the ledger.

#[path = "support/smtp.rs"]
mod smtp;

use std::collections::BTreeMap;
use std::fs;
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use tempfile::TempDir;

use smtp::{Script, Server};

const READERS: usize = 2_000;
const KILLS: usize = 50;
const CONNECTIONS: usize = 8;
/// After so long a test is held to hang.
const PATIENCE: Duration = Duration::from_secs(60);

/// A publication with one post and many readers, and the server it mails to.
struct Stage {
    folder: TempDir,
    server: Server,
    now: Timestamp,
}

impl Stage {
    fn new(policy: &str) -> Self {
        let script = Script { latency: Duration::from_micros(300), ..Script::default() };
        let stage = Self {
            folder: tempfile::tempdir().unwrap(),
            server: Server::start(script),
            now: "2026-11-22T08:00:00Z".parse().unwrap(),
        };
        let config = format!(
            r#"subscribers = "subscribers.csv"

[publication]
url = "https://letters.example.org/"
title = "Letters"

[schedule]
pace = "each"
announce_since = "2026-11-01"

[mail]
from = "Letters <letters@example.org>"
postal_address = "1 Example Street"
leave_address = "leave@example.org"

[smtp]
url = "{}"
connections = {CONNECTIONS}

[delivery]
ambiguous = "{policy}"
"#,
            stage.server.url()
        );
        let rows: String = (0..READERS).map(|number| format!("reader-{number}@example.org\n")).collect();
        stage.write("config.toml", &config);
        stage.write("subscribers.csv", &format!("address\n{rows}"));
        stage.write("posts/2026-11-20-maps.md", "+++\ntitle = \"Maps\"\n+++\n\nA short letter.\n");
        stage.finish(&["ledger", "init"]);
        stage
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_postrider"));
        command.arg("--root").arg(self.folder.path()).arg("--now").arg(self.now.to_string()).arg("--json");
        command.args(arguments).env_clear().stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs a verb to its end.
    fn finish(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    fn json(&self, arguments: &[&str]) -> Value {
        let output = self.finish(arguments);
        serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|_| panic!("{arguments:?}: {}", String::from_utf8_lossy(&output.stderr)))
    }

    /// Sends until the server has taken `more` mails, then kills the sender. False: it came to its end before.
    fn send_and_kill(&self, more: usize, pipelining: &str) -> bool {
        let goal = self.server.taken().len() + more;
        let mut sender =
            self.command(&["send"]).env("POSTRIDER_SMTP__PIPELINING", pipelining).spawn().unwrap();
        let began = Instant::now();
        while self.server.taken().len() < goal {
            assert!(began.elapsed() < PATIENCE, "the sender is stuck at {}", self.server.taken().len());
            if sender.try_wait().unwrap().is_some() {
                return false;
            }
            thread::yield_now();
        }
        kill(&mut sender);
        true
    }

    /// How many mails the server took for each reader.
    fn copies(&self) -> BTreeMap<String, usize> {
        let mut copies = BTreeMap::new();
        for mail in self.server.taken().iter().filter(|mail| mail.is_accepted) {
            *copies.entry(mail.forward_path.clone()).or_default() += 1;
        }
        copies
    }

    /// Kills many runs, then lets runs end until nobody waits any more; gives how many were killed.
    fn kill_many(&mut self) -> usize {
        let mut killed = 0;
        for round in 0..KILLS {
            // Between one and 61 mails, in no order, the same every time.
            let pipelining = ["envelope", "full"][round % 2];
            killed += usize::from(self.send_and_kill(1 + round * 37 % 61, pipelining));
            self.now += SignedDuration::from_secs(10);
        }
        let mut end = None;
        for _ in 0..5 {
            end = self.finish(&["send"]).status.code();
            if end != Some(75) {
                break;
            }
            self.now += SignedDuration::from_mins(15);
        }
        assert!(matches!(end, Some(0 | 1)), "nobody waits any more: {end:?}");
        killed
    }

    /// How many recipients of all issues the ledger holds in `state`.
    fn tally(&self, state: &str) -> u64 {
        let status = self.json(&["status"]);
        let of_issue = |issue: &Value| issue["recipients"][state].as_u64().unwrap();
        status["issues"].as_array().unwrap().iter().map(of_issue).sum()
    }
}

/// SIGKILL: the program is not asked.
fn kill(child: &mut Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}

fn extra(copies: &BTreeMap<String, usize>) -> usize {
    copies.values().map(|copies| copies - 1).sum()
}

#[test]
fn killed_runs_lose_nobody_and_repeat_no_more_than_the_open_connections_under_resend() {
    let mut stage = Stage::new("resend");
    let killed = stage.kill_many();
    let copies = stage.copies();
    println!("resend: {killed} kills, {} readers, {} second copies", copies.len(), extra(&copies));
    assert!(killed >= KILLS / 2, "only {killed} runs were killed: the test does not test");
    assert_eq!(copies.len(), READERS, "everybody has the issue");
    assert!(extra(&copies) <= CONNECTIONS * killed, "{} second copies of {killed} kills", extra(&copies));
    assert_eq!(stage.tally("sent"), READERS as u64);
    assert_same_mail_each_time(&stage);
    assert!(stage.finish(&["ledger", "verify"]).status.success());
}

#[test]
fn killed_runs_repeat_nothing_and_list_whoever_may_have_missed_it_under_hold() {
    let mut stage = Stage::new("hold");
    let killed = stage.kill_many();
    let copies = stage.copies();
    let doubtful = stage.tally("doubtful") as usize;
    println!("hold: {killed} kills, {} readers have it, {doubtful} in doubt", copies.len());
    assert!(killed >= KILLS / 2, "only {killed} runs were killed: the test does not test");
    assert_eq!(extra(&copies), 0, "nobody has it twice");
    assert!(doubtful <= CONNECTIONS * killed, "{doubtful} in doubt after {killed} kills");
    let missed = READERS - copies.len();
    assert!(missed <= doubtful, "{missed} have nothing and {doubtful} are listed");
    assert_eq!(stage.tally("sent") as usize + doubtful, READERS, "who is not listed has it");
    assert!(stage.finish(&["ledger", "verify"]).status.success());
}

#[test]
fn a_run_that_is_asked_to_stop_settles_what_is_under_way() {
    let stage = Stage::new("hold");
    let goal = 100;
    let mut sender = stage.command(&["send"]).spawn().unwrap();
    let began = Instant::now();
    while stage.server.taken().len() < goal {
        assert!(began.elapsed() < PATIENCE, "the sender is stuck");
        assert!(sender.try_wait().unwrap().is_none(), "the sender ended by itself");
        thread::yield_now();
    }
    let interrupt = Command::new("kill").args(["-INT", &sender.id().to_string()]).status().unwrap();
    assert!(interrupt.success());
    let asked = Instant::now();
    let status = sender.wait().unwrap();
    assert!(asked.elapsed() < Duration::from_secs(7), "a runner kills after 7.5 s");
    assert_eq!(status.code(), Some(75), "the next run goes on");
    assert_eq!(stage.tally("sent") as usize, stage.copies().len(), "what was taken is known");
    assert_eq!(stage.tally("doubtful"), 0);
    assert!(stage.finish(&["send"]).status.success());
    assert_eq!((stage.copies().len(), extra(&stage.copies())), (READERS, 0));
}

#[test]
fn a_second_sender_is_turned_away() {
    let stage = Stage::new("resend");
    let mut first = stage.command(&["send"]).spawn().unwrap();
    let began = Instant::now();
    while stage.server.taken().is_empty() {
        assert!(began.elapsed() < PATIENCE, "the sender is stuck");
        thread::yield_now();
    }
    let second = stage.finish(&["send"]);
    assert_eq!(second.status.code(), Some(75), "{}", String::from_utf8_lossy(&second.stdout));
    assert!(first.wait().unwrap().success());
    assert_eq!((stage.copies().len(), extra(&stage.copies())), (READERS, 0));
}

/// A second copy is the first one octet for octet, so that mail stores that look at Message-ID drop it.
fn assert_same_mail_each_time(stage: &Stage) {
    let mut first: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    for mail in stage.server.taken().iter() {
        let seen = first.entry(mail.forward_path.clone()).or_insert_with(|| mail.content.clone());
        assert!(*seen == mail.content, "{} got two different mails", mail.forward_path);
    }
}

#[test]
fn a_lost_ledger_is_not_made_again_by_sending() {
    let stage = Stage::new("resend");
    fs::remove_file(stage.folder.path().join("postrider.ledger")).unwrap();
    let output = stage.finish(&["send"]);
    assert_eq!(output.status.code(), Some(78), "a lost ledger must not read as: nobody got anything");
    assert!(!stage.folder.path().join("postrider.ledger").exists());
    assert!(stage.server.taken().is_empty());
}
