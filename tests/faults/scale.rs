//! F24, F25: very many readers, and the files they come from.

use std::fmt::Write as _;
use std::fs;
use std::sync::Arc;
use std::time::Instant;

use crate::campaign::{Case, Setting};
use crate::kills::Trap;
use crate::machine::Machine;
use crate::oracle::Figures;
use crate::smtp::{Judge, Moment, Script, Step};
use crate::stage::{Plan, Stage, address};

/// What no verb needs more of, however many readers there are.
const MOST_KIB: u64 = 57 * 1024;
/// Octets a ledger may take for each reader: 200 MB for a million.
const MOST_OCTETS_A_READER: u64 = 200;

pub fn cases() -> Vec<Case> {
    vec![
        Case::new("F24", "very many readers, a tenth of them sent to", very_many),
        Case::new("F25", "a list with a fault in every hundredth row", faulty_list),
        Case::new("F25", "a list as every program writes it", any_list),
    ]
}

/// Runs a verb within the memory every verb has; gives how long it took.
fn within_memory(stage: &Stage, arguments: &[&str]) -> f64 {
    let began = Instant::now();
    let (end, peak) = stage.start(arguments, &Machine::sound()).finish_watched();
    assert_eq!(end.code(), Some(0), "{arguments:?}: {end:?}");
    assert!(peak.kib <= MOST_KIB, "{arguments:?} needs {} KiB", peak.kib);
    began.elapsed().as_secs_f64()
}

fn very_many(setting: &Setting) -> Figures {
    let readers = setting.pick(20_000, 1_000_000);
    let trap = Arc::new(Trap::default());
    let decide = {
        let trap = Arc::clone(&trap);
        move |moment: Moment<'_>| {
            if moment.step == Step::Replied {
                trap.step("INT");
            }
            None
        }
    };
    let script = Script { judge: Some(Judge::new(decide)), is_forgetful: true, ..Script::default() };
    let stage = Stage::new(Plan { readers: 0, connections: 20, ..Plan::default() }, script);
    let mut list = String::from("address\n");
    (0..readers).for_each(|number| writeln!(list, "{}", address(number)).unwrap());
    stage.write("many.csv", &list);
    let path = stage.path("many.csv");
    let import = within_memory(&stage, &["subscribers", "import", path.to_str().unwrap()]);
    let plan = within_memory(&stage, &["plan"]);
    let began = Instant::now();
    let sender = stage.start_sending();
    trap.set(sender.id(), readers as u64 / 10);
    let (end, peak) = sender.finish_watched();
    assert_eq!(end.code(), Some(75), "{end:?}");
    assert!(peak.kib <= MOST_KIB, "sending needs {} KiB", peak.kib);
    let octets = fs::metadata(stage.path("postrider.ledger")).unwrap().len();
    println!(
        "F24: {readers} readers: import {import:.1} s, plan {plan:.1} s, freeze and a tenth of the mail {:.1} s, \
         at most {} KiB, ledger {octets} octets",
        began.elapsed().as_secs_f64(),
        peak.kib
    );
    let room = MOST_OCTETS_A_READER * readers as u64 + 1_000_000;
    assert!(octets <= room, "the ledger takes {octets} octets for {readers} readers");
    let copies = stage.copies();
    assert!(copies.values().all(|copies| *copies == 1), "nobody has it twice");
    within_memory(&stage, &["ledger", "verify"]);
    within_memory(&stage, &["status"]);
    Figures { runs: 1, ..Figures::default() }
}

/// What is wrong with a row, and the words that must be said of it.
const FAULTS: [(&str, &str); 6] = [
    ("no address", "`address`"),
    ("reader-0@EXAMPLE.org", "stands in row 2 already"),
    ("a\u{0}b@example.org", "`address`"),
    ("\"two\nlines\"@example.org", "address"),
    ("reader@example.org,Ada,not a language!", "`lang`"),
    ("reader@example.org,Ada,en,hourly", "`pace`"),
];

fn faulty_list(setting: &Setting) -> Figures {
    let rows = setting.pick(3_000, 1_000_000);
    let stage = Stage::new(Plan { readers: 0, ..Plan::default() }, Script::default());
    for (row, want) in FAULTS {
        let mut list = String::from("address,name,lang,pace\n");
        for number in 0..rows {
            let is_at_fault = number % 100 == 50;
            let _ =
                if is_at_fault { writeln!(list, "{row}") } else { writeln!(list, "{},,,", address(number)) };
        }
        stage.write("many.csv", &list);
        let path = stage.path("many.csv");
        let (end, peak) = stage
            .start(&["subscribers", "import", path.to_str().unwrap()], &Machine::sound())
            .finish_watched();
        assert_eq!(end.code(), Some(64), "{row:?}: {end:?}");
        assert!(end.stdout.contains("many.csv:52: ") && end.stdout.contains(want), "{row:?}: {end:?}");
        assert!(peak.kib <= MOST_KIB, "{row:?} needs {} KiB", peak.kib);
        let readers = stage.expect(&["status"], 0).json()["readers"].clone();
        assert_eq!(readers["confirmed"], 0, "{row:?}: all or nothing");
    }
    Figures { runs: FAULTS.len(), ..Figures::default() }
}

/// BOM, CRLF, quotes, names in every script and what a spreadsheet would run; then the same again.
fn any_list(setting: &Setting) -> Figures {
    let rows = setting.pick(3_000, 1_000_000);
    let stage = Stage::new(Plan { readers: 0, ..Plan::default() }, Script::default());
    let names =
        ["\"Lovelace, Ada\"", "\"A \"\"B\"\" C\"", "=cmd|' /C calc'!A0", "+49", "@sum", "晩", "\"\"", " "];
    let mut list = String::from("\u{feff}\"EMAIL\",Name\r\n");
    for number in 0..rows {
        let domain = if number % 7 == 0 { "Bücher.example" } else { "Example.ORG" };
        write!(list, "Reader-{number}@{domain},{}\r\n", names[number % names.len()]).unwrap();
    }
    stage.write("many.csv", &list);
    // The same people, by the other name of the domain.
    stage.write("again.csv", &list.replace("Bücher.example", "xn--bcher-kva.EXAMPLE"));
    for (file, want) in [("many.csv", "added"), ("again.csv", "unchanged"), ("many.csv", "unchanged")] {
        let path = stage.path(file);
        let (end, peak) = stage
            .start(&["subscribers", "import", path.to_str().unwrap()], &Machine::sound())
            .finish_watched();
        assert_eq!(end.code(), Some(0), "{file}: {end:?}");
        assert_eq!(end.json()["readers"][want], rows, "{file}: {end:?}");
        assert!(peak.kib <= MOST_KIB, "{file} needs {} KiB", peak.kib);
    }
    Figures { runs: 3, ..Figures::default() }
}
