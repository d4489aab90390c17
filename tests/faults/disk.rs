//! F11, F12: the disk is full, or the ledger cannot be had.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Output};
use std::thread;

use crate::campaign::{Case, Setting};
use crate::kills::writes_of_a_run;
use crate::machine::Machine;
use crate::oracle::{Figures, judge};
use crate::smtp::{Act, Script, Step};
use crate::stage::{Plan, Policy, Stage};

/// `nobody`, as every Linux has it.
const NOBODY: u32 = 65_534;

pub fn cases() -> Vec<Case> {
    vec![
        Case::new("F11", "disk full at a random octet, resend", |setting| full(setting, Policy::Resend)),
        Case::new("F11", "disk full at a random octet, hold", |setting| full(setting, Policy::Hold)),
        Case::new("F12", "ledger missing, read-only, foreign, in use", |_| refused()),
    ]
}

fn full(setting: &Setting, policy: Policy) -> Figures {
    let mut chance = setting.chance();
    let plan = Plan { policy, readers: 60, ..Plan::default() };
    let (_, octets) = writes_of_a_run(&plan);
    let mut figures = Figures::default();
    for _ in 0..setting.pick(12, 100) {
        let stage = Stage::new(plan.clone(), Script::default());
        let end = stage.run(&["send"], &Machine::sound().with_room_for(chance.between(0, octets)));
        assert!(matches!(end.code(), Some(0 | 74)), "{end:?}");
        assert_no_data_without_an_intent(&stage);
        stage.pass(900);
        let runs = 1 + stage.send_to_the_end();
        let found = judge(&stage);
        assert!(found.ambiguous <= stage.plan.connections, "{} ambiguous of one end", found.ambiguous);
        figures += Figures { runs, ..found };
    }
    figures
}

/// Whoever the server saw the content for was written down before.
fn assert_no_data_without_an_intent(stage: &Stage) {
    if stage.server.taken().is_empty() {
        return;
    }
    let rows = stage.rows();
    for mail in stage.server.taken().iter() {
        assert!(rows[&mail.forward_path].attempts >= 1, "{} was sent and never begun", mail.forward_path);
    }
}

fn refused() -> Figures {
    let mut runs = 0;
    for spoil in [lost, lost_with_its_folder, foreign, not_a_file, not_ours, only_to_be_read] {
        let stage = Stage::new(Plan { readers: 5, ..Plan::default() }, Script::default());
        spoil(&stage);
        assert_eq!(stage.server.connections(), 0, "nothing is sent from a ledger that cannot be had");
        runs += 1;
    }
    Figures { runs: runs + in_use(), ..Figures::default() }
}

/// A lost ledger must not read as: nobody got anything.
fn lost(stage: &Stage) {
    fs::remove_file(stage.path("postrider.ledger")).unwrap();
    stage.expect(&["send"], 78);
    assert!(!stage.path("postrider.ledger").exists(), "it is not made again by sending");
}

fn lost_with_its_folder(stage: &Stage) {
    stage.write_config(stage.server.port(), "sqlite:gone/postrider.ledger");
    stage.expect(&["send"], 78);
    assert!(!stage.path("gone").exists());
}

fn foreign(stage: &Stage) {
    stage.write("postrider.ledger", "Dear reader,\n");
    stage.expect(&["send"], 78);
}

fn not_a_file(stage: &Stage) {
    fs::remove_file(stage.path("postrider.ledger")).unwrap();
    fs::create_dir(stage.path("postrider.ledger")).unwrap();
    let code = stage.run(&["send"], &Machine::sound()).code();
    assert!(matches!(code, Some(74 | 78)), "{code:?}");
}

fn not_ours(stage: &Stage) {
    fs::set_permissions(stage.path("postrider.ledger"), Permissions::from_mode(0o600)).unwrap();
    assert_turned_away_as_nobody(stage);
}

fn only_to_be_read(stage: &Stage) {
    fs::set_permissions(stage.path("postrider.ledger"), Permissions::from_mode(0o444)).unwrap();
    assert_turned_away_as_nobody(stage);
}

/// Root may write everywhere, so another user tries.
fn assert_turned_away_as_nobody(stage: &Stage) {
    let root = stage.path("");
    if fs::metadata(&root).unwrap().uid() != 0 {
        // Only root can become another; to the owner a file of mode 444 is as good as somebody else's.
        fs::set_permissions(stage.path("postrider.ledger"), Permissions::from_mode(0o444)).unwrap();
    }
    let end = send_as_nobody(stage, &root);
    let code = end.status.code();
    assert!(matches!(code, Some(74 | 78)), "{code:?}: {}", String::from_utf8_lossy(&end.stdout));
}

fn send_as_nobody(stage: &Stage, root: &Path) -> Output {
    fs::set_permissions(root, Permissions::from_mode(0o755)).unwrap();
    for name in ["config.toml", "postrider.key", "posts", "posts/2026-11-20-maps.md"] {
        let mode = if name == "posts" { 0o755 } else { 0o644 };
        fs::set_permissions(stage.path(name), Permissions::from_mode(mode)).unwrap();
    }
    // Where everybody may run it.
    let program = stage.path("program");
    fs::copy(env!("CARGO_BIN_EXE_postrider"), &program).unwrap();
    fs::set_permissions(&program, Permissions::from_mode(0o755)).unwrap();
    let mut command = Command::new(program);
    if fs::metadata(root).unwrap().uid() == 0 {
        command.uid(NOBODY).gid(NOBODY);
    }
    let now = stage.now().to_string();
    command.arg("--root").arg(root).args(["--json", "--now", &now, "send"]).env_clear().current_dir("/");
    command.output().unwrap()
}

/// One sender at a time.
fn in_use() -> usize {
    let stage = Stage::new(
        Plan { readers: 50, connections: 1, ..Plan::default() },
        Script::default().at(Step::Data, Act::Hang).times(1),
    );
    let first = stage.start_sending();
    while !stage.server.commands().iter().any(|line| line == "DATA") {
        thread::yield_now();
    }
    stage.expect(&["send"], 75);
    first.signal("KILL");
    first.finish();
    stage.pass(900);
    let runs = 2 + stage.send_to_the_end();
    assert_eq!(judge(&stage).duplicates, 0);
    runs
}
