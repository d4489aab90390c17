//! What the targets share: a publication, and how a stranger looks at HTML and XML.

pub mod html;
pub mod strict;

use std::path::Path;
use std::sync::LazyLock;

use jiff::Timestamp;
use postrider::config::{Config, Environment};
use postrider::post::{LoadError, MarkupSettings, PostSettings, Posts};
use postrider::site::{SiteSettings, Urls};
use postrider::template::Templates;

/// Everything an essay is read, rendered and published with.
pub struct Desk {
    pub posts: PostSettings,
    pub site: SiteSettings,
    pub templates: Templates,
    pub markup: MarkupSettings,
    pub now: Timestamp,
}

const CONFIG: &str = "[publication]\nurl = \"https://letters.example/a/\"\ntitle = \"Letters\"\nlanguage = \"en\"\n\
    time_zone = \"Europe/Berlin\"\nauthor = \"Ada\"\n";

pub static DESK: LazyLock<Desk> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("there is a folder for temporary files");
    std::fs::write(folder.path().join("config.toml"), CONFIG).expect("a file can be written");
    let config = Config::load(folder.path(), &Environment::default()).expect("the configuration is right");
    Desk {
        posts: config.posts().expect("the publication is described"),
        site: config.site().expect("the publication is described"),
        templates: Templates::load(None).expect("the templates are right"),
        markup: config.markup(),
        now: "2026-12-01T00:00:00Z".parse().expect("a time"),
    }
});

/// What the file at `path` below the posts folder comes to.
///
/// # Errors
///
/// If the post has faults.
pub fn read(path: &str, octets: &[u8]) -> Result<Posts, LoadError> {
    Posts::of_file(Path::new(path), octets, &DESK.posts, DESK.now)
}

/// The addresses of a publication of these posts.
pub fn urls(posts: &Posts) -> Urls {
    Urls::new(&DESK.site.url, posts)
}

/// Whether XML 1.0 §2.2 allows `c`.
pub fn is_xml_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}
