//! `ledger`: made once, never by accident, never another publication's.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;

use crate::publication::Publication;

const HELP_DAMAGED: &str = "  help: keep the file, and bring a copy back with `postrider ledger restore`\n";

fn mode(publication: &Publication, name: &str) -> u32 {
    std::fs::metadata(publication.path(name)).unwrap().permissions().mode() & 0o777
}

fn set_mode(publication: &Publication, name: &str, mode: u32) {
    std::fs::set_permissions(publication.path(name), Permissions::from_mode(mode)).unwrap();
}

/// Writes into the ledger behind the program's back.
fn tamper(publication: &Publication, statement: &str) {
    let connection = rusqlite::Connection::open(publication.path("postrider.ledger")).unwrap();
    connection.execute_batch(statement).unwrap();
}

#[test]
fn the_ledger_and_its_key_are_made_for_their_owner_alone_and_only_once() {
    let publication = Publication::new();
    publication.run(&["ledger", "init"]).prints(
        "Made the ledger postrider.ledger.\n\
         The key that seals leave links is in postrider.key: keep a copy of both.\n\
         Next: postrider plan\n",
    );
    assert_eq!((mode(&publication, "postrider.ledger"), mode(&publication, "postrider.key")), (0o600, 0o600));
    let key = publication.read("postrider.key");
    publication.run(&["ledger", "init"]).fails(
        78,
        "error: postrider.ledger: there is a ledger already\n\
         \x20 help: leave out `ledger init` and `--first-run`: they are for the first time only\n",
    );
    assert_eq!(publication.read("postrider.key"), key);
    publication
        .run(&["ledger", "verify"])
        .prints("The ledger is whole: every recipient of 0 issues is accounted for.\n");
    publication
        .run(&["status"])
        .prints("0 readers confirmed, 0 pending, 0 left, 0 suppressed\nNo issue has been sent yet.\n");
}

#[test]
fn without_a_ledger_nothing_that_needs_one_runs_and_none_is_made() {
    let publication = Publication::new();
    for arguments in [
        &["status"][..],
        &["ledger", "verify"],
        &["ledger", "resume", "--issue", "1"],
        &["subscribers", "list"],
        &["subscribers", "export"],
        &["subscribers", "add", "ada@example.org"],
    ] {
        publication.run(arguments).fails(
            78,
            "error: postrider.ledger: no ledger here\n\
             \x20 help: run `postrider ledger init` or `postrider publish --first-run`; if there was a ledger, bring it back from a copy first: a new one does not know who got what\n",
        );
    }
    assert!(!publication.path("postrider.ledger").exists());
}

#[test]
fn what_is_no_ledger_of_this_publication_is_refused_and_left_as_it_is() {
    let publication = Publication::with_ledger();
    let good = std::fs::read(publication.path("postrider.ledger")).unwrap();
    publication
        .run_with(&[("POSTRIDER_PUBLICATION__URL", "https://else.example.org/")], &["status"])
        .fails(
            78,
            "error: postrider.ledger: expected the ledger of `else.example.org`, found the ledger of `example.org`\n\
             \x20 help: set `ledger.url` to this publication's ledger\n",
        );
    tamper(&publication, "PRAGMA user_version = 99");
    publication.run(&["status"]).fails(
        78,
        "error: postrider.ledger: expected a ledger of version 4 or older, found version 99\n\
         \x20 help: use the postrider that wrote it, or a newer one\n",
    );
    let own = "  help: set `ledger.url` to the ledger's own path or database\n";
    for (octets, found) in [("hello\n", "not an SQLite file"), ("", "an SQLite file of another program")] {
        publication.write("postrider.ledger", octets);
        publication
            .run(&["subscribers", "add", "ada@example.org"])
            .fails(78, &format!("error: postrider.ledger: not a postrider ledger: {found}\n{own}"));
        assert_eq!(publication.read("postrider.ledger"), octets);
    }
    publication.write("postrider.ledger", &good[..good.len() / 2]);
    let run = publication.run(&["status"]).exits(74);
    assert_eq!(
        run.err,
        format!(
            "error: postrider.ledger: damaged\n  cause: database disk image is malformed\n{HELP_DAMAGED}"
        )
    );
}

#[test]
fn a_tampered_ledger_does_not_pass() {
    let publication = Publication::with_ledger();
    publication.run(&["subscribers", "add", "ada@example.org"]).succeeds();
    tamper(&publication, "UPDATE subscriber SET through_seq = 7");
    publication.run(&["ledger", "verify"]).exits(74);
    tamper(&publication, "UPDATE subscriber SET through_seq = 0");
    publication.run(&["ledger", "verify"]).succeeds();
    tamper(&publication, "PRAGMA foreign_keys = OFF; UPDATE subscriber SET cohort_id = 99");
    let run = publication.run(&["ledger", "verify"]).exits(74);
    assert!(run.out.ends_with("Keep the file as it is, and bring a copy back.\n"), "{}", run.out);
    let json = publication.run(&["ledger", "verify", "--json"]).exits(74).json();
    assert_eq!(json["problems"].as_array().unwrap().len(), 1, "{json}");
}

