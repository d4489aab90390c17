//! Which posts are one essay in several languages.
//!
//! A file says so by its name (`on-maps.ja.md` beside `on-maps.md`), by `translation_of`, which names the
//! original's id, slug or alias, or, as in Hugo, by a `translationKey` it shares. All three may be mixed.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::post::essay::Essay;
use crate::post::fields::At;
use crate::post::remarks::Flaw;
use crate::post::{Fault, Post, PostId, file_name};
use crate::words::Lang;

/// What a post says of its kin.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Kin {
    /// Id, slug or alias of the original.
    pub of: Option<At<String>>,
    /// What all posts of a set have in common.
    pub key: Option<String>,
}

/// The sets of posts that are one essay in several languages.
#[derive(Clone, Debug, Default)]
pub struct Translations {
    /// Places in the list of published posts: the original first, the others by language.
    sets: Vec<Vec<usize>>,
    /// The set of a post that is in one.
    set_of: HashMap<PostId, usize>,
}

impl Translations {
    /// `sets` hold ids of posts; what is not among `published` is not out and left aside.
    pub(crate) fn new(sets: Vec<Vec<PostId>>, published: &[Post]) -> Self {
        let mut translations = Self::default();
        if sets.is_empty() {
            return translations;
        }
        let places: HashMap<&PostId, usize> =
            published.iter().enumerate().map(|(at, post)| (&post.id, at)).collect();
        for ids in sets {
            let set: Vec<usize> = ids.iter().filter_map(|id| places.get(id).copied()).collect();
            if set.len() < 2 {
                continue;
            }
            let number = translations.sets.len();
            translations.set_of.extend(set.iter().map(|at| (published[*at].id.clone(), number)));
            translations.sets.push(set);
        }
        translations
    }

    /// Places of all posts that are the same essay as `id`, that post among them; empty where it stands alone.
    pub(super) fn set(&self, id: &PostId) -> &[usize] {
        self.set_of.get(id).map_or(&[], |number| &self.sets[*number])
    }
}

/// Sets of two posts or more, each with its original first, or what is impossible in them.
pub(super) fn sets(essays: &[&Essay], shown_as: &Path) -> Result<Vec<Vec<PostId>>, Vec<Fault>> {
    let mut families = Families::new(essays.len());
    families.by_file_name(essays);
    families.by_key(essays);
    let mut faults = families.by_name(essays, shown_as);
    let sets = families.into_sets(essays);
    faults.extend(sets.iter().flat_map(|set| same_language(essays, set, shown_as)));
    if faults.is_empty() {
        let ids = |set: &Vec<usize>| set.iter().map(|at| essays[*at].post.id.clone()).collect();
        Ok(sets.iter().map(ids).collect())
    } else {
        Err(faults)
    }
}

/// Places of essays, each pointing towards the original of its set.
struct Families {
    towards: Vec<usize>,
}

impl Families {
    fn new(essays: usize) -> Self {
        Self { towards: (0..essays).collect() }
    }

    /// The original of the set `at` is in. Ways that were walked become short.
    fn original(&mut self, mut at: usize) -> usize {
        while self.towards[at] != at {
            self.towards[at] = self.towards[self.towards[at]];
            at = self.towards[at];
        }
        at
    }

    fn join(&mut self, translation: usize, original: usize) {
        let (from, to) = (self.original(translation), self.original(original));
        self.towards[from] = to;
    }

    /// Files whose names differ in nothing but the language.
    fn by_file_name(&mut self, essays: &[&Essay]) {
        let mut translations: BTreeMap<PathBuf, Vec<usize>> = BTreeMap::new();
        for (at, essay) in essays.iter().enumerate() {
            if let Some(stem) = file_name::untranslated(&essay.post.source) {
                translations.entry(stem).or_default().push(at);
            }
        }
        if translations.is_empty() {
            return;
        }
        for (at, essay) in essays.iter().enumerate() {
            if let Some(named) = translations.get(&essay.post.source.with_extension("")) {
                named.iter().for_each(|translation| self.join(*translation, at));
            }
        }
        for named in translations.values() {
            named[1..].iter().for_each(|translation| self.join(*translation, named[0]));
        }
    }

    fn by_key(&mut self, essays: &[&Essay]) {
        let mut first: HashMap<&str, usize> = HashMap::new();
        for (at, essay) in essays.iter().enumerate() {
            if let Some(key) = &essay.kin.key {
                let first = *first.entry(key).or_insert(at);
                self.join(at, first);
            }
        }
    }

    /// Follows `translation_of`; gives those that lead nowhere.
    fn by_name(&mut self, essays: &[&Essay], shown_as: &Path) -> Vec<Fault> {
        if essays.iter().all(|essay| essay.kin.of.is_none()) {
            return Vec::new();
        }
        let names = Names::new(essays);
        let mut faults = Vec::new();
        let mut originals = vec![None; essays.len()];
        for (at, essay) in essays.iter().enumerate() {
            let Some(of) = &essay.kin.of else { continue };
            match names.find(&of.value) {
                Some(original) if original != at => {
                    originals[at] = Some(original);
                    self.join(at, original);
                }
                found => faults.push(names.fault(of, found.is_some()).in_file(shown(essay, shown_as))),
            }
        }
        faults.extend(circles(&originals).iter().map(|circle| endless(essays, circle, shown_as)));
        faults
    }

