//! `subscribers`: all of a list or nothing of it, nobody twice, and who left stays away.

use crate::publication::{Publication, Run};

const HEADER: &str = "address,name,lang,pace,topics,time_zone,confirmed_at,source\n";

fn import(publication: &Publication, file: impl AsRef<[u8]>) -> Run {
    publication.write("readers.csv", file);
    publication.run(&["subscribers", "import", "readers.csv"])
}

fn export(publication: &Publication) -> String {
    let export = publication.run(&["subscribers", "export"]).succeeds().out;
    export.strip_prefix(HEADER).unwrap().to_owned()
}

#[test]
fn a_list_is_read_whatever_program_wrote_it() {
    for file in [
        "address,name\nada@example.org,Ada\n",
        "name,address\nAda,ada@example.org\n",
        "\u{feff}address,name\r\nada@example.org,Ada\r\n",
        "\"Email\",\"NAME\"\n\"ada@example.org\",\"Ada\"",
        "\n\naddress,name,lang\n,,\nada@example.org, Ada ,\n",
    ] {
        let publication = Publication::with_ledger();
        import(&publication, file).prints("1 reader: 1 new.\n");
        assert_eq!(
            export(&publication),
            "ada@example.org,Ada,,,,,2026-11-22T09:00:00Z,import\n",
            "given {file:?}"
        );
    }
}

#[test]
fn a_list_may_come_through_a_pipe() {
    let publication = Publication::with_ledger();
    publication
        .run_reading("address\nada@example.org\n", &["subscribers", "import", "-"])
        .prints("1 reader: 1 new.\n");
}

#[test]
fn one_bad_row_is_told_with_its_number_and_nothing_is_imported() {
    let publication = Publication::with_ledger();
    import(
        &publication,
        "address,pace,lang,time_zone,topics,confirmed_at\n\
         ada@example.org,weekly fri 18,en,Europe/London,maps,2026-01-01\n\
         bob@example.org,hourly\n\
         carol@@example.org,each\n\
         dora,each\n\
         eve@example.org,each,klingon!\n\
         fay@example.org,each,en,Mars\n\
         gus@example.org,each,en,UTC,..\n\
         hal@example.org,each,en,UTC,,yesterday\n\
         ida@example.org,each,en,UTC,,2027-01-01\n\
         jon@example.org,each,en,UTC,,,7\n",
    )
    .fails(
        64,
        "error: readers.csv:3: `pace`: `hourly` is not a pace: expected each, daily, weekly or monthly\n\
         error: readers.csv:4: `address`: the part before `@` is not one a mail server accepts: expected letters, digits and `.!#$%&'*+-/=?^_`{|}~`\n\
         error: readers.csv:5: `address`: expected `local-part@domain`, found no `@`\n\
         error: readers.csv:6: `lang`: `klingon!` is not a language tag: expected one such as en, ja, zh-Hant or pt-BR\n\
         error: readers.csv:7: `time_zone`: `Mars` is not a time zone: expected an IANA name such as Europe/Berlin or Asia/Tokyo\n\
         error: readers.csv:8: `topics`: `..` is not a slug: expected lower-case letters, digits and hyphens, at most 200 octets\n\
         error: readers.csv:9: `confirmed_at`: `yesterday` is not a date: expected one such as 2026-03-01 or 2026-03-01T09:00:00Z\n\
         error: readers.csv:10: `confirmed_at`: expected a time that has come, found a later one\n\
         error: readers.csv:11: expected 6 cells, found 7 or more\n  help: put a cell that holds a comma between quotes\n",
    );
    publication.run(&["subscribers", "list"]).prints("No readers.\n");
}

#[test]
fn a_wrong_first_row_is_told() {
    let publication = Publication::with_ledger();
    let names = "  help: the first row names the columns: address,name,lang,pace,topics,time_zone,confirmed_at,source\n";
    for (file, want) in [
        ("", format!("expected a column `address`, found none\n{names}")),
        ("name,lang\nAda,en\n", format!("expected a column `address`, found none\n{names}")),
        ("adress\n", format!("`adress` is not a column of a list of readers: nearest is `address`\n{names}")),
        ("ada@example.org\n", format!("expected the names of columns, found an address\n{names}")),
        ("address;name\n", "`address;name`: expected commas between columns, found semicolons\n  help: save the file with commas between columns\n".to_owned()),
    ] {
        import(&publication, file).fails(64, &format!("error: readers.csv:1: {want}"));
    }
    publication
        .run(&["subscribers", "import", "nowhere.csv"])
        .fails(64, "error: nowhere.csv: No such file or directory (os error 2)\n");
}

#[test]
fn one_person_is_one_reader_however_the_address_is_written() {
    let publication = Publication::with_ledger();
    let twice = |row| {
        format!(
            "error: readers.csv:{row}: `address`: stands in row 2 already\n\
             \x20 help: keep the row that says what this reader wants and take out the other\n"
        )
    };
    import(&publication, "address\nAda@Bücher.example\nada@bücher.example\nADA@XN--bcher-kva.EXAMPLE\n")
        .fails(64, &(twice(3) + &twice(4)));
    import(&publication, "address\nada@bücher.example\n").prints("1 reader: 1 new.\n");
    import(&publication, "address\nada@xn--bcher-kva.example\n").prints("1 reader: 1 as they were.\n");
}

