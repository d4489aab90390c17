//! Several senders at once, sharing one ledger in PostgreSQL: each recipient gets one mail.

#[path = "support/letters.rs"]
mod letters;
#[path = "support/postgres.rs"]
mod postgres;
#[path = "support/smtp.rs"]
mod smtp;

use std::collections::BTreeMap;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use letters::write_letters;
use postgres::Postgres;
use smtp::{Script, Server};

const READERS: usize = 600;

/// A publication on one machine; the ledger is elsewhere.
struct Machine {
    folder: TempDir,
    database: String,
}

impl Machine {
    fn new(server: &Server, database: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let smtp = format!("url = \"{}\"\nconnections = 4", server.url());
        write_letters(folder.path(), READERS, &smtp);
        Self { folder, database: database.to_owned() }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_postrider"));
        command.arg("--root").arg(self.folder.path()).args(["--now", "2026-11-22T08:00:00Z", "--json"]);
        command.args(arguments).env_clear().env("POSTRIDER_LEDGER__URL", &self.database);
        command.env("POSTRIDER_LEDGER__KEY", format!("1 {}", "07".repeat(32)));
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn finish(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    fn json(&self, arguments: &[&str]) -> Value {
        let output = self.finish(arguments);
        serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|_| panic!("{arguments:?}: {}", String::from_utf8_lossy(&output.stderr)))
    }

    fn worker(&self) -> Child {
        self.command(&["send", "--worker"]).spawn().unwrap()
    }
}

/// A database server, if there is one to be had.
fn database_server() -> Option<Postgres> {
    match postgres::missing() {
        None => Some(Postgres::start()),
        Some(why) => {
            eprintln!("not tested: {why}");
            None
        }
    }
}

/// How many mails the server took for each reader.
fn copies(server: &Server) -> BTreeMap<String, usize> {
    let mut copies = BTreeMap::new();
    for mail in server.taken().iter().filter(|mail| mail.is_accepted) {
        *copies.entry(mail.forward_path.clone()).or_default() += 1;
    }
    copies
}

#[test]
fn workers_on_several_machines_share_an_issue_and_each_recipient_gets_one_mail() {
    let Some(postgres) = database_server() else { return };
    let server = Server::start(Script { latency: Duration::from_millis(2), ..Script::default() });
    let database = postgres.database();
    let machines: Vec<_> = (0..3).map(|_| Machine::new(&server, &database)).collect();
    assert!(machines[0].finish(&["ledger", "init"]).status.success());
    let workers: Vec<_> = machines.iter().map(Machine::worker).collect();
    let mut sent = Vec::new();
    for worker in workers {
        let output = worker.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        sent.push(report["sent"].as_u64().unwrap());
    }
    let copies = copies(&server);
    assert_eq!((copies.len(), copies.values().max()), (READERS, Some(&1)));
    assert_eq!(sent.iter().sum::<u64>(), READERS as u64, "{sent:?}");
    let status = machines[2].json(&["status"]);
    assert_eq!(status["issues"].as_array().unwrap().len(), 1, "one of them froze it: {status}");
    assert_eq!(status["issues"][0]["issue"]["state"], "done");
    assert!(machines[1].finish(&["ledger", "verify"]).status.success());
}

#[test]
fn a_plan_from_a_shared_ledger_is_what_a_run_does_and_changes_nothing() {
    let Some(postgres) = database_server() else { return };
    let server = Server::start(Script::default());
    let machine = Machine::new(&server, &postgres.database());
    let first = machine.json(&["plan", "--first-run"]);
    let missing = machine.finish(&["plan"]);
    assert_eq!(missing.status.code(), Some(78), "the rehearsal left no ledger behind");
    assert!(machine.finish(&["ledger", "init"]).status.success());
    let plan = machine.json(&["plan"]);
    assert_eq!(plan["issues"], first["issues"]);
    assert!(machine.finish(&["send"]).status.success());
    assert_eq!(copies(&server).len(), READERS);
}

#[test]
fn a_worker_on_a_ledger_in_a_file_is_told_what_it_needs() {
    let server = Server::start(Script::default());
    let machine = Machine::new(&server, "sqlite:postrider.ledger");
    assert!(machine.finish(&["ledger", "init"]).status.success());
    let refused = machine.finish(&["send", "--worker"]);
    assert_eq!(refused.status.code(), Some(78));
    let words = String::from_utf8_lossy(&refused.stdout).into_owned();
    assert!(words.contains("one sender at a time can work on a ledger in a file"), "{words}");
}
