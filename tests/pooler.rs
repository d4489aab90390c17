//! A pooler between senders and PostgreSQL: in session mode it is not noticed, in transaction mode it is refused.
//!
//! The pooler is PgBouncer, of the Debian package `pgbouncer`; where `CI` is set, one that is missing is a failure.

#[path = "support/letters.rs"]
mod letters;
#[path = "support/postgres.rs"]
mod postgres;

use std::fs::{self, Permissions};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::thread;

use tempfile::TempDir;

use letters::write_letters;
use postgres::{Postgres, as_server_user, is_listening};

const PGBOUNCER: &str = "/usr/sbin/pgbouncer";
const READERS: usize = 40;

/// PgBouncer in front of a server, until it is dropped.
struct Pooler {
    port: u16,
    process: Child,
    _folder: TempDir,
}

impl Pooler {
    fn start(server: &Postgres, mode: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let settings = folder.path().join("pgbouncer.ini");
        let text = format!(
            "[databases]\n* = host=127.0.0.1 port={} user=postrider\n[pgbouncer]\nlisten_addr = 127.0.0.1\n\
             listen_port = {port}\nunix_socket_dir =\nauth_type = any\npool_mode = {mode}\ndefault_pool_size = 4\n",
            server.port
        );
        fs::write(&settings, text).unwrap();
        let mut pooler = as_server_user(Path::new(PGBOUNCER));
        let process = pooler.args(["-q"]).arg(&settings).stderr(Stdio::null()).spawn().unwrap();
        let mut pooler = Self { port, process, _folder: folder };
        while !is_listening(port) {
            assert!(pooler.process.try_wait().unwrap().is_none(), "PgBouncer ended");
            thread::yield_now();
        }
        pooler
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// PostgreSQL, if there are it and PgBouncer to test with.
fn server() -> Option<Postgres> {
    let no_pooler = (!Path::new(PGBOUNCER).exists()).then_some("pgbouncer is not installed");
    match postgres::missing().or(no_pooler) {
        None => Some(Postgres::start()),
        Some(why) => {
            assert!(std::env::var_os("CI").is_none(), "{why}");
            eprintln!("not tested: {why}");
            None
        }
    }
}

/// A publication that mails into a folder.
fn publication() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    write_letters(folder.path(), READERS, "url = \"maildir:outbox\"");
    folder
}

fn run(folder: &TempDir, ledger: &str, verb: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_postrider"))
        .arg("--root")
        .arg(folder.path())
        .args(["--now", "2026-11-22T08:00:00Z"])
        .args(verb)
        .env_clear()
        .env("POSTRIDER_LEDGER__URL", ledger)
        .env("POSTRIDER_LEDGER__KEY", format!("1 {}", "07".repeat(32)))
        .output()
        .unwrap()
}

#[test]
fn behind_a_pooler_in_session_mode_workers_do_as_without_one() {
    let Some(server) = server() else { return };
    let pooler = Pooler::start(&server, "session");
    let direct = server.database();
    let name = direct.rsplit('/').next().unwrap();
    let ledger = server.url_at(pooler.port, name);
    let folder = publication();
    for verb in
        [&["ledger", "init"][..], &["plan"], &["send", "--worker"], &["ledger", "verify"], &["status"]]
    {
        let output = run(&folder, &ledger, verb);
        assert!(output.status.success(), "{verb:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
    assert_eq!(fs::read_dir(folder.path().join("outbox/new")).unwrap().count(), READERS);
}

#[test]
fn a_pooler_in_transaction_mode_is_refused_before_anything_is_written() {
    let Some(server) = server() else { return };
    let pooler = Pooler::start(&server, "transaction");
    let direct = server.database();
    let name = direct.rsplit('/').next().unwrap();
    let ledger = server.url_at(pooler.port, name);
    let folder = publication();
    let refused = |verb: &[&str]| {
        let output = run(&folder, &ledger, verb);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(78), "{verb:?}: {said}");
        assert!(said.contains("behind a pooler that shares connections between transactions"), "{said}");
        assert!(said.contains("pool_mode = session"), "{said}");
    };
    refused(&["ledger", "init"]);
    assert_eq!(server.ask(name, "SELECT count(*) FROM pg_namespace WHERE nspname = 'postrider'").trim(), "0");
    assert!(run(&folder, &direct, &["ledger", "init"]).status.success());
    for verb in [&["plan"][..], &["send", "--worker"], &["status"], &["ledger", "verify"]] {
        refused(verb);
    }
    assert!(!folder.path().join("outbox").exists(), "nobody was mailed");
}
