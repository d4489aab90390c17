//! What a build of a thousand essays costs, by stage: `cargo bench --bench build`.
//!
//! The essays come from `scripts/corpus` and are kept in `target/tmp`. Figures and how to read them:
//! `docs/performance.md`.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use jiff::Timestamp;
use postrider::config::{Config, Environment};
use postrider::post::{MarkupSettings, Post, PostId, PostSettings, Posts};
use postrider::site::feed::{self, Catalogue, FeedFormat, Form, Forms, Pieces, Press};
use postrider::site::{self, SiteReport, SiteSettings, Source, Urls};
use postrider::template::Templates;
use tempfile::TempDir;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const POSTS: usize = 1000;

static PUBLICATION: LazyLock<Publication> = LazyLock::new(Publication::generated);

fn main() {
    divan::main();
}

/// A generated publication and what it is built with.
struct Publication {
    folder: PathBuf,
    post_settings: PostSettings,
    site_settings: SiteSettings,
    markup: MarkupSettings,
    templates: Templates,
    now: Timestamp,
}

impl Publication {
    fn generated() -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("corpus-{POSTS}"));
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/corpus");
        let made = Command::new(script).arg(POSTS.to_string()).arg(&folder).status();
        assert!(made.is_ok_and(|status| status.success()), "scripts/corpus runs where python3 is");
        let config =
            Config::load(&folder, &Environment::default()).expect("scripts/corpus writes a configuration");
        Self {
            post_settings: config.posts().expect("scripts/corpus writes good settings"),
            site_settings: config.site().expect("scripts/corpus writes good settings"),
            markup: config.markup(),
            templates: Templates::load(None).expect("the built-in templates are good"),
            now: "2026-11-01T00:00:00Z".parse().expect("an RFC 3339 time"),
            folder,
        }
    }

    fn posts_folder(&self) -> PathBuf {
        self.folder.join("posts")
    }

    fn load(&self) -> Posts {
        Posts::load(&self.posts_folder(), Path::new("posts"), &self.post_settings, self.now)
            .expect("scripts/corpus writes posts without faults")
    }

    fn publish(&self, posts: &Posts, out: &Path) -> SiteReport {
        let source = Source {
            posts,
            settings: &self.site_settings,
            templates: &self.templates,
            markup: &self.markup,
            cache: None,
            pictures: None,
            cards: None,
            has_records: false,
            program: None,
        };
        site::publish(&source, &self.posts_folder(), out).expect("a folder of its own can be written")
    }

    /// A folder on the disk that holds `target`, with a public tree in it.
    fn built(&self) -> TempDir {
        let out = fresh_folder();
        self.publish(&self.load(), out.path());
        out
    }
}

fn fresh_folder() -> TempDir {
    TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).expect("the target folder can be written")
}

/// Reading, front matter, survey.
#[divan::bench(sample_count = 10)]
fn load(bencher: Bencher<'_, '_>) {
    let publication = &*PUBLICATION;
    bencher.counter(ItemsCount::new(POSTS)).bench(|| publication.load());
}

/// Everything, into an empty folder.
#[divan::bench(sample_count = 10)]
fn cold_build(bencher: Bencher<'_, '_>) {
    let publication = &*PUBLICATION;
    bencher.counter(ItemsCount::new(POSTS)).with_inputs(fresh_folder).bench_values(|out| {
        let report = publication.publish(&publication.load(), out.path());
        assert_eq!(report.build.posts, POSTS);
        out
    });
}

/// Everything again, though nothing has changed.
#[divan::bench(sample_count = 10)]
fn unchanged_build(bencher: Bencher<'_, '_>) {
    let publication = &*PUBLICATION;
    let out = publication.built();
    bencher.counter(ItemsCount::new(POSTS)).bench_local(|| {
        let report = publication.publish(&publication.load(), out.path());
        assert_eq!(report.tree.written, 0);
    });
}

/// Everything again after a sentence was added to one essay.
#[divan::bench(sample_count = 10)]
fn one_changed_post(bencher: Bencher<'_, '_>) {
    let publication = &*PUBLICATION;
    let out = publication.built();
    let essay = publication.posts_folder().join("2026-10-31-letter-000001.md");
    let original = fs::read_to_string(&essay).expect("the newest essay is number 1");
    let mut changes = 0;
    bencher.counter(ItemsCount::new(POSTS)).bench_local(|| {
        changes += 1;
        fs::write(&essay, format!("{original}\nChange number {changes}.\n")).expect("essays can be written");
        let report = publication.publish(&publication.load(), out.path());
        assert!((1..60).contains(&report.tree.written), "{report:?}");
    });
    fs::write(&essay, original).expect("essays can be written");
}

/// Feeds of all scopes in all formats, their posts cut before.
#[divan::bench(sample_count = 10)]
fn feeds(bencher: Bencher<'_, '_>) {
    let publication = &*PUBLICATION;
    let posts = publication.load();
    let urls = Urls::new(&publication.site_settings.url, &posts);
    let catalogue = Catalogue::new(&posts, &publication.site_settings);
    let press = Press { posts: &posts, settings: &publication.site_settings, urls: &urls };
    let forms = forms(&catalogue);
    let cut = |post: &Post| {
        let essay = post.render_portable(&urls, &publication.markup);
        Pieces::cut(post, &essay, forms, &press).expect("samples can stand in feeds")
    };
    let pieces: HashMap<PostId, Pieces> =
        posts.published.iter().map(|post| (post.id.clone(), cut(post))).collect();
    bencher.bench_local(|| {
        for sheet in catalogue.sheets() {
            for blank in feed::blanks(sheet, &press).expect("frames are well-formed") {
                let form = blank.form();
                let pieces = sheet.posts().iter().map(|post| pieces[&post.id].get(form));
                black_box(blank.filled(pieces.map(|piece| piece.expect("cut in every form"))));
            }
        }
    });
}

/// Those in which feeds of `catalogue` carry posts.
fn forms(catalogue: &Catalogue<'_>) -> Forms {
    let mut forms = Forms::default();
    for edition in catalogue.editions() {
        let form = |format: &FeedFormat| Form { format: *format, content: edition.content };
        edition.formats.iter().map(form).for_each(|form| forms.insert(form));
    }
    forms
}

/// One post in every form, its essay rendered before.
#[divan::bench(sample_count = 100)]
fn cut(bencher: Bencher<'_, '_>) {
    let publication = &*PUBLICATION;
    let posts = publication.load();
    let urls = Urls::new(&publication.site_settings.url, &posts);
    let catalogue = Catalogue::new(&posts, &publication.site_settings);
    let press = Press { posts: &posts, settings: &publication.site_settings, urls: &urls };
    let post = &posts.published[0];
    let essay = post.render_portable(&urls, &publication.markup);
    bencher.bench_local(|| Pieces::cut(post, &essay, forms(&catalogue), &press));
}
