//! Links between essays that lead nowhere: a finding each, with what was probably meant.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};

use percent_encoding::percent_decode_str;

use crate::post::crossings::{Crossing, To};
use crate::post::essay::Essay;
use crate::post::remarks::Flaw;
use crate::post::translations::nearest;
use crate::post::{Directory, Fault, Format, Post, is_reserved, markup, meanings};

/// What there is to lead to.
struct Ground<'a> {
    essays: HashMap<&'a Path, &'a Essay>,
    assets: &'a BTreeMap<PathBuf, u64>,
    directory: &'a Directory,
    shown_as: &'a Path,
    /// Paths of pages, without slashes around them.
    pages: HashSet<&'a str>,
    /// Places in the essays that were asked for.
    anchors: HashMap<&'a Path, Vec<String>>,
}

/// Findings about the links of `essays`, in their order.
pub(super) fn findings(
    essays: &[&Essay],
    assets: &BTreeMap<PathBuf, u64>,
    directory: &Directory,
    shown_as: &Path,
) -> Vec<Fault> {
    if essays.iter().all(|essay| essay.crossings.is_empty()) {
        return Vec::new();
    }
    let pages = essays.iter().flat_map(|essay| {
        let aliases = essay.post.aliases.iter().map(|alias| alias.trim_matches('/'));
        aliases.chain([essay.post.slug.as_str()])
    });
    let mut ground = Ground {
        essays: essays.iter().map(|essay| (essay.post.source.as_path(), *essay)).collect(),
        assets,
        directory,
        shown_as,
        pages: pages.collect(),
        anchors: HashMap::new(),
    };
    let mut findings = Vec::new();
    for essay in essays.iter().filter(|essay| essay.hold.is_none()) {
        for crossing in &essay.crossings {
            let flaw = ground.flaw(essay, crossing);
            findings.extend(flaw.map(|flaw| flaw.in_file(shown_as.join(&essay.post.source))));
        }
    }
    findings
}

impl<'a> Ground<'a> {
    fn flaw(&mut self, from: &Essay, crossing: &Crossing) -> Option<Flaw> {
        match &crossing.to {
            To::Path(href) => self.path(&from.post, href, crossing.line),
            To::Name(name) => self.name(name, crossing.line),
        }
    }

    fn path(&mut self, from: &Post, href: &str, line: usize) -> Option<Flaw> {
        let (path, fragment) = href.split_once('#').unwrap_or((href, ""));
        let path = path.split('?').next().unwrap_or(path);
        let is_file = |path: &PathBuf| self.assets.contains_key(path);
        // `#` and `?` may stand in the name of a file.
        if path != href && meanings(&from.source, href).iter().any(is_file) {
            return None;
        }
        let meant = meanings(&from.source, path);
        if let Some(essay) = meant.iter().find_map(|path| self.essays.get(path.as_path()).copied()) {
            return self.essay(essay, href, fragment, line);
        }
        if meant.iter().any(is_file) || self.is_page(from, path) {
            return None;
        }
        let flaw = Flaw::new(line, format!("`{href}`: expected a file beside the essay, found none"));
        Some(match self.nearest_file(meant.first()) {
            Some(file) => flaw.with_help(format!("did you mean {}?", self.shown_as.join(file).display())),
            None => flaw.with_help("write the path from the essay's folder, or `[[slug]]` for a post"),
        })
    }

    fn essay(&mut self, to: &'a Essay, href: &str, fragment: &str, line: usize) -> Option<Flaw> {
        if to.hold.is_some() {
            let shown = self.shown_as.join(&to.post.source);
            let what = format!("`{href}` leads to {}, which is not published yet", shown.display());
            return Some(Flaw::new(line, what));
        }
        let fragment = percent_decode_str(fragment).decode_utf8().ok()?;
        let is_ours = fragment.starts_with("fn") || fragment.is_empty();
        if is_ours || to.post.body.format == Format::Plain {
            return None;
        }
        let anchors = self.anchors.entry(&to.post.source);
        let anchors = anchors.or_insert_with(|| markup::anchors(&to.post.body.source()));
        if anchors.iter().any(|anchor| *anchor == fragment) {
            return None;
        }
        let shown = self.shown_as.join(&to.post.source);
        let what = format!("`{href}`: expected a heading `{fragment}` in {}, found none", shown.display());
        let flaw = Flaw::new(line, what);
        Some(match nearest(&fragment, anchors.iter().map(String::as_str)) {
            Some(anchor) => flaw.with_help(format!("did you mean `#{anchor}`?")),
            None => flaw,
        })
    }

    fn name(&mut self, name: &str, line: usize) -> Option<Flaw> {
        let (called, _) = name.split_once('#').unwrap_or((name, ""));
        if self.directory.find(called).is_some() {
            return None;
        }
        let what = format!("`[[{name}]]`: expected the slug of a published post, found `{called}`");
        let flaw = Flaw::new(line, what);
        Some(match self.directory.nearest(called) {
            Some(slug) => flaw.with_help(format!("did you mean `[[{slug}]]`?")),
            None => flaw.with_help("in code, put it between backticks"),
        })
    }

    /// Whether `path`, seen from the page of `from`, is a page or in a folder of the site's own.
    fn is_page(&self, from: &Post, path: &str) -> bool {
        let Ok(path) = percent_decode_str(path).decode_utf8() else { return false };
        let mut place: Vec<&str> = vec![from.slug.as_str()];
        for part in path.split('/') {
            match part {
                "" | "." => {}
                ".." => drop(place.pop()),
                part => place.push(part),
            }
        }
        let path = place.join("/");
        path.is_empty() || self.pages.contains(path.as_str()) || place.first().is_some_and(|p| is_reserved(p))
    }

    fn nearest_file(&self, meant: Option<&PathBuf>) -> Option<&str> {
        let essays = self.essays.keys().filter_map(|path| path.to_str());
        let assets = self.assets.keys().filter_map(|path| path.to_str());
        nearest(meant?.to_str()?, essays.chain(assets))
    }
}