#[test]
fn importing_twice_changes_nothing() {
    let publication = Publication::with_ledger();
    let list = format!(
        "{HEADER}ada@example.org,\"Lovelace, Ada\",en,weekly fri 18:00,letters;maps,Europe/London,2026-03-01T09:00:00Z,fair\n\
         bob@example.org,,,,,,,\n"
    );
    import(&publication, &list).prints("2 readers: 2 new.\n");
    let before = export(&publication);
    import(&publication, &list).prints("2 readers: 2 as they were.\n");
    assert_eq!(export(&publication), before);
    publication.run(&["subscribers", "list"]).prints(
        "     1  confirmed  weekly fri 18:00 ada@example.org  only letters;maps\n     \
         2  confirmed  default        bob@example.org\n",
    );
}

#[test]
fn an_export_makes_the_same_list_elsewhere_and_no_spreadsheet_runs_it() {
    let publication = Publication::with_ledger();
    let rows = "address,name,source\n\
                a@example.org,=cmd|' /C calc'!A0,\"fair, 2026\"\n\
                b@example.org,+49,-1\n\
                c@example.org,@sum,x\n\
                d@example.org,'t Hart,x\n\
                =e@example.org,晩,x\n";
    import(&publication, rows).prints("5 readers: 5 new.\n");
    let exported = export(&publication);
    assert_eq!(
        exported,
        "a@example.org,'=cmd|' /C calc'!A0,,,,,2026-11-22T09:00:00Z,\"fair, 2026\"\n\
         b@example.org,'+49,,,,,2026-11-22T09:00:00Z,'-1\n\
         c@example.org,'@sum,,,,,2026-11-22T09:00:00Z,x\n\
         d@example.org,'t Hart,,,,,2026-11-22T09:00:00Z,x\n\
         '=e@example.org,晩,,,,,2026-11-22T09:00:00Z,x\n"
    );
    let elsewhere = Publication::with_ledger();
    elsewhere
        .run_reading(&format!("{HEADER}{exported}"), &["subscribers", "import", "-"])
        .prints("5 readers: 5 new.\n");
    assert_eq!(export(&elsewhere), exported);
}

#[test]
fn a_long_list_is_imported_in_less_memory_than_it_takes() {
    let publication = Publication::with_ledger();
    let name = "x".repeat(990);
    let rows: String = (0..30_000).map(|n| format!("reader-{n}@example.org,{name}\n")).collect();
    publication.write("readers.csv", format!("address,name\n{rows}"));
    // One reader takes 76,000, nearly all of it the program; this list takes 118,000.
    let line = "ulimit -v 120000; exec \"$0\" subscribers import readers.csv";
    let mut command = std::process::Command::new("sh");
    command.current_dir(publication.root()).env_clear().args(["-c", line, crate::publication::PROGRAM]);
    Run::of(command.output().unwrap(), &["subscribers", "import"]).prints("30000 readers: 30000 new.\n");
}

#[test]
fn a_reader_is_added_by_hand_and_changed_by_adding_again() {
    let publication = Publication::with_ledger();
    let add =
        |more: &[&str]| publication.run(&[&["subscribers", "add", "Ada <ada@example.org>"], more].concat());
    add(&[
        "--pace",
        "weekly fri 18",
        "--topics",
        "maps, letters",
        "--time-zone",
        "Europe/London",
        "--lang",
        "fr",
    ])
    .prints("Reader 1 is on the list.\n");
    assert_eq!(
        export(&publication),
        "ada@example.org,Ada,fr,weekly fri 18:00,letters;maps,Europe/London,2026-11-22T09:00:00Z,added by hand\n"
    );
    add(&[]).prints("Reader 1 was on the list already, just so.\n");
    add(&["--pace", "each"]).prints("Reader 1 gets mail as asked for now.\n");
    assert!(export(&publication).starts_with("ada@example.org,Ada,fr,each,letters;maps,Europe/London,"));
}

