//! What a browser and a validator say of the sample publication: no violation of a rule of axe in light or dark, no
//! error by the rules of the Nu validator.
//!
//! `scripts/test` installs Chromium and Java, and axe-core and the validator below `target/tools`. Where one is missing
//! the test says so and checks nothing; with `CI` set that is a failure.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use tempfile::TempDir;

use crate::publication::{Tree, sample};

/// A page of each sort.
const PAGES: [&str; 13] = [
    "index.html",
    "404.html",
    "authors/index.html",
    "conditional-politeness/index.html",
    "languages/ja/index.html",
    "search/index.html",
    "series/how-letters-travel/index.html",
    "series/index.html",
    "subscribe/index.html",
    "tags/mail/index.html",
    "tags/index.html",
    "the-horse-not-the-rider/index.html",
    "余白を送る/index.html",
];

/// Runs axe and leaves in the page what it found: a line each, after one that says it is done.
const PROBE: &str = r#"<script>axe.run().then((found) => {
  const lines = found.violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.html}`));
  const report = document.createElement("pre");
  report.textContent = ["axe is done", ...lines, "end of axe"].join("\n");
  document.body.append(report);
});</script>"#;

/// A file of what `npm` installed, if it is there.
fn tool(path: &str) -> Option<PathBuf> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/tools/node_modules").join(path);
    has(path, file.is_file()).then_some(file)
}

fn has(name: &str, is_there: bool) -> bool {
    assert!(is_there || std::env::var_os("CI").is_none(), "{name} is not installed: on CI it must be");
    if !is_there {
        eprintln!("not checked with {name}: it is not installed");
    }
    is_there
}

fn runs(program: &str, version: &str) -> bool {
    let run = Command::new(program).arg(version).stdout(Stdio::null()).stderr(Stdio::null()).status();
    has(program, run.is_ok_and(|status| status.success()))
}

fn on_disk(tree: &Tree) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (path, text) in tree {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

/// What axe finds in the page `path` of the tree at `root`, in the dark or in the light.
fn violations(root: &Path, path: &str, axe: &Path, is_dark: bool) -> Vec<String> {
    let page = fs::read_to_string(root.join(path)).unwrap();
    // `404.html` names the style sheet by its whole address, and a browser without a network gets none.
    let page = page.replace("href=\"https://letters.example.org/assets/", "href=\"assets/");
    let probe = format!("<script src=\"file://{}\"></script>{PROBE}</body>", axe.display());
    let file = root.join(path).with_file_name(format!("probe-{is_dark}.html"));
    fs::write(&file, page.replace("</body>", &probe)).unwrap();
    let profile = TempDir::new().unwrap();
    let scheme = if is_dark { 0 } else { 1 };
    let run = Command::new("chromium")
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
            "--allow-file-access-from-files",
        ])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .arg(format!("--blink-settings=preferredColorScheme={scheme}"))
        .args(["--virtual-time-budget=30000", "--dump-dom"])
        .arg(format!("file://{}", file.display()))
        .output()
        .unwrap();
    let dom = String::from_utf8_lossy(&run.stdout);
    let report = dom.split_once("<pre>axe is done").and_then(|(_, rest)| rest.split_once("\nend of axe"));
    let (lines, _) = report.unwrap_or_else(|| panic!("{path}: axe said nothing: {dom}"));
    let shown = if is_dark { "dark" } else { "light" };
    lines.lines().filter(|line| !line.is_empty()).map(|line| format!("{path} ({shown}): {line}")).collect()
}

#[test]
fn no_page_violates_a_rule_of_axe_in_light_or_dark() {
    let (Some(axe), true) = (tool("axe-core/axe.min.js"), runs("chromium", "--version")) else { return };
    let root = on_disk(&sample());
    let both = thread::scope(|scope| {
        let runs = [false, true].map(|is_dark| {
            let (root, axe) = (root.path(), axe.as_path());
            scope.spawn(move || PAGES.map(|path| violations(root, path, axe, is_dark)).concat())
        });
        runs.map(|run| run.join().unwrap()).concat()
    });
    assert_eq!(both, Vec::<String>::new());
}

#[test]
fn the_validator_finds_no_error_on_any_page() {
    let (Some(jar), true) = (tool("vnu-jar/build/dist/vnu.jar"), runs("java", "-version")) else { return };
    let root = on_disk(&sample());
    let run = Command::new("java")
        .arg("-jar")
        .arg(jar)
        .args(["--skip-non-html", "--errors-only", "--format", "gnu"])
        .arg(root.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "{said}");
}
