//! `preview`: the publication in a browser, anew whenever a file changes.

use std::collections::HashSet;
use std::net::{IpAddr, SocketAddr};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Instant;

use jiff::civil::Time;
use rayon::{ThreadPool, ThreadPoolBuilder};
use serde_json::json;

use super::args::PreviewArgs;
use super::build::{counted, watched};
use super::console::Report;
use super::desk::Desk;
use super::exit::{Exit, Failure};
use super::interrupt;
use super::publication::Publication;
use crate::post::{Fault, Hold, Readings, Unpublished};
use crate::site::{self, Artifact, SiteError, Source, TreeError};
use crate::web::preview::{Listen, Mark, Marks, NextTree, Preview, Tree};

/// Where the search for a free port begins.
const FIRST_PORT: u16 = 8000;

pub fn run(desk: &Desk, args: &PreviewArgs) -> Result<Report, Failure> {
    let home = desk.config()?.site()?.url;
    let (mut watch, waker) = watched(desk)?;
    let preview = Preview::start(listen(args.listen)?, &home)?;
    interrupt::ends(waker)?;
    desk.console.news(&format!("Preview at {} – Ctrl-C ends it.", preview.url()));
    let unpublished = if args.published { Unpublished::HeldBack } else { Unpublished::Shown };
    // Threads of its own: in a shared pool, a page would wait for the whole build before it.
    let builders = ThreadPoolBuilder::new().build().map_err(|error| Failure::new(Exit::Operator, &error))?;
    let screen = Screen { desk, preview, unpublished, newest: AtomicU64::new(0) };
    let (queue, rounds) = channel();
    std::thread::scope(|scope| {
        let screen = &screen;
        scope.spawn(move || screen.build_all(&rounds, &builders));
        let (queue, mut readings) = (queue, Readings::default());
        while screen.look(&queue, &mut readings) && watch.sees_change() {}
    });
    Ok(Report::done("", json!({ "url": screen.preview.url(), "rounds": screen.newest.into_inner() })))
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

/// What is shown, from two threads: one reads and shows the pages that are open, the other builds the rest after it.
struct Screen<'a> {
    desk: &'a Desk,
    preview: Preview,
    unpublished: Unpublished,
    /// Number of the newest round: what an older one comes to is out of date.
    newest: AtomicU64,
}

/// The publication after a change.
struct Round {
    number: u64,
    began: Instant,
    publication: Publication,
}

struct Built {
    tree: Tree,
    posts: usize,
    findings: Vec<Fault>,
}

impl Screen<'_> {
    /// Reads the publication, shows the pages that are open, leaves the rest to who builds all; false if nobody does.
    fn look(&self, queue: &Sender<Round>, readings: &mut Readings) -> bool {
        let number = self.newest.fetch_add(1, Ordering::SeqCst) + 1;
        let began = Instant::now();
        let read = Publication::load_again(self.desk, self.unpublished, readings);
        let seen = read.and_then(|mut publication| {
            publication.site.url = self.preview.url().clone();
            self.glance(&publication)?;
            Ok(publication)
        });
        match seen {
            Ok(publication) => queue.send(Round { number, began, publication }).is_ok(),
            Err(failure) => {
                self.complain(&failure);
                true
            }
        }
    }

    /// Shows the pages that are open, if there is a tree already.
    fn glance(&self, publication: &Publication) -> Result<(), Failure> {
        let pages = self.preview.open_pages();
        if !pages.is_empty() {
            let cache = self.desk.cache();
            let pictures = publication.pictures(cache.as_ref());
            let cards = publication.cards(cache.as_ref())?;
            let source = publication.source(cache.as_ref(), &pictures, cards.as_ref());
            self.preview.patch(glimpsed(&source, &pages)?);
        }
        Ok(())
    }

    /// Builds the newest of `rounds` again and again, until there are no more.
    fn build_all(&self, rounds: &Receiver<Round>, builders: &ThreadPool) {
        let mut known = Vec::new();
        while let Ok(first) = rounds.recv() {
            let round = rounds.try_iter().last().unwrap_or(first);
            let built = builders.install(|| built(self.desk, &round.publication, self.preview.next_tree()));
            if self.newest.load(Ordering::SeqCst) != round.number {
                continue;
            }
            match built {
                Ok(Built { tree, posts, findings }) => {
                    self.preview.show(tree);
                    let (posts, took) = (counted(posts, "post", "posts"), round.began.elapsed());
                    self.desk.console.news(&format!("Built {posts} in {} ms.", took.as_millis()));
                    known = self.desk.console.new_notes(findings, &known);
                }
                Err(failure) => self.complain(&failure),
            }
        }
    }

    fn complain(&self, failure: &Failure) {
        self.preview.complain(failure.complaints());
        self.desk.console.trouble(failure);
    }
}

/// The pages at `paths`, and what they show of pictures and style.
fn glimpsed(source: &Source<'_>, paths: &HashSet<String>) -> Result<Vec<Artifact>, SiteError> {
    let artifacts: Mutex<Vec<Artifact>> = Mutex::default();
    let take = |artifact| -> Result<(), TreeError> {
        artifacts.lock().expect("taking an artifact does not panic").push(artifact);
        Ok(())
    };
    site::glance(source, paths, &take)?;
    Ok(artifacts.into_inner().expect("taking an artifact does not panic"))
}

/// The public tree of `publication`.
fn built(desk: &Desk, publication: &Publication, tree: NextTree) -> Result<Built, Failure> {
    let cache = desk.cache();
    let pictures = publication.pictures(cache.as_ref());
    let cards = publication.cards(cache.as_ref())?;
    let source = publication.source(cache.as_ref(), &pictures, cards.as_ref());
    let report = site::build(&source, &tree)?;
    let folder = publication.config.posts_folder();
    for asset in &publication.posts.assets {
        let path = asset.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/");
        tree.copy(path, &folder.join(asset));
    }
    let oversizes = report.oversizes.iter().map(site::feed::Oversize::to_fault);
    let findings =
        publication.posts.findings.iter().cloned().chain(oversizes).chain(report.pictures).collect();
    Ok(Built { tree: tree.finish(marks(publication)), posts: report.posts, findings })
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
