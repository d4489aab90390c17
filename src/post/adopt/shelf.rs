//! The posts that are there already, and what new ones must get along with: ids, slugs, file names.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

use jiff::Zoned;

use crate::post::adopt::day::{Day, Precision};
use crate::post::adopt::front::Front;
use crate::post::adopt::{Adoption, Change, Facts, Given, Origin, adopt, id_at, place};
use crate::post::essay::{self, Desk, Essay};
use crate::post::load::{self, LoadError};
use crate::post::remarks::Flaw;
use crate::post::walk::{self, Found};
use crate::post::{Fault, PostSettings, unique};
use crate::words::Lang;

/// A posts folder as it is before anything is added.
#[derive(Debug)]
pub struct Shelf<'a> {
    shown_as: &'a Path,
    settings: &'a PostSettings,
    now: Zoned,
    found: Found,
    essays: Vec<Essay>,
}

impl<'a> Shelf<'a> {
    /// Reads every essay below `posts_dir`. Posts with faults are passed over: they are `build`'s to tell.
    ///
    /// # Errors
    ///
    /// If a file cannot be read. A folder that is not there holds no posts.
    pub fn read(
        posts_dir: &Path,
        shown_as: &'a Path,
        settings: &'a PostSettings,
        now: jiff::Timestamp,
    ) -> Result<Self, LoadError> {
        let found = match walk::walk(posts_dir) {
            Err(error) if error.cause.kind() == io::ErrorKind::NotFound => Found::default(),
            walked => walked.map_err(|error| load::unreadable(shown_as, error))?,
        };
        let desk = Desk { settings, now, shown_as, assets: &found.assets };
        let readings = load::read_all(posts_dir, &found, desk)?;
        let essays = readings.into_iter().filter_map(|reading| reading.essay).map(|essay| *essay).collect();
        Ok(Self { shown_as, settings, now: now.to_zoned(settings.zone.clone()), found, essays })
    }

    /// What becomes of each file, or everything that is wrong with any of them.
    ///
    /// # Errors
    ///
    /// If a file is no essay, or if two posts would share an id, a slug or a file.
    pub fn adopt(&self, files: &[Given]) -> Result<Vec<Adoption>, Vec<Fault>> {
        let signed = self.signed(files);
        let known_names = self.known_names().into_iter().chain(signed.iter().map(String::as_str)).collect();
        let (mut adoptions, mut faults) = (Vec::new(), Vec::new());
        for given in files {
            match adopt(given, &known_names, self.desk()) {
                Ok(adoption) => adoptions.push(self.settled(adoption)),
                Err(flaws) => faults.extend(flaws.into_iter().map(|flaw| flaw.in_file(given.file.clone()))),
            }
        }
        faults.extend(self.clashes(&adoptions));
        faults.sort_by(|a, b| (&a.file, a.line, &a.what).cmp(&(&b.file, b.line, &b.what)));
        if faults.is_empty() { Ok(adoptions) } else { Err(faults) }
    }

    /// The beginning of a new post called `title`, which is not blank: a draft.
    ///
    /// # Errors
    ///
    /// If there is no title, or another post has its file name or its slug.
    pub fn begin(&self, title: &str, lang: Option<&Lang>) -> Result<Adoption, Fault> {
        let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
        let own_lang = &self.settings.lang;
        let target = place::of_new(self.now.date(), &title, lang.unwrap_or(own_lang));
        let day = Day { at: self.now.clone(), precision: Precision::Minute };
        let id = id_at(&target, &self.now, self.desk());
        let told = lang.filter(|lang| *lang != own_lang);
        let front = Front { id: &id, title: &title, day: &day, lang: told, authors: &[], is_draft: true };
        let front = front.to_text("\n");
        let facts = Facts {
            id,
            title,
            authors: Vec::new(),
            lang: lang.unwrap_or(own_lang).clone(),
            date: day.to_toml(),
            title_from: Origin::Text,
            date_from: Origin::Text,
        };
        let bytes = format!("{front}\n").into_bytes();
        let file = self.shown_as.join(&target);
        let change = Change::Adopt;
        let new = Adoption { file, target, is_in_place: false, change, bytes, front, lifted_lines: 0, facts };
        match self.clashes(std::slice::from_ref(&new)).into_iter().next() {
            Some(clash) => Err(Fault {
                help: Some("give it another title, or write the file by hand".to_owned()),
                ..clash
            }),
            None => Ok(new),
        }
    }

