//! What a browser and a validator say of every sort of page: no violation of a rule of axe in light or dark, nothing that
//! moves while a page loads or is wider than the window, no request to another host, no error by the rules of the Nu validator.
//!
//! `scripts/test` installs Chromium and Java, and axe-core and the validator below `target/tools`. Where one is missing
//! the test says so and checks nothing; with `CI` set that is a failure.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use tempfile::TempDir;

use crate::newsboat::Server;
use crate::publication::{rich_folder, sample_folder};

/// A page of each sort, of the sample and of a publication that uses every field.
const SAMPLE: [&str; 16] = [
    "",
    "404.html",
    "authors/",
    "conditional-politeness/",
    "how-late-is-a-weekly-letter/",
    "languages/ja/",
    "page/2/",
    "search/",
    "search/?q=letter",
    "search/?q=余白",
    "series/how-letters-travel/",
    "series/",
    "subscribe/",
    "tags/mail/",
    "the-horse-not-the-rider/",
    "讓門開著/",
];
const RICH: [&str; 7] = ["2019/paper/", "many/", "on-maps/", "on-maps-de/", "page/5/", "tags/", "on-paper/"];

const HOME: &str = "https://letters.example.org/";

/// Leaves in the page what is wrong with it, a line each, between two that say that all has been looked at.
const PROBE: &str = r##"<script>
const lines = [];
const shifts = [];
// The buttons that a browser draws in its own player have no node of the page; nothing around them moves.
const moved = (entry) => entry.sources.filter(({ node }) => node).map(({ node }) => node.nodeName).join(", ");
// Less than a thousandth is a line that is rounded to another pixel while the rest of the page arrives.
const isSeen = (entry) => entry.value >= 0.001 && moved(entry);
new PerformanceObserver((list) => list.getEntries().filter(isSeen).forEach((entry) => shifts.push(`${entry.value}: ${moved(entry)}`)))
  .observe({ type: "layout-shift", buffered: true });
addEventListener("load", () => setTimeout(async () => {
  lines.push(...shifts.map((shift) => `what is shown moves: ${shift}`));
  if (document.documentElement.scrollWidth > innerWidth) lines.push("wider than the window");
  if (location.search && !document.querySelector("#results > li")) lines.push("nothing is found");
  for (const { name } of performance.getEntriesByType("resource")) {
    if (new URL(name).host !== location.host) lines.push(`asks for ${name}`);
  }
  const script = document.createElement("script");
  script.src = "/axe.js";
  document.head.append(script);
  await new Promise((done) => { script.onload = done; });
  const found = await axe.run();
  lines.push(...found.violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.html}`)));
  const report = document.createElement("pre");
  report.textContent = ["all is looked at", ...lines, "that is all"].join("\n");
  document.body.append(report);
}, 1000));
</script>"##;

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

/// A server of the tree in `public`, whose pages lead to itself and tell what is wrong with them.
fn serve(public: PathBuf, axe: PathBuf) -> Server {
    Server::start(move |address| {
        move |target| {
            let path = percent_encoding::percent_decode_str(target.split('?').next()?).decode_utf8().ok()?;
            let file = match path.trim_start_matches('/') {
                "axe.js" => axe.clone(),
                folder if folder.is_empty() || folder.ends_with('/') => {
                    public.join(folder).join("index.html")
                }
                file => public.join(file),
            };
            let octets = fs::read(&file).ok()?;
            let is_page = file.extension().is_some_and(|kind| kind == "html");
            Some(if is_page { probed(&String::from_utf8(octets).ok()?, address).into() } else { octets })
        }
    })
}

fn probed(page: &str, address: SocketAddr) -> String {
    let page = page.replace(HOME, &format!("http://{address}/"));
    // A page that leads on is looked at, not left.
    let page = page.replace("http-equiv=\"refresh\"", "name=\"refresh\"");
    page.replace("</head>", &format!("{PROBE}</head>"))
}

/// What is wrong with the page at `path`, in the dark on a narrow window or in the light on a wide one.
fn faults(server: &Server, path: &str, is_dark: bool) -> Vec<String> {
    let profile = TempDir::new().unwrap();
    let (scheme, size) = if is_dark { (0, "500,900") } else { (1, "1280,900") };
    let run = Command::new("chromium")
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
            "--virtual-time-budget=30000",
        ])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .arg(format!("--blink-settings=preferredColorScheme={scheme}"))
        .arg(format!("--window-size={size}"))
        .args(["--dump-dom", &format!("http://{}/{path}", server.address)])
        .output()
        .unwrap();
    let dom = String::from_utf8_lossy(&run.stdout);
    let report =
        dom.split_once("<pre>all is looked at").and_then(|(_, rest)| rest.split_once("\nthat is all"));
    let (lines, _) = report.unwrap_or_else(|| panic!("{path}: nothing was looked at: {dom}"));
    let shown = if is_dark { "dark" } else { "light" };
    lines.lines().filter(|line| !line.is_empty()).map(|line| format!("{path} ({shown}): {line}")).collect()
}

#[test]
fn no_page_violates_a_rule_of_axe_moves_while_it_loads_or_asks_another_host_for_anything() {
    let (Some(axe), true) = (tool("axe-core/axe.min.js"), runs("chromium", "--version")) else { return };
    let publications = [sample_folder(), rich_folder(&[])];
    let [sample, rich] = publications.each_ref().map(|folder| folder.path().join("public"));
    let copy = fs::read_dir(sample.join("issues")).unwrap().next().unwrap().unwrap().file_name();
    let copy = format!("issues/{}/", copy.to_str().unwrap());
    let servers = [serve(sample, axe.clone()), serve(rich, axe)];
    let pages = SAMPLE.into_iter().chain([copy.as_str()]).map(|path| (&servers[0], path));
    let pages: Vec<_> = pages.chain(RICH.map(|path| (&servers[1], path))).collect();
    let both = thread::scope(|scope| {
        let look =
            |is_dark| pages.iter().flat_map(move |(server, path)| faults(server, path, is_dark)).collect();
        let runs = [false, true].map(|is_dark| scope.spawn(move || -> Vec<String> { look(is_dark) }));
        runs.map(|run| run.join().unwrap()).concat()
    });
    assert_eq!(both, Vec::<String>::new());
}

#[test]
fn the_validator_finds_no_error_on_any_page() {
    let (Some(jar), true) = (tool("vnu-jar/build/dist/vnu.jar"), runs("java", "-version")) else { return };
    let publications = [sample_folder(), rich_folder(&[])];
    let public = publications.each_ref().map(|folder| folder.path().join("public"));
    let has = |at: usize, path: &str| assert!(public[at].join(path).exists(), "no {path} to be looked at");
    [(0, "issues"), (0, "404.html"), (1, "2019/paper/index.html")]
        .iter()
        .for_each(|(at, path)| has(*at, path));
    let run = Command::new("java")
        .arg("-jar")
        .arg(jar)
        .args(["--skip-non-html", "--errors-only", "--format", "gnu"])
        .args(&public)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "{said}");
}
