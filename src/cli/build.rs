//! `build`: essays become the public tree. No database, no network.

use std::path::Path;

use serde_json::{Value, json};

use super::args::BuildArgs;
use super::console::Report;
use super::desk::Desk;
use super::exit::{Exit, Failure};
use super::publication::Publication;
use crate::post::Fault;
use crate::site::feed::Oversize;
use crate::site::{self, SiteError, SiteReport, Source};

pub fn run(desk: &Desk, args: &BuildArgs) -> Result<Report, Failure> {
    let publication = Publication::load(desk)?;
    let report = build(desk, &publication, args)?;
    let text = format!("{}\n", summary(&report, &args.out));
    let json = to_json(&report, &args.out);
    Ok(Report::done(text, json).with_findings(findings(&publication, &report)))
}

/// Writes the public tree.
pub fn build(desk: &Desk, publication: &Publication, args: &BuildArgs) -> Result<SiteReport, Failure> {
    let source = Source {
        posts: &publication.posts,
        settings: &publication.site,
        templates: &publication.templates,
        markup: &publication.markup,
    };
    Ok(site::publish(&source, &publication.config.posts_folder(), &desk.from_root(&args.out))?)
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

/// What deserves a word about posts and feeds.
pub fn findings(publication: &Publication, report: &SiteReport) -> Vec<Fault> {
    let oversizes = report.build.oversizes.iter().map(Oversize::to_fault);
    publication.posts.findings.iter().cloned().chain(oversizes).collect()
}

/// `1 post`, `2 posts`.
pub fn counted(count: usize, one: &str, many: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {many}") }
}

impl From<SiteError> for Failure {
    fn from(error: SiteError) -> Self {
        match &error {
            SiteError::Template(_)
            | SiteError::Slug { .. }
            | SiteError::Alias { .. }
            | SiteError::Feed(_) => Self::new(Exit::Findings, &error),
            SiteError::Xml(_) => Self::new(Exit::Bug, &error),
            SiteError::Tree(_) => Self::new(Exit::Operator, &error),
        }
    }
}