#[test]
fn a_wrong_argument_is_told_by_its_name() {
    let publication = Publication::with_ledger();
    let add: &[&str] = &["subscribers", "add", "ada@example.org"];
    for (arguments, want) in [
        (&["subscribers", "add", "ada"][..], "MAILBOX: expected `local-part@domain`, found no `@`\n"),
        (
            &[add, &["--pace", "hourly"]].concat(),
            "--pace: `hourly` is not a pace: expected each, daily, weekly or monthly\n",
        ),
        (
            &[add, &["--lang", "klingon!"]].concat(),
            "--lang: `klingon!` is not a language tag: expected one such as en, ja, zh-Hant or pt-BR\n",
        ),
        (
            &[add, &["--time-zone", "Mars"]].concat(),
            "--time-zone: `Mars` is not a time zone: expected an IANA name such as Europe/Berlin or Asia/Tokyo\n",
        ),
        (
            &[add, &["--confirmed-at", "soon"]].concat(),
            "--confirmed-at: `soon` is not a date: expected one such as 2026-03-01 or 2026-03-01T09:00:00Z\n",
        ),
        (
            &[add, &["--confirmed-at", "2027-01-01"]].concat(),
            "--confirmed-at: expected a time that has come, found a later one\n",
        ),
        (
            &["subscribers", "list", "--state", "gone"],
            "--state: `gone` is not a state: expected pending, confirmed, left or suppressed\n",
        ),
        (&["subscribers", "remove", "ada"], "ADDRESS: expected `local-part@domain`, found no `@`\n"),
        (&["subscribers", "remove", "ada@example.org"], "ADDRESS: no reader has it\n"),
        (
            &["subscribers", "remove", "--token", "abc"],
            "--token: not sealed with a key of this publication\n  help: copy the letters behind `leave` from the subject; there are 47\n",
        ),
        (&["subscribers", "forget", "ada"], "ADDRESS: expected `local-part@domain`, found no `@`\n"),
    ] {
        publication.run(arguments).fails(64, &format!("error: {want}"));
    }
    publication.run(&["subscribers", "list"]).prints("No readers.\n");
}

#[test]
fn who_left_stays_away_until_they_ask_again() {
    let publication = Publication::with_ledger();
    let list = "address\nada@example.org\nbob@example.org\n";
    import(&publication, list).succeeds();
    publication.run(&["subscribers", "remove", "ADA@example.org"]).prints("Reader 1 gets no more mail.\n");
    publication.run(&["subscribers", "remove", "ada@example.org"]).prints("Reader 1 had left before.\n");
    import(&publication, list)
        .prints("2 readers: 1 as they were, 1 kept out because they left or do not work.\n");
    publication.run(&["subscribers", "add", "ada@example.org"]).fails(
        1,
        "error: not added: this reader left, was erased, or their address does not work\n\
         \x20 help: if they asked again since, say when: --confirmed-at 2026-03-01T09:00:00Z\n",
    );
    publication
        .run(&["subscribers", "list", "--state", "left"])
        .prints("     1  left       default        ada@example.org\n");
    let later = "2026-11-23T09:00:00Z";
    publication
        .run(&["subscribers", "add", "ada@example.org", "--confirmed-at", later, "--now", later])
        .prints("Reader 1 is on the list again.\n");
}

#[test]
fn a_forgotten_reader_leaves_no_trace_and_no_import_brings_them_back() {
    let publication = Publication::with_ledger();
    let list = "address,name\nAda.Marlow@example.org,Ada Marlow\nbob@example.org,Bob\n";
    import(&publication, list).succeeds();
    publication.run(&["subscribers", "forget", "ada.marlow@EXAMPLE.org"]).prints(
        "Erased. A keyed fingerprint keeps the address out of later imports. Copies of the ledger are yours to erase.\n",
    );
    for entry in std::fs::read_dir(publication.root()).unwrap() {
        let path = entry.unwrap().path();
        let is_ledger = path.file_name().unwrap().to_string_lossy().starts_with("postrider.ledger");
        let text = is_ledger.then(|| String::from_utf8_lossy(&std::fs::read(&path).unwrap()).to_lowercase());
        assert!(!text.is_some_and(|text| text.contains("marlow")), "{}", path.display());
    }
    import(&publication, list)
        .prints("2 readers: 1 as they were, 1 kept out because they left or do not work.\n");
    assert!(!export(&publication).contains("Ada"));
    publication
        .run(&["subscribers", "forget", "nobody@example.org"])
        .prints("Nobody has this address. It stays out of later imports.\n");
    import(&publication, "address\nnobody@example.org\n")
        .prints("1 reader: 1 kept out because they left or do not work.\n");
}

#[test]
fn no_error_tells_an_address() {
    let publication = Publication::with_ledger();
    import(&publication, "address\nsesame@example.org\n").succeeds();
    publication.run(&["subscribers", "remove", "sesame@example.org"]).succeeds();
    for arguments in [
        &["subscribers", "add", "sesame@exa mple.org"][..],
        &["subscribers", "add", "sesame@@example.org"],
        &["subscribers", "add", "sesame@example.org"],
        &["subscribers", "add", "sesame"],
        &["subscribers", "remove", "sesame@other.example.org"],
        &["subscribers", "remove", "sesame"],
        &["subscribers", "forget", "sesame"],
    ] {
        for json in [&[][..], &["--json"]] {
            let run = publication.run(&[arguments, json].concat());
            assert_ne!(run.code, Some(0), "{run:?}");
            assert!(!(run.err + &run.out).contains("sesame"), "{arguments:?}");
        }
    }
    for row in [
        "sesame",
        "sesame@exa mple.org",
        "ok@example.org,sesame@example.org",
        "sesame@example.org\nsesame@example.org",
        "\"sesame@example.org\nbob@example.org",
    ] {
        let run = import(&publication, format!("address\n{row}\n")).exits(64);
        assert!(!run.err.contains("sesame"), "{}", run.err);
    }
}
