//! The server that other tests use: it comes and goes, and keeps what was committed.

#[path = "support/postgres.rs"]
mod postgres;

use postgres::{Postgres, is_listening, missing};

#[test]
fn a_server_keeps_what_was_committed_when_it_crashes_and_is_gone_when_it_is_dropped() {
    if let Some(why) = missing() {
        println!("not tested: {why}");
        return;
    }
    let server = Postgres::start();
    let (port, url) = (server.port, server.database());
    assert_eq!(url, format!("postgres://postrider@127.0.0.1:{port}/ledger_0"));
    server.ask("ledger_0", "CREATE TABLE t AS SELECT 'kept' AS word");
    server.crash();
    assert!(!is_listening(port));
    server.recover();
    assert_eq!(server.ask("ledger_0", "SELECT word, 1 FROM t"), "kept|1");
    server.kill_backends("ledger_0");
    assert_eq!(server.ask("ledger_0", "SELECT count(*) FROM t"), "1");
    drop(server);
    assert!(!is_listening(port));
}