    /// Sets of two or more, in order of their originals' paths.
    fn into_sets(mut self, essays: &[&Essay]) -> Vec<Vec<usize>> {
        let mut sets: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for at in 0..essays.len() {
            let original = self.original(at);
            if original != at || sets.contains_key(&at) {
                sets.entry(original).or_default().push(at);
            }
        }
        for (original, set) in &mut sets {
            set.retain(|at| at != original);
            set.sort_by_key(|at| (&essays[*at].post.lang, Reverse(&essays[*at].post.source)));
            set.insert(0, *original);
        }
        sets.into_values().collect()
    }
}

/// The circles among places that each may name another, each from its lowest place on.
fn circles(originals: &[Option<usize>]) -> Vec<Vec<usize>> {
    let mut walked_from = vec![None; originals.len()];
    let mut circles = Vec::new();
    for start in 0..originals.len() {
        let mut at = start;
        while let (None, Some(original)) = (walked_from[at], originals[at]) {
            walked_from[at] = Some(start);
            at = original;
        }
        if walked_from[at] == Some(start) {
            circles.push(circle(originals, at));
        }
    }
    circles
}

/// The circle that `at` is in.
fn circle(originals: &[Option<usize>], at: usize) -> Vec<usize> {
    let next = |at: &usize| originals[*at];
    let mut circle = vec![at];
    circle.extend(std::iter::successors(next(&at), next).take_while(|next| *next != at));
    let lowest = circle.iter().enumerate().min_by_key(|(_, at)| **at).map_or(0, |(place, _)| place);
    circle.rotate_left(lowest);
    circle
}

/// The fault of a `circle` of posts of which each names the next as its original.
fn endless(essays: &[&Essay], circle: &[usize], shown_as: &Path) -> Fault {
    let first = essays[circle[0]];
    let way =
        circle[1..].iter().chain(&circle[..1]).map(|at| shown(essays[*at], shown_as).display().to_string());
    let what = format!(
        "`translation_of`: expected an original that translates none of its own translations, found {}",
        way.collect::<Vec<_>>().join(", which names ")
    );
    let line = first.kin.of.as_ref().map_or(0, |of| of.line);
    let help = "take `translation_of` out of the one that was written first";
    Flaw::new(line, what).with_help(help).in_file(shown(first, shown_as))
}

/// What an essay can be called by.
struct Names<'a>(HashMap<&'a str, usize>);

impl<'a> Names<'a> {
    /// Ids before slugs before aliases.
    fn new(essays: &[&'a Essay]) -> Self {
        let mut names = HashMap::new();
        for of in [id_of, slug_of] {
            for (at, essay) in essays.iter().enumerate() {
                names.entry(of(essay)).or_insert(at);
            }
        }
        for (at, essay) in essays.iter().enumerate() {
            for alias in &essay.post.aliases {
                names.entry(alias.trim_matches('/')).or_insert(at);
            }
        }
        Self(names)
    }

    fn find(&self, name: &str) -> Option<usize> {
        self.0.get(name.trim_matches('/')).copied()
    }

    fn fault(&self, of: &At<String>, is_itself: bool) -> Flaw {
        let name = &of.value;
        if is_itself {
            let what = format!("`translation_of`: expected another post, found this one, `{name}`");
            return Flaw::new(of.line, what).with_help("it belongs into the translation, not the original");
        }
        let flaw = Flaw::new(
            of.line,
            format!("`translation_of`: expected the id or slug of a post, found `{name}`"),
        );
        match nearest(name, self.0.keys().copied()) {
            Some(known) => flaw.with_help(format!("did you mean `{known}`?")),
            None => flaw.with_help("write the `id` of the post it translates"),
        }
    }
}

/// The one of `names` that `name` was probably meant to be.
pub(super) fn nearest<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let alike = names.map(|known| (strsim::jaro_winkler(name, known), known));
    let alike = alike.filter(|(likeness, _)| *likeness > 0.82);
    // Among equals the first in the alphabet, for the names come in no certain order.
    alike.max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(a.1))).map(|(_, known)| known)
}

fn id_of(essay: &Essay) -> &str {
    essay.post.id.as_str()
}

fn slug_of(essay: &Essay) -> &str {
    essay.post.slug.as_str()
}

fn shown(essay: &Essay, shown_as: &Path) -> PathBuf {
    shown_as.join(&essay.post.source)
}

/// A fault for each post whose language another of the set has already.
fn same_language(essays: &[&Essay], set: &[usize], shown_as: &Path) -> Vec<Fault> {
    let mut first: HashMap<&Lang, &Essay> = HashMap::new();
    let mut faults = Vec::new();
    for essay in set.iter().map(|at| essays[*at]) {
        let lang = &essay.post.lang;
        let Some(other) = first.get(lang) else {
            first.insert(lang, essay);
            continue;
        };
        let what = format!(
            "expected one post of the same essay in `{lang}`, found {} as well",
            shown(other, shown_as).display()
        );
        let line = essay.kin.of.as_ref().map_or(0, |of| of.line);
        let flaw = Flaw::new(line, what).with_help("say in `lang` what each is written in, or part them");
        faults.push(flaw.in_file(shown(essay, shown_as)));
    }
    faults
}

#[cfg(test)]
mod tests;
