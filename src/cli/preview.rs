//! `preview`: the publication in a browser, anew whenever a file changes.

use std::net::{IpAddr, SocketAddr};
use std::sync::Mutex;
use std::time::Instant;

use jiff::civil::Time;
use serde_json::json;
use url::Url;

use super::args::PreviewArgs;
use super::build::{counted, watched};
use super::console::Report;
use super::desk::Desk;
use super::exit::{Exit, Failure};
use super::interrupt;
use super::publication::Publication;
use crate::post::{Fault, Hold, Unpublished};
use crate::site::{self, Artifact};
use crate::web::preview::{Listen, Mark, Marks, Preview, Tree};

/// Where the search for a free port begins.
const FIRST_PORT: u16 = 8000;

pub fn run(desk: &Desk, args: &PreviewArgs) -> Result<Report, Failure> {
    let home = desk.config()?.site()?.url;
    let (mut watch, waker) = watched(desk)?;
    let preview = Preview::start(listen(args.listen)?, &home)?;
    interrupt::ends(waker)?;
    desk.console.news(&format!("Preview at {} – Ctrl-C ends it.", preview.url()));
    let unpublished = if args.published { Unpublished::HeldBack } else { Unpublished::Shown };
    let mut known = Vec::new();
    let mut builds = 0;
    loop {
        builds += 1;
        show(desk, &preview, unpublished, &mut known);
        if !watch.sees_change() {
            break;
        }
    }
    Ok(Report::done("", json!({ "url": preview.url(), "builds": builds })))
}

/// Where to serve. Every address at once is none that links could name.
fn listen(address: Option<SocketAddr>) -> Result<Listen, Failure> {
    let is_any = |address: &SocketAddr| match address.ip() {
        IpAddr::V4(ip) => ip.is_unspecified(),
        IpAddr::V6(ip) => ip.is_unspecified(),
    };
    match address {
        Some(address) if is_any(&address) => {
            let what = format!("--listen {address}: expected one address of this machine, found all of them");
            Err(Failure::plain(Exit::Usage, what)
                .help("name the one that other machines know, such as 192.168.1.5:8000"))
        }
        Some(address) => Ok(Listen::At(address)),
        None => Ok(Listen::From(FIRST_PORT)),
    }
}

/// Builds and shows; what stands in the way is shown instead. `known` are findings that were told before.
fn show(desk: &Desk, preview: &Preview, unpublished: Unpublished, known: &mut Vec<Fault>) {
    let began = Instant::now();
    match tree(desk, preview.url(), unpublished) {
        Ok(Built { tree, posts, findings }) => {
            preview.show(tree);
            let posts = counted(posts, "post", "posts");
            desk.console.news(&format!("Built {posts} in {} ms.", began.elapsed().as_millis()));
            *known = desk.console.new_notes(findings, known);
        }
        Err(failure) => {
            preview.complain(failure.complaints());
            desk.console.trouble(&failure);
        }
    }
}

struct Built {
    tree: Tree,
    posts: usize,
    findings: Vec<Fault>,
}

/// The public tree as it is now, published at `url`.
fn tree(desk: &Desk, url: &Url, unpublished: Unpublished) -> Result<Built, Failure> {
    let mut publication = Publication::load_at(desk, desk.clock.now(), unpublished)?;
    publication.site.url = url.clone();
    let artifacts: Mutex<Vec<Artifact>> = Mutex::default();
    let cache = desk.cache();
    let pictures = publication.pictures(cache.as_ref());
    let report = site::build(&publication.source(cache.as_ref(), &pictures), &|artifact| {
        artifacts.lock().expect("taking an artifact does not panic").push(artifact);
        Ok(())
    })?;
    let artifacts = artifacts.into_inner().expect("taking an artifact does not panic");
    let mut tree = Tree::new(artifacts, marks(&publication));
    let folder = publication.config.posts_folder();
    for asset in &publication.posts.assets {
        let path = asset.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/");
        tree.copy(path, &folder.join(asset));
    }
    let oversizes = report.oversizes.iter().map(site::feed::Oversize::to_fault);
    let findings =
        publication.posts.findings.iter().cloned().chain(oversizes).chain(report.pictures).collect();
    Ok(Built { tree, posts: report.posts, findings })
}

/// The posts that only their author sees.
fn marks(publication: &Publication) -> Marks {
    let urls = publication.urls();
    let held = publication.posts.held.iter().filter_map(|held| {
        let post = publication.posts.published.iter().find(|post| post.source == held.source)?;
        let why = match &held.why {
            Hold::Draft => "draft".to_owned(),
            Hold::Until(date) if date.time() == Time::midnight() => format!("from {}", date.date()),
            Hold::Until(date) => format!("from {}", date.strftime("%Y-%m-%d %H:%M")),
        };
        Some(Mark { page: format!("{}/index.html", post.slug), url: urls.post(&post.slug).into(), why })
    });
    Marks(held.collect())
}
