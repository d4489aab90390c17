//! `build`: essays become the public tree. No database, no network.

use std::mem;
use std::path::{Path, PathBuf};
use std::time::Instant;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::args::{BuildArgs, BuildVerbArgs};
use super::console::Report;
use super::desk::{Desk, program};
use super::exit::{Exit, Failure};
use super::interrupt;
use super::publication::Publication;
use crate::config::FILE_NAME;
use crate::post::{Fault, Readings, Records, Unpublished};
use crate::site::feed::Oversize;
use crate::site::{self, SiteError, SiteReport, Source, TreeWriter};
use crate::watch::{Waker, Watch, WatchError};

/// The shelf of what essays were read as.
const RECORDS: &str = "records-2";

pub fn run(desk: &Desk, args: &BuildVerbArgs) -> Result<Report, Failure> {
    refuse_the_publication_itself(desk, &args.tree.out)?;
    end_what_was_begun(desk, &args.tree.out);
    if args.watch { keep_building(desk, &args.tree) } else { run_once(desk, &args.tree) }
}

/// A killed run may have left the tree half in place. That is put right before anything else, for what comes may fail.
pub fn end_what_was_begun(desk: &Desk, out: &Path) {
    TreeWriter::end_what_was_begun(&desk.below_root(out));
}

fn run_once(desk: &Desk, args: &BuildArgs) -> Result<Report, Failure> {
    // First, for where there is no publication, nothing is made.
    let config = desk.config()?;
    let cache = if args.no_cache { None } else { desk.cache() };
    let shelf = cache.as_ref().and_then(|cache| cache.shelf(RECORDS).ok());
    // Not the time that `--now` pretends: it is compared with the times of files.
    let records = shelf.as_ref().zip(program());
    let mut records =
        records.map(|(shelf, program)| Records::open(shelf, &program.to_string(), Timestamp::now()));
    let publication = match &mut records {
        Some(records) => Publication::load_kept(config, records, desk.now())?,
        None => Publication::load(desk)?,
    };
    let report = build_with(desk, &publication, args, records.is_some())?;
    if let Some(records) = records {
        records.keep(&publication.posts);
    }
    let text = format!("{}\n", summary(&report, &args.out));
    let json = to_json(&report, &args.out);
    let findings = findings(&publication, &report);
    // The program ends, and its memory goes at once: to free essays one by one is work for nobody.
    mem::forget(publication);
    Ok(Report::done(text, json).with_findings(findings))
}

/// Builds whenever something changes, until it is told to end.
fn keep_building(desk: &Desk, args: &BuildArgs) -> Result<Report, Failure> {
    let (mut watch, waker) = watched(desk)?;
    interrupt::ends(waker)?;
    let (mut known, mut readings) = (Vec::new(), Readings::default());
    let mut builds = 0;
    loop {
        builds += 1;
        match build_again(desk, args, &mut readings) {
            Ok((line, findings)) => {
                desk.console.news(&line);
                known = desk.console.new_notes(findings, &known);
            }
            Err(failure) => desk.console.trouble(&failure),
        }
        if !watch.sees_change() {
            return Ok(Report::done("", json!({ "out": args.out, "builds": builds })));
        }
    }
}

/// Builds the publication as it is now; gives a line on it, and what deserves a word.
fn build_again(
    desk: &Desk,
    args: &BuildArgs,
    readings: &mut Readings,
) -> Result<(String, Vec<Fault>), Failure> {
    let began = Instant::now();
    let publication = Publication::load_again(desk, Unpublished::HeldBack, readings)?;
    let report = build(desk, &publication, args)?;
    let line = format!("{} {} ms.", summary(&report, &args.out), began.elapsed().as_millis());
    Ok((line, findings(&publication, &report)))
}

/// Writes the public tree.
pub fn build(desk: &Desk, publication: &Publication, args: &BuildArgs) -> Result<SiteReport, Failure> {
    build_with(desk, publication, args, false)
}

fn build_with(
    desk: &Desk,
    publication: &Publication,
    args: &BuildArgs,
    has_records: bool,
) -> Result<SiteReport, Failure> {
    let cache = if args.no_cache { None } else { desk.cache() };
    let pictures = publication.pictures(cache.as_ref());
    let cards = publication.cards(cache.as_ref())?;
    let source = publication.source(cache.as_ref(), &pictures, cards.as_ref());
    let source = Source { has_records, ..source };
    Ok(site::publish(&source, &publication.config.posts_folder(), &desk.below_root(&args.out))?)
}

