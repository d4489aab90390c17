//! What the writer promises.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

use tempfile::TempDir;

use crate::site::cache::CacheFolder;
use crate::site::tree::{Part, Share, Tree, TreeError, TreeReport, TreeWriter};
use crate::site::{Artifact, Sealer};

fn artifact(path: &str, text: &str) -> Artifact {
    Artifact::new(path, text.as_bytes().to_vec())
}

fn write_part(out: &Path, part: Part, files: &[(&str, &str)]) -> Result<TreeReport, TreeError> {
    let tree = TreeWriter::open(out, part)?;
    for (path, text) in files {
        tree.put(&artifact(path, text))?;
    }
    tree.finish()
}

fn write(out: &Path, files: &[(&str, &str)]) -> Result<TreeReport, TreeError> {
    write_part(out, Part::Site, files)
}

/// Every file below `out` that visitors see.
fn tree(out: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut folders = vec![out.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let name = entry.path().strip_prefix(out).unwrap().to_str().unwrap().to_owned();
            match entry.file_type().unwrap().is_dir() {
                true => folders.push(entry.path()),
                false if name.starts_with(".postrider-") => {}
                false => drop(found.insert(name, fs::read_to_string(entry.path()).unwrap())),
            }
        }
    }
    found
}

fn tree_of(files: &[(&str, &str)]) -> BTreeMap<String, String> {
    files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
}

#[test]
fn a_tree_is_written_and_a_second_run_touches_nothing() {
    let out = TempDir::new().unwrap();
    let files = [("index.html", "a"), ("on-maps/index.html", "b"), ("雪/index.html", "c")];
    let first = write(out.path(), &files).unwrap();
    assert_eq!(first, TreeReport { written: 3, unchanged: 0, removed: 0 });
    assert_eq!(tree(out.path()), tree_of(&files));
    let index = out.path().join("index.html");
    let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000);
    fs::File::options().write(true).open(&index).unwrap().set_modified(long_ago).unwrap();
    let second = write(out.path(), &files).unwrap();
    assert_eq!(second, TreeReport { written: 0, unchanged: 3, removed: 0 });
    assert_eq!(fs::metadata(&index).unwrap().modified().unwrap(), long_ago);
}

#[test]
fn what_this_run_did_not_write_is_removed_if_an_earlier_run_wrote_it() {
    let out = TempDir::new().unwrap();
    write(out.path(), &[("index.html", "a"), ("old/deep/index.html", "b"), ("shared/x.html", "c")]).unwrap();
    fs::write(out.path().join("CNAME"), "example.org").unwrap();
    fs::write(out.path().join("shared/mine.txt"), "mine").unwrap();
    let report = write(out.path(), &[("index.html", "a2")]).unwrap();
    assert_eq!(report, TreeReport { written: 1, unchanged: 0, removed: 2 });
    let want = tree_of(&[("CNAME", "example.org"), ("index.html", "a2"), ("shared/mine.txt", "mine")]);
    assert_eq!(tree(out.path()), want);
    assert!(!out.path().join("old").exists());
}

#[test]
fn a_writer_dropped_before_its_end_leaves_the_old_tree() {
    let out = TempDir::new().unwrap();
    write(out.path(), &[("index.html", "old")]).unwrap();
    let tree_writer = TreeWriter::open(out.path(), Part::Site).unwrap();
    tree_writer.put(&artifact("index.html", "new")).unwrap();
    tree_writer.put(&artifact("a/b.html", "new")).unwrap();
    drop(tree_writer);
    assert_eq!(tree(out.path()), tree_of(&[("index.html", "old")]));
    assert!(!out.path().join(".postrider-staging").exists());
}

#[test]
fn what_a_killed_run_left_is_cleared_and_later_removed() {
    let out = TempDir::new().unwrap();
    write(out.path(), &[("index.html", "a")]).unwrap();
    // Killed between putting files in place and the last list.
    fs::create_dir(out.path().join(".postrider-staging")).unwrap();
    fs::write(out.path().join(".postrider-staging/7"), "half").unwrap();
    fs::write(out.path().join(".postrider-manifest"), "gone.html\nindex.html\n").unwrap();
    fs::write(out.path().join("gone.html"), "x").unwrap();
    write(out.path(), &[("index.html", "a")]).unwrap();
    assert_eq!(tree(out.path()), tree_of(&[("index.html", "a")]));
    assert!(!out.path().join(".postrider-staging").exists());
}

