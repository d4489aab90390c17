//! What two posts may not share: an id, a slug, an alias, a path the site needs itself.

use std::collections::HashMap;
use std::path::Path;

use unicode_normalization::UnicodeNormalization;

use crate::post::Fault;
use crate::post::alias::alias_file;
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

/// The folder of the web copies of issues, which a build leaves alone.
const COPIES: &str = "issues/";

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
        let mut first: HashMap<&str, &Essay> = HashMap::with_capacity(essays.len());
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
        let mut taken: HashMap<String, &Essay> = HashMap::with_capacity(essays.len());
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
                let flaw = Flaw::new(*line, format!("the alias `{alias}`"));
                self.take(&mut taken, essay, &place(alias), flaw);
            }
        }
        self.below_files(essays, &taken);
    }

    /// Aliases that want a folder where the page at another alias is a file.
    fn below_files(&mut self, essays: &[&Essay], taken: &HashMap<String, &Essay>) {
        for essay in essays {
            for (alias, line) in essay.post.aliases.iter().zip(&essay.alias_lines) {
                let key = folded(&place(alias));
                let above = key.match_indices('/').map(|(at, _)| &key[..at]).filter(|above| is_file(above));
                for other in above.filter_map(|above| taken.get(above)) {
                    let what = format!(
                        "the alias `{alias}` needs a folder where a page leads to {}",
                        self.shown(other)
                    );
                    self.note(essay, Flaw::new(*line, what).with_help("keep one of the two addresses"));
                }
            }
        }
    }

    /// `flaw` says whose path it is; what is wrong with it is added.
    fn take<'e>(&mut self, taken: &mut HashMap<String, &'e Essay>, essay: &'e Essay, path: &str, flaw: Flaw) {
        let key = folded(path);
        let wrong = if is_reserved(&key) || key.starts_with(COPIES) {
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

/// The page or the folder of a page that `alias` asks for.
fn place(alias: &str) -> String {
    let file = alias_file(alias).unwrap_or_default();
    file.strip_suffix("/index.html").map_or_else(|| file.clone(), str::to_owned)
}

/// Whether the page at `place` is a file of that name, and no folder.
fn is_file(place: &str) -> bool {
    alias_file(place).as_deref() == Some(place)
}

/// Paths equal after folding are one file on some file systems, and one address to a reader.
fn folded(path: &str) -> String {
    if path.is_ascii() {
        return path.to_ascii_lowercase();
    }
    path.nfc().collect::<String>().to_uppercase().to_lowercase().nfc().collect()
}