/// Sees changes of what the publication is made from.
pub fn watched(desk: &Desk) -> Result<(Watch, Waker), Failure> {
    Ok(Watch::over(&desk.global.root, FILE_NAME, &["posts", "templates"])?)
}

/// The public tree replaces what it wrote before, so it needs a folder in which nothing else is kept.
pub fn refuse_the_publication_itself(desk: &Desk, out: &Path) -> Result<(), Failure> {
    let real = |path: &Path| path.canonicalize().ok();
    let out_path = desk.below_root(out);
    // A folder that is not there yet will lie in the nearest one that is.
    let Some(found) = out_path.ancestors().find_map(real) else { return Ok(()) };
    let is_inside = |kept: PathBuf| found.starts_with(kept);
    let holds = |kept: PathBuf| out_path.exists() && kept.starts_with(&found);
    let inputs = ["posts", "templates"].map(|name| real(&desk.below_root(Path::new(name))));
    let is_in_use = inputs.into_iter().flatten().any(is_inside)
        || real(&desk.below_root(Path::new(FILE_NAME))).is_some_and(holds);
    match is_in_use {
        true => Err(Failure::plain(
            Exit::Usage,
            format!(
                "--out {}: expected a folder of its own, found one with the publication in it",
                out.display()
            ),
        )
        .help("name a folder for the public tree alone, such as public")),
        false => Ok(()),
    }
}

/// One line for people.
pub fn summary(report: &SiteReport, out: &Path) -> String {
    let (build, tree) = (&report.build, &report.tree);
    let posts = counted(build.posts, "post", "posts");
    let feeds = counted(build.feeds, "feed file", "feed files");
    let changes = match (tree.written, tree.removed) {
        (0, 0) => "nothing changed".to_owned(),
        (written, 0) => format!("{written} written, {} as they were", tree.unchanged),
        (written, removed) => {
            format!("{written} written, {removed} removed, {} as they were", tree.unchanged)
        }
    };
    format!("Built {posts} and {feeds} into {}: {changes}.", out.display())
}

/// The same for machines.
pub fn to_json(report: &SiteReport, out: &Path) -> Value {
    json!({
        "out": out,
        "posts": report.build.posts,
        "feeds": report.build.feeds,
        "written": report.tree.written,
        "removed": report.tree.removed,
        "unchanged": report.tree.unchanged,
    })
}

/// What deserves a word about posts, feeds and pictures.
pub fn findings(publication: &Publication, report: &SiteReport) -> Vec<Fault> {
    let oversizes = report.build.oversizes.iter().map(Oversize::to_fault);
    let pictures = report.build.pictures.iter().cloned();
    let idle = publication.config.idle_filters(&publication.posts);
    let idle = idle.into_iter().chain(publication.config.missing_pictures(&publication.posts));
    let amiss = report.amiss.iter().cloned();
    let posts = publication.posts.findings.iter().cloned();
    posts.chain(idle).chain(oversizes).chain(pictures).chain(amiss).collect()
}

/// `1 post`, `2 posts`.
pub fn counted(count: usize, one: &str, many: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {many}") }
}

impl From<WatchError> for Failure {
    fn from(error: WatchError) -> Self {
        Self::new(Exit::Operator, &error).help(
            "on Linux, `fs.inotify.max_user_watches` may be too low; without watching, run `postrider build`",
        )
    }
}

impl From<SiteError> for Failure {
    fn from(error: SiteError) -> Self {
        match &error {
            SiteError::Template(_)
            | SiteError::Slug { .. }
            | SiteError::Alias { .. }
            | SiteError::Taken { .. } => Self::new(Exit::Findings, &error),
            SiteError::Feed(feed) => {
                let failure = Self::new(Exit::Findings, &error);
                match feed.help() {
                    Some(help) => failure.help(help),
                    None => failure,
                }
            }
            SiteError::Changed { .. } => Self::new(Exit::TryAgain, &error),
            SiteError::Xml(_) => Self::new(Exit::Bug, &error),
            SiteError::Tree(_) => Self::new(Exit::Operator, &error),
        }
    }
}