    /// Whoever signs one of the files with a label: another may bear the bare name.
    fn signed(&self, files: &[Given]) -> Vec<String> {
        let none = BTreeSet::new();
        let adoptions = files.iter().filter_map(|given| adopt(given, &none, self.desk()).ok());
        adoptions.flat_map(|adoption| adoption.facts.authors).collect()
    }

    /// Whoever has written here.
    fn known_names(&self) -> BTreeSet<&str> {
        let authors = self.essays.iter().flat_map(|essay| &essay.post.authors);
        authors.chain([&self.settings.author]).map(|author| author.name.as_str()).collect()
    }

    fn desk(&self) -> Desk<'_> {
        Desk {
            settings: self.settings,
            now: self.now.timestamp(),
            shown_as: self.shown_as,
            assets: &self.found.assets,
        }
    }

    /// The same, unless the essay was adopted before: then it is left alone, whatever its post has become.
    fn settled(&self, adoption: Adoption) -> Adoption {
        if adoption.is_in_place {
            return adoption;
        }
        let Some(new) = essay::read(&adoption.target, &adoption.bytes, self.desk()).essay else {
            return adoption;
        };
        let text = new.post.body.source();
        let text = text.trim();
        let is_same = |known: &&Essay| {
            let known_text = known.post.body.source();
            let known_text = known_text.trim();
            // A by-line may stand above one of the texts: its name was not known then, or is not now.
            let is_same_text = known_text.ends_with(text) || text.ends_with(known_text);
            let is_same_name = known.post.id == new.post.id || known.post.slug == new.post.slug;
            is_same_name && is_same_text && known_text.is_empty() == text.is_empty()
        };
        match self.essays.iter().find(is_same) {
            Some(known) => {
                let facts =
                    Facts { id: known.post.id.clone(), title: known.post.title.clone(), ..adoption.facts };
                Adoption { target: known.post.source.clone(), change: Change::Nothing, facts, ..adoption }
            }
            None => adoption,
        }
    }

    /// Ids, slugs and files that two posts would share, told at the newcomer.
    fn clashes(&self, adoptions: &[Adoption]) -> Vec<Fault> {
        let mut sources: BTreeMap<PathBuf, &Adoption> = BTreeMap::new();
        let mut faults = Vec::new();
        for adoption in adoptions.iter().filter(|adoption| adoption.change != Change::Nothing) {
            faults.extend(self.taken_file(adoption, sources.get(&adoption.target).copied()));
            sources.entry(adoption.target.clone()).or_insert(adoption);
        }
        faults.extend(self.shared_names(&sources));
        faults
    }

    fn taken_file(&self, adoption: &Adoption, other: Option<&Adoption>) -> Option<Fault> {
        let shown = self.shown_as.join(&adoption.target);
        let what = match other {
            Some(other) => {
                format!("would be written to {}, as would {}", shown.display(), other.file.display())
            }
            None if adoption.is_in_place || !self.found.essays.contains(&adoption.target) => return None,
            None if shown == adoption.file => "this file is there already".to_owned(),
            None => format!("would be written to {}, which is there already", shown.display()),
        };
        let help = "give the essay another title, or put it into the posts folder under another name first";
        Some(Flaw::new(0, what).with_help(help).in_file(adoption.file.clone()))
    }

    fn shared_names(&self, sources: &BTreeMap<PathBuf, &Adoption>) -> Vec<Fault> {
        let essays = self.essays.iter().filter(|essay| !sources.contains_key(&essay.post.source));
        let mut all: Vec<&Essay> = essays.collect();
        let new: Vec<_> = sources
            .iter()
            .filter_map(|(target, adoption)| essay::read(target, &adoption.bytes, self.desk()).essay)
            .collect();
        all.extend(new.iter().map(Box::as_ref));
        let clashes = unique::faults(&all, self.shown_as).into_iter();
        let of_new = clashes.filter_map(|fault| {
            let adoption = sources.get(fault.file.strip_prefix(self.shown_as).ok()?)?;
            Some(Fault { file: adoption.file.clone(), line: line_before(adoption, fault.line), ..fault })
        });
        of_new.collect()
    }
}

/// The line of the file as it is now that stands at `line` of what would be written.
fn line_before(adoption: &Adoption, line: usize) -> usize {
    match adoption.change {
        Change::Adopt => 0,
        Change::StoreId => line.saturating_sub(1),
        Change::Copy | Change::Nothing => line,
    }
}
