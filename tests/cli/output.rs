//! What a script relies on: one JSON object, silence, exit codes, and pipes that close early.

use std::process::Stdio;

use crate::publication::{Publication, Run};

/// Runs that go well, of every verb.
const GOOD: [&[&str]; 12] = [
    &["init", "more"],
    &["build"],
    &["status"],
    &["status", "--reader", "1", "--as-of", "2026-12-01"],
    &["report"],
    &["report", "--html", "report.html"],
    &["ledger", "verify"],
    &["ledger", "rotate-key"],
    &["subscribers", "add", "bob@example.org"],
    &["subscribers", "list"],
    &["subscribers", "export"],
    &["subscribers", "remove", "bob@example.org"],
];

fn with_a_reader() -> Publication {
    let publication = Publication::with_ledger();
    publication.run(&["subscribers", "add", "ada@example.org"]).succeeds();
    publication
}

#[test]
fn json_is_one_object_for_every_verb_and_every_failure() {
    let publication = with_a_reader();
    for arguments in GOOD {
        publication.run(&[arguments, &["--json"]].concat()).exits(0).json();
    }
    for (arguments, code) in [
        (&[][..], 64),
        (&["frob"], 64),
        (&["build", "--frob"], 64),
        (&["--now", "soon", "build"], 64),
        (&["subscribers"], 64),
        (&["subscribers", "remove"], 64),
        (&["init", "."], 64),
        (&["--root", "nowhere", "build"], 78),
        (&["ledger", "init"], 78),
        (&["subscribers", "import", "nowhere.csv"], 64),
        (&["status", "--issue", "9"], 64),
    ] {
        let json = publication.run(&[arguments, &["--json"]].concat()).exits(code).json();
        assert_eq!(json["exit_code"], code, "{arguments:?}");
        let error = &json["errors"][0];
        assert!(error["message"].as_str().is_some_and(|message| !message.is_empty()), "{json}");
        assert!(!error["message"].as_str().unwrap().starts_with("error"), "{json}");
    }
}

#[test]
fn quiet_prints_errors_and_data_that_was_asked_for_and_nothing_else() {
    let publication = with_a_reader();
    for arguments in GOOD {
        let run = publication.run(&[arguments, &["--quiet"]].concat()).succeeds();
        assert!(run.out.is_empty() || arguments == ["subscribers", "export"], "{arguments:?}: {}", run.out);
    }
    publication.write("posts/a.md", "+++\ntitle = \"A\"\ndate = 2026-01-01\nnonsense = 1\n+++\n\nText.\n");
    publication.run(&["build", "-q"]).prints("");
    assert!(publication.run(&["subscribers", "export", "-q"]).succeeds().out.contains("ada@example.org"));
    assert!(publication.run(&["schema", "-q"]).succeeds().out.starts_with('{'));
    publication.run(&["status", "-q", "--issue", "9"]).fails(64, "error: there is no issue 9\n");
}

/// A run whose standard output is closed before it writes.
fn piped_away(publication: &Publication, arguments: &[&str]) -> Run {
    let mut command = publication.command(arguments);
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    command.stdout(writer).stderr(Stdio::piped());
    Run::of(command.output().unwrap(), arguments)
}

#[test]
fn a_reader_who_has_gone_is_no_error() {
    let publication = with_a_reader();
    for arguments in [
        &["schema"][..],
        &["subscribers", "export"],
        &["subscribers", "list"],
        &["status"],
        &["report", "--readers", "sent"],
        &["--help"],
        &["--json", "status"],
    ] {
        piped_away(&publication, arguments).succeeds();
    }
    let wrong = piped_away(&publication, &["status", "--issue", "9"]);
    assert_eq!(wrong.code, Some(64), "{wrong:?}");
}

#[test]
fn a_full_disk_behind_standard_output_is_an_error() {
    let publication = with_a_reader();
    for arguments in [&["schema"][..], &["subscribers", "export"], &["status", "--json"]] {
        let mut command = publication.command(arguments);
        command.stdout(std::fs::File::options().write(true).open("/dev/full").unwrap());
        Run::of(command.output().unwrap(), arguments)
            .fails(78, "error: standard output: No space left on device (os error 28)\n");
    }
}

#[test]
fn looking_changes_nothing() {
    let publication = with_a_reader();
    let before = publication.tree(".");
    for arguments in [
        &["status"][..],
        &["status", "--reader", "1"],
        &["report"],
        &["report", "--readers", "sent"],
        &["ledger", "verify"],
        &["subscribers", "list"],
        &["subscribers", "export"],
        &["schema"],
    ] {
        publication.run(arguments).succeeds();
    }
    let lists =
        |tree: &std::collections::BTreeMap<std::path::PathBuf, _>| tree.keys().cloned().collect::<Vec<_>>();
    let after = publication.tree(".");
    assert_eq!(lists(&after), lists(&before));
    assert!(after == before, "a file was touched");
}