#[test]
fn web_copies_of_issues_survive_a_build_and_pages_survive_an_issue() {
    let out = TempDir::new().unwrap();
    write(out.path(), &[("index.html", "a")]).unwrap();
    write_part(out.path(), Part::Issues, &[("issues/1/index.html", "one")]).unwrap();
    write(out.path(), &[("index.html", "b")]).unwrap();
    assert_eq!(tree(out.path()), tree_of(&[("index.html", "b"), ("issues/1/index.html", "one")]));
    write_part(out.path(), Part::Issues, &[("issues/2/index.html", "two")]).unwrap();
    assert_eq!(tree(out.path()), tree_of(&[("index.html", "b"), ("issues/2/index.html", "two")]));
    let error = write(out.path(), &[("issues/index.html", "a post called issues")]).unwrap_err();
    assert!(matches!(error, TreeError::Path { .. }));
}

#[test]
fn a_file_of_ours_makes_way_for_a_folder_and_a_folder_for_a_file() {
    let out = TempDir::new().unwrap();
    write(out.path(), &[("a", "file"), ("b/index.html", "page")]).unwrap();
    write(out.path(), &[("a/index.html", "page"), ("b", "file")]).unwrap();
    assert_eq!(tree(out.path()), tree_of(&[("a/index.html", "page"), ("b", "file")]));
}

#[test]
fn names_that_some_file_systems_take_for_one_are_refused() {
    let out = TempDir::new().unwrap();
    for (one, other) in [("a/Index.html", "a/index.html"), ("caf\u{e9}/x", "cafe\u{301}/x")] {
        let error = write(out.path(), &[(one, ""), (other, "")]).unwrap_err();
        assert!(matches!(error, TreeError::Collision { .. }), "{error}");
    }
    let error = write(out.path(), &[("a", ""), ("a", "")]).unwrap_err();
    assert_eq!(error.to_string(), "two pages want to be `a`");
}

#[cfg(unix)]
#[test]
fn no_file_is_written_through_a_link() {
    let (out, elsewhere) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    std::os::unix::fs::symlink(elsewhere.path(), out.path().join("tags")).unwrap();
    let error = write(out.path(), &[("tags/rust/index.html", "x")]).unwrap_err();
    assert!(matches!(error, TreeError::Link { .. }), "{error}");
    fs::write(elsewhere.path().join("secret"), "keep").unwrap();
    std::os::unix::fs::symlink(elsewhere.path().join("secret"), out.path().join("index.html")).unwrap();
    write(out.path(), &[("index.html", "page")]).unwrap();
    assert_eq!(fs::read_to_string(elsewhere.path().join("secret")).unwrap(), "keep");
    assert!(!out.path().join("index.html").is_symlink());
}

#[test]
fn two_runs_do_not_write_one_tree_at_once() {
    let out = TempDir::new().unwrap();
    let first = TreeWriter::open(out.path(), Part::Site).unwrap();
    assert!(matches!(TreeWriter::open(out.path(), Part::Site), Err(TreeError::Busy { .. })));
    drop(first);
    assert!(TreeWriter::open(out.path(), Part::Site).is_ok());
}

#[test]
fn a_file_is_copied_only_when_it_differs() {
    let (out, source) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let picture = source.path().join("map.png");
    let copied = |bytes: &[u8]| {
        fs::write(&picture, bytes).unwrap();
        let tree = TreeWriter::open(out.path(), Part::Site).unwrap();
        tree.copy("maps/map.png", &picture).unwrap();
        tree.finish().unwrap().written
    };
    let (big, mut other) = (vec![7; 200_000], vec![7; 200_000]);
    other[150_000] = 8;
    assert_eq!([copied(&big), copied(&big), copied(&other)], [1, 0, 1]);
    assert_eq!(fs::read(out.path().join("maps/map.png")).unwrap(), other);
}

/// Writes one growing file of `words`, keeping what can be kept; tells how many words were.
fn grow(root: &Path, words: &[&str]) -> (usize, TreeReport) {
    let cache = CacheFolder::open(root).unwrap();
    let tree = TreeWriter::open(&root.join("public"), Part::Site).unwrap().with_seals(&cache);
    let mut file = tree.grow("feeds/all.xml").unwrap();
    let mut kept = 0;
    for word in words {
        let seal = Sealer::default().with(word).seal();
        let is_kept = file.holds(seal);
        kept += usize::from(is_kept);
        let made = || Share::Made((*word).to_owned().into(), Some(seal));
        file.add(if is_kept { Share::Kept(seal) } else { made() }).unwrap();
        file.add(Share::Made(" ".into(), None)).unwrap();
    }
    assert_eq!(file.end(None).unwrap(), words.join(" ").len() as u64 + 1);
    (kept, tree.finish().unwrap())
}

