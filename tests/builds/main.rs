//! What a build promises whatever goes on around it: the same posts make the same octets, and a build that is killed
//! leaves whole files only, and nothing that the next build does not put right.

#[path = "../nasty/bodies.rs"]
mod bodies;
#[path = "../support/chance.rs"]
#[allow(dead_code, reason = "the faults draw more kinds of numbers")]
mod chance;
#[path = "../nasty/essays.rs"]
#[allow(dead_code, reason = "what readers must find is for other tests")]
mod essays;
mod edits;
mod kills;
mod shelf;
#[path = "../nasty/words.rs"]
mod words;

use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use shelf::{Edition, Files, difference, public, tree};

const NOW: &str = "2026-12-01T00:00:00Z";

/// A build of the publication in `root` with nothing of the tester's own environment.
fn build(root: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_postrider"));
    command.env_clear().current_dir(root).args(["--quiet", "build", "--now", NOW]);
    command
}

fn assert_succeeds(mut command: Command) {
    let output = command.output().unwrap();
    let err = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() || !err.contains("error:"), "{err}");
}

/// The public tree that a build makes of an edition where nothing was before.
fn clean(edition: Edition) -> Files {
    let root = TempDir::new().unwrap();
    edition.write(root.path(), false);
    assert_succeeds(build(root.path()));
    public(tree(&root.path().join("public")))
}

/// A folder on a file system that lists names in another order than the disk, if there is one.
fn elsewhere() -> TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { TempDir::new_in(memory) } else { TempDir::new() }.unwrap()
}

#[test]
fn the_same_posts_make_the_same_octets_wherever_and_however_they_are_built() {
    let want = clean(Edition::Old);
    assert!(want.len() > 300, "{} files", want.len());
    let assert_same = |root: &Path, out: &Path, what: &str| {
        let found = public(tree(out));
        let differs = difference(&want, &found);
        assert_eq!(differs, None, "{what}, in {}", root.display());
    };
    let surroundings: [(&str, &[(&str, &str)]); 5] = [
        ("another time zone", &[("TZ", "Pacific/Kiritimati")]),
        ("another language", &[("LC_ALL", "ja_JP.EUC-JP"), ("LANG", "tr_TR.UTF-8"), ("LANGUAGE", "ar")]),
        ("another home", &[("HOME", "/nonexistent"), ("USER", "nobody"), ("XDG_CACHE_HOME", "/nonexistent")]),
        ("one thread", &[("RAYON_NUM_THREADS", "1")]),
        ("many threads", &[("RAYON_NUM_THREADS", "7"), ("SOURCE_DATE_EPOCH", "1")]),
    ];
    for (at, (what, variables)) in surroundings.into_iter().enumerate() {
        // Files come in another order, on another file system, and the program stands elsewhere.
        let (root, beside) = (if at % 2 == 0 { elsewhere() } else { TempDir::new().unwrap() }, elsewhere());
        Edition::Old.write(root.path(), true);
        let out = beside.path().join("out");
        let mut command = build(root.path());
        command.current_dir(beside.path()).envs(variables.iter().copied());
        command.arg("--root").arg(root.path()).arg("--out").arg(&out);
        assert_succeeds(command);
        assert_same(root.path(), &out, what);
    }
}

#[test]
fn a_build_at_another_time_changes_nothing_once_all_posts_are_out() {
    let root = TempDir::new().unwrap();
    Edition::Old.write(root.path(), false);
    assert_succeeds(build(root.path()));
    let out = root.path().join("public");
    let first = tree(&out);
    let mut later = Command::new(env!("CARGO_BIN_EXE_postrider"));
    later.env_clear().current_dir(root.path()).args(["--quiet", "build", "--now", "2031-07-14T12:34:56Z"]);
    assert_succeeds(later);
    assert_eq!(difference(&first, &tree(&out)), None);
}
