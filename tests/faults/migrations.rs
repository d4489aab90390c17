//! F26: a ledger of an older version is brought up to date, and the program is killed in the middle of it.

use std::fs;
use std::path::Path;

use rusqlite::Connection;

use crate::campaign::{Case, Setting};
use crate::halfway::Halfway;
use crate::kills::writes_of;
use crate::machine::{Machine, When};
use crate::oracle::{Figures, judge};

/// The tables of version 1.
const VERSION_1: &str = include_str!("../../src/ledger/sqlite/schema-1.sql");

pub fn cases() -> Vec<Case> {
    vec![
        Case::new("F26", "kill -9 while an older ledger is brought up to date", killed),
        Case::new("F26", "a ledger of a newer version", newer),
    ]
}

fn killed(setting: &Setting) -> Figures {
    let mut chance = setting.chance();
    let halfway = Halfway::new(&mut chance, "KILL");
    let path = halfway.stage.path("postrider.ledger");
    make_it_version_1(&path);
    let (operations, _) = writes_of(&halfway.stage, &["status"]);
    assert!(operations > 2, "it was brought up to date in {operations} operations");
    let mut figures = Figures::default();
    for _ in 0..setting.pick(15, 200) {
        halfway.put_back();
        make_it_version_1(&path);
        let when = chance.of_these(&[When::Before, When::Torn, When::After]);
        let machine = Machine::sound().killed_at(chance.between(1, operations + 4), when);
        let kills = usize::from(halfway.stage.run(&["send"], &machine).is_killed());
        assert_old_or_new(&path);
        halfway.stage.pass(900);
        let runs = 1 + halfway.stage.send_to_the_end();
        figures += Figures { runs, kills, ..judge(&halfway.stage) };
    }
    figures
}

/// Writes what the ledger holds into the tables of version 1.
fn make_it_version_1(path: &Path) {
    let old_path = path.with_extension("old");
    let _ = fs::remove_file(&old_path);
    let old = Connection::open(&old_path).unwrap();
    old.execute_batch(VERSION_1).unwrap();
    old.execute("ATTACH ?1 AS new", [path.to_str().unwrap()]).unwrap();
    old.execute_batch("PRAGMA foreign_keys = OFF").unwrap();
    for table in names(&old, "SELECT name FROM main.sqlite_schema WHERE type = 'table'") {
        let columns =
            names(&old, &format!("SELECT name FROM pragma_table_info('{table}', 'main')")).join(", ");
        old.execute_batch(&format!("INSERT INTO main.{table} ({columns}) SELECT {columns} FROM new.{table}"))
            .unwrap();
    }
    old.execute_batch(
        "PRAGMA main.application_id = 1347570759; PRAGMA main.user_version = 1; PRAGMA main.journal_mode = WAL",
    )
    .unwrap();
    drop(old);
    // Version 1 told nobody how far it had come.
    for suffix in ["-wal", "-shm", ".lock"] {
        let _ = fs::remove_file(path.with_extension(format!("ledger{suffix}")));
    }
    fs::rename(old_path, path).unwrap();
}

fn names(ledger: &Connection, sql: &str) -> Vec<String> {
    let mut question = ledger.prepare(sql).unwrap();
    let rows = question.query_map([], |row| row.get(0)).unwrap();
    rows.map(Result::unwrap).collect()
}

/// The tables are those of version 1, or it is no longer called so.
fn assert_old_or_new(path: &Path) {
    let ledger = Connection::open(path).unwrap();
    let version: i64 = ledger.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    let tables = names(&ledger, "SELECT sql FROM sqlite_schema WHERE type = 'table' ORDER BY name");
    let fresh = Connection::open_in_memory().unwrap();
    fresh.execute_batch(VERSION_1).unwrap();
    let tables_of_1 = names(&fresh, "SELECT sql FROM sqlite_schema WHERE type = 'table' ORDER BY name");
    assert_eq!(version == 1, tables == tables_of_1, "version {version} with the tables of another");
}

fn newer(setting: &Setting) -> Figures {
    let halfway = Halfway::new(&mut setting.chance(), "INT");
    let ledger = Connection::open(halfway.stage.path("postrider.ledger")).unwrap();
    ledger.pragma_update(None, "user_version", 99).unwrap();
    drop(ledger);
    let before = halfway.stage.server.taken().len();
    for verb in [&["send"][..], &["plan"], &["status"], &["ledger", "verify"]] {
        halfway.stage.expect(verb, 78);
    }
    assert_eq!(halfway.stage.server.taken().len(), before, "nothing is sent from it");
    Figures { runs: 4, ..Figures::default() }
}