#[test]
fn a_file_that_grows_takes_from_its_older_self_what_is_the_same() {
    let root = TempDir::new().unwrap();
    let file = root.path().join("public/feeds/all.xml");
    let (written, unchanged) = (TreeReport { written: 1, ..TreeReport::default() }, 1);
    for (words, kept, report) in [
        (&["one", "two", "three"][..], 0, written),
        (&["one", "two", "three"], 3, TreeReport { unchanged, ..TreeReport::default() }),
        (&["zero", "three", "two", "four"], 2, written),
        (&["four", "three"], 2, written),
        (&["five"], 0, written),
    ] {
        assert_eq!(grow(root.path(), words), (kept, report), "{words:?}");
        assert_eq!(fs::read_to_string(&file).unwrap(), words.join(" ") + " ");
    }
    fs::write(&file, "mine ").unwrap();
    assert_eq!(grow(root.path(), &["five"]), (0, written), "what somebody else wrote is not kept");
    fs::remove_dir_all(root.path().join(".postrider")).unwrap();
    assert_eq!(grow(root.path(), &["five"]).0, 0, "without what was kept nothing is known");
}

#[test]
fn a_tree_that_takes_whole_files_gets_them_from_files_that_grow() {
    let taken = std::sync::Mutex::new(Vec::new());
    let tree = |artifact: Artifact| {
        taken.lock().unwrap().push(artifact);
        Ok(())
    };
    let mut file = tree.grow("atom.xml").unwrap();
    file.add(Share::Made("one".into(), None)).unwrap();
    file.add(Share::Made("two".into(), None)).unwrap();
    assert_eq!(file.end(None).unwrap(), 6);
    assert_eq!(*taken.lock().unwrap(), [artifact("atom.xml", "onetwo")]);
}

#[test]
fn what_a_killed_run_was_putting_in_place_is_put_there_by_the_next() {
    let out = TempDir::new().unwrap();
    write(out.path(), &[("gone/index.html", "old"), ("index.html", "old"), ("kept.html", "old")]).unwrap();
    let staging = out.path().join(".postrider-staging");
    let stage = |name: &str, text: &str| fs::write(staging.join(name), text).unwrap();
    fs::create_dir(&staging).unwrap();
    // The first step was taken before the kill, and of the last a power cut left nothing.
    stage("2", "new");
    stage("3", "new");
    stage("4", "");
    stage(
        "journal",
        r#"{"in_the_way": [], "left_over": ["gone/index.html"], "moves": [
            {"path": "index.html", "number": 1, "octets": 3}, {"path": "on/maps.html", "number": 2, "octets": 3},
            {"path": "atom.xml", "number": 3, "octets": 3}, {"path": "kept.html", "number": 4, "octets": 3}]}"#,
    );
    TreeWriter::end_what_was_begun(out.path());
    let want = [("atom.xml", "new"), ("index.html", "old"), ("kept.html", "old"), ("on/maps.html", "new")];
    assert_eq!(tree(out.path()), tree_of(&want));
    assert!(!staging.exists() && !out.path().join("gone").exists());
}

#[test]
fn a_journal_that_leads_out_of_the_tree_is_not_followed() {
    let root = TempDir::new().unwrap();
    let out = root.path().join("public");
    write(&out, &[("index.html", "old")]).unwrap();
    let staging = out.join(".postrider-staging");
    fs::create_dir(&staging).unwrap();
    fs::write(staging.join("1"), "new").unwrap();
    for path in ["../outside.html", ".postrider-manifest", "/outside.html"] {
        let moves = format!(r#"[{{"path": "{path}", "number": 1, "octets": 3}}]"#);
        let journal = format!(r#"{{"in_the_way": [], "left_over": ["index.html"], "moves": {moves}}}"#);
        fs::create_dir_all(&staging).unwrap();
        fs::write(staging.join("journal"), journal).unwrap();
        TreeWriter::end_what_was_begun(&out);
        assert_eq!(tree(&out), tree_of(&[("index.html", "old")]), "{path}");
        assert!(!root.path().join("outside.html").exists());
    }
}