#[test]
fn a_ledger_in_a_folder_that_is_not_there_is_told() {
    let publication = Publication::new();
    publication.run_with(&[("POSTRIDER_LEDGER__URL", "sqlite:nowhere/ledger")], &["ledger", "init"]).fails(
        74,
        "error: nowhere/ledger: cannot be used\n  cause: No such file or directory (os error 2)\n",
    );
}

#[test]
fn a_key_that_is_missing_shared_or_damaged_is_no_key() {
    let publication = Publication::with_ledger();
    let key = publication.read("postrider.key");
    let add = ["subscribers", "add", "ada@example.org"];
    set_mode(&publication, "postrider.key", 0o644);
    publication.run(&add).fails(
        78,
        "error: postrider.key: expected mode 600, found 644: others can read the key\n  help: run: chmod 600 postrider.key\n",
    );
    set_mode(&publication, "postrider.key", 0o600);
    publication.write("postrider.key", "sesame\n");
    publication.run(&add).fails(
        78,
        "error: postrider.key: line 1: expected a number from 1 to 255, a space and 64 hexadecimal digits\n",
    );
    std::fs::remove_file(publication.path("postrider.key")).unwrap();
    for arguments in [&add[..], &["ledger", "rotate-key"]] {
        publication.run(arguments).fails(
            78,
            "error: postrider.key: no key here\n\
             \x20 help: bring the file back from a copy, or set POSTRIDER_LEDGER__KEY to its lines; for a new publication run `postrider ledger init`\n",
        );
    }
    publication.run_with(&[("POSTRIDER_LEDGER__KEY", &key)], &add).succeeds();
    publication.run_with(&[("POSTRIDER_LEDGER__KEY", &key)], &["ledger", "rotate-key"]).fails(
        78,
        "error: the keys come from POSTRIDER_LEDGER__KEY, not from a file\n\
         \x20 help: run it where the key file is, then set the variable to the lines of the new file\n",
    );
    let run = publication.run_with(&[("POSTRIDER_LEDGER__KEY", "1 sesame")], &add).exits(78);
    assert!(!run.err.contains("sesame"), "{}", run.err);
}

#[test]
fn a_key_from_the_environment_makes_no_key_file() {
    let keys = Publication::with_ledger().read("postrider.key");
    let publication = Publication::new();
    publication
        .run_with(&[("POSTRIDER_LEDGER__KEY", &keys)], &["ledger", "init"])
        .prints("Made the ledger postrider.ledger.\nThe key comes from POSTRIDER_LEDGER__KEY.\nNext: postrider plan\n");
    assert!(!publication.path("postrider.key").exists());
}

#[test]
fn a_new_key_is_added_and_the_old_one_stays() {
    let publication = Publication::with_ledger();
    let before = publication.read("postrider.key");
    publication.run(&["ledger", "rotate-key"]).prints(
        "Added key 2 to postrider.key. New issues are sealed with it; old links go on working. Keep a copy.\n",
    );
    let after = publication.read("postrider.key");
    let old = before.lines().find(|line| line.starts_with("1 ")).unwrap();
    assert!(after.lines().any(|line| line == old), "the old key is gone");
    assert!(after.lines().last().unwrap().starts_with("2 "));
    assert_eq!(mode(&publication, "postrider.key"), 0o600);
    assert!(!publication.path("postrider.key.new").exists());
}

#[test]
fn what_a_killed_run_left_beside_the_keys_does_not_make_them_readable_by_others() {
    let publication = Publication::with_ledger();
    publication.write("postrider.key.new", "# half");
    set_mode(&publication, "postrider.key.new", 0o644);
    publication.run(&["ledger", "rotate-key"]).succeeds();
    assert_eq!(mode(&publication, "postrider.key"), 0o600);
    assert!(!publication.path("postrider.key.new").exists());
    publication.run(&["ledger", "rotate-key"]).succeeds();
}

#[test]
fn an_issue_that_is_not_there_is_told() {
    let publication = Publication::with_ledger();
    for arguments in [
        &["status", "--issue", "3"][..],
        &["ledger", "resume", "--issue", "3"],
        &["ledger", "resolve", "--issue", "3", "--as", "sent"],
    ] {
        publication.run(arguments).fails(64, "error: there is no issue 3\n");
    }
}
