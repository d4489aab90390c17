//! What two posts may not share: an id, a slug, an alias, a path the site needs itself.

use std::collections::HashMap;
use std::path::Path;

use unicode_normalization::UnicodeNormalization;

use crate::post::Fault;
use crate::post::essay::Essay;
use crate::post::remarks::Flaw;

/// Names at the top of the public tree that are not posts.
const RESERVED: &[&str] = &[
    "tags",
    "authors",
    "languages",
    "series",
    "search",
    "issues",
    "assets",
    "page",
    "feeds",
    "subscribe",
    "index",
    "atom.xml",
    "rss.xml",
    "feed.json",
    "sitemap.xml",
    "robots.txt",
    "404.html",
    "feeds.opml",
    "index.html",
];

/// Whether no post can have `path` below the public tree's root, because the site needs it itself.
pub fn is_reserved(path: &str) -> bool {
    RESERVED.contains(&path)
}

/// Every clash among `essays`, told at the later file and naming the earlier one.
pub(super) fn faults(essays: &[&Essay], shown_as: &Path) -> Vec<Fault> {
    let mut clashes = Clashes { shown_as, faults: Vec::new() };
    clashes.ids(essays);
    clashes.paths(essays);
    clashes.faults
}

struct Clashes<'a> {
    shown_as: &'a Path,
    faults: Vec<Fault>,
}

impl Clashes<'_> {
    fn ids(&mut self, essays: &[&Essay]) {
        let mut first: HashMap<&str, &Essay> = HashMap::new();
        for essay in essays {
            let id = essay.post.id.as_str();
            match first.get(id) {
                Some(other) => {
                    let what = format!("the id `{id}` is that of {}", self.shown(other));
                    self.note(
                        essay,
                        Flaw::new(essay.id_line, what).with_help("every post needs an id of its own"),
                    );
                }
                None => {
                    first.insert(id, essay);
                }
            }
        }
    }

    /// Slugs first, so that an alias is what has to give way.
    fn paths(&mut self, essays: &[&Essay]) {
        let mut taken: HashMap<String, &Essay> = HashMap::new();
        for essay in essays {
            let slug = essay.post.slug.as_str();
            let help = "add a `slug` of its own, or rename the file";
            self.take(
                &mut taken,
                essay,
                slug,
                Flaw::new(essay.slug_line, format!("the slug `{slug}`")).with_help(help),
            );
        }
        for essay in essays {
            for (alias, line) in essay.post.aliases.iter().zip(&essay.alias_lines) {
                let path = alias.trim_matches('/').trim_end_matches("/index.html");
                self.take(&mut taken, essay, path, Flaw::new(*line, format!("the alias `{alias}`")));
            }
        }
    }

    /// `flaw` says whose path it is; what is wrong with it is added.
    fn take<'e>(&mut self, taken: &mut HashMap<String, &'e Essay>, essay: &'e Essay, path: &str, flaw: Flaw) {
        let key = folded(path);
        let wrong = if is_reserved(&key) {
            "is a name the site needs itself".to_owned()
        } else if let Some(other) = taken.get(&key) {
            format!("leads to {}", self.shown(other))
        } else {
            taken.insert(key, essay);
            return;
        };
        self.note(essay, Flaw { what: format!("{} {wrong}", flaw.what), ..flaw });
    }

    fn shown(&self, essay: &Essay) -> String {
        self.shown_as.join(&essay.post.source).display().to_string()
    }

    fn note(&mut self, essay: &Essay, flaw: Flaw) {
        self.faults.push(flaw.in_file(self.shown_as.join(&essay.post.source)));
    }
}

/// Paths equal after folding are one file on some file systems, and one address to a reader.
fn folded(path: &str) -> String {
    if path.is_ascii() {
        return path.to_ascii_lowercase();
    }
    path.nfc().collect::<String>().to_uppercase().to_lowercase().nfc().collect()
}
