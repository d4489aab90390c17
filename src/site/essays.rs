//! Essays become pages and items: each is rendered once, and only where a page or a feed of it is to be made.

use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

use rayon::prelude::*;

use crate::post::{Post, PostId, Rendering};
use crate::site::cards::Deck;
use crate::site::feed::{self, Blank, Catalogue, Form, Forms, Oversize, Piece, Pieces, Sheet};
use crate::site::long::Long;
use crate::site::origins::Origins;
use crate::site::pages::{Press, pending_page, redirects};
use crate::site::{Artifact, Seal, Sealer, SiteError, Source, Tree};

/// Posts that are rendered one after the other by one thread, where no archive says which.
const BATCH: usize = 8;

/// Essays on their way.
pub(super) struct Essays<'a> {
    pub source: &'a Source<'a>,
    pub press: &'a Press<'a>,
    pub catalogue: &'a Catalogue<'a>,
    pub origins: &'a Origins<'a>,
    pub tree: &'a dyn Tree,
    /// The posts that short documents beside the archive carry: cut when first asked for.
    cuts: HashMap<&'a PostId, OnceLock<Pieces>>,
    /// Place of each post among the published.
    places: HashMap<&'a PostId, usize>,
}

/// Posts that are rendered together, for they stand in one part of the archive.
struct Batch<'a> {
    archive: Option<Sheet<'a>>,
    posts: Vec<&'a Post>,
}

impl<'a> Essays<'a> {
    pub(super) fn new(
        source: &'a Source<'a>,
        press: &'a Press<'a>,
        catalogue: &'a Catalogue<'a>,
        origins: &'a Origins<'a>,
        tree: &'a dyn Tree,
    ) -> Self {
        let published = &source.posts.published;
        let carried = published.iter().filter(|post| !catalogue.short_forms(post).is_empty());
        let cuts = carried.map(|post| (&post.id, OnceLock::new())).collect();
        let places = published.iter().enumerate().map(|(at, post)| (&post.id, at)).collect();
        Self { source, press, catalogue, origins, tree, cuts, places }
    }

    /// Makes every page of a post, and the archive; gives what carries very many posts, which is still to be ended.
    pub(super) fn emit(&self, oversizes: &mut Vec<Oversize>) -> Result<Vec<Long<'a>>, SiteError> {
        let longs = self.begin_long(oversizes)?;
        // In their order, so that little has to wait for what comes before it.
        self.batches().into_iter().par_bridge().try_for_each(|batch| self.emit_batch(&batch, &longs))?;
        Ok(longs)
    }

    /// Ends what carries very many posts; tells what is too large.
    pub(super) fn end(&self, longs: Vec<Long<'a>>) -> Result<Vec<Oversize>, SiteError> {
        let mut oversizes = Vec::new();
        for long in longs {
            let (sheet, path) = (long.sheet, long.path.clone());
            let octets = octets(long.end()?);
            oversizes.extend(feed::oversize(sheet, &path, octets, &self.feed_press())?);
        }
        Ok(oversizes)
    }

    /// The long documents that are to be made.
    fn begin_long(&self, oversizes: &mut Vec<Oversize>) -> Result<Vec<Long<'a>>, SiteError> {
        let mut longs = Vec::new();
        for sheet in self.catalogue.sheets_beside_archive(true) {
            for blank in feed::blanks(sheet, &self.feed_press())? {
                let seal = self.seal(&blank);
                match self.standing(&blank.path, seal)? {
                    Some(octets) => {
                        oversizes.extend(feed::oversize(sheet, &blank.path, octets, &self.feed_press())?);
                    }
                    None => longs.push(Long::begin(&blank, seal, self.tree)?),
                }
            }
        }
        Ok(longs)
    }

    /// All posts, the newest first.
    fn batches(&self) -> Vec<Batch<'a>> {
        let archive = self.catalogue.archive();
        let archived: HashSet<&PostId> =
            archive.iter().flat_map(|sheet| sheet.posts()).map(|post| &post.id).collect();
        let published = self.source.posts.published.iter();
        let rest: Vec<&Post> = published.filter(|post| !archived.contains(&post.id)).collect();
        let rest = rest.chunks(BATCH).map(|posts| Batch { archive: None, posts: posts.to_vec() });
        let parts =
            archive.iter().rev().map(|sheet| Batch { archive: Some(*sheet), posts: sheet.posts().to_vec() });
        rest.chain(parts).collect()
    }

    fn emit_batch(&self, batch: &Batch<'a>, longs: &[Long<'a>]) -> Result<(), SiteError> {
        let due = batch.archive.map(|sheet| self.due(sheet)).transpose()?.unwrap_or_default();
        let mut due_forms = Forms::default();
        due.iter().for_each(|(blank, _)| due_forms.insert(blank.form()));
        let cuts = batch.posts.iter().map(|post| self.emit_post(post, due_forms, longs));
        let cuts = cuts.collect::<Result<Vec<Pieces>, _>>()?;
        due.into_iter().try_for_each(|(blank, seal)| {
            let form = blank.form();
            let pieces = cuts.iter().map(|pieces| piece(pieces, form)).collect::<Vec<_>>();
            self.hand_over(blank, seal, pieces).map(drop)
        })
    }

    /// Makes the page of `post`, and cuts the post in `forms`, which a part of the archive asks for, and for `longs`.
    fn emit_post(&self, post: &'a Post, forms: Forms, longs: &[Long<'a>]) -> Result<Pieces, SiteError> {
        let place = self.places[&post.id];
        let pending = pending_page(self.press, self.source.posts, place, self.origins.of(post))?;
        redirects(self.press, post)?;
        // A post whose page is to be made has changed: so have the feeds that carry it.
        let beside = match pending {
            Some(_) => self.catalogue.short_forms(post),
            None => Forms::default(),
        };
        let wanting = self.wanting(post, longs)?;
        let mut wanted = forms.and(beside);
        wanting.iter().for_each(|(long, _)| wanted.insert(long.form));
        let Rendering { web, portable } = self.render(post, pending.is_some(), wanted.want_essay());
        emit_made(self.source, self.tree)?;
        if let Some(page) = pending {
            page.print(self.press, &web)?;
        }
        if wanted.is_empty() {
            return Ok(Pieces::default());
        }
        let pieces = Pieces::cut(post, &portable, wanted, &self.feed_press())?;
        for (long, seal) in wanting {
            long.take(post, piece(&pieces, long.form), seal)?;
        }
        if let Some(cut) = self.cuts.get(&post.id).filter(|_| !beside.is_empty()) {
            cut.get_or_init(|| pieces.only(beside));
        }
        Ok(pieces.only(forms))
    }

    /// Those of `longs` for which `post` must be cut, with the seal of its piece in each.
    fn wanting<'l>(
        &self,
        post: &Post,
        longs: &'l [Long<'a>],
    ) -> Result<Vec<(&'l Long<'a>, Option<Seal>)>, SiteError> {
        let mut wanting = Vec::new();
        for long in longs {
            let seal = self.seal_of_piece(post, long.form);
            if long.wants(post, seal)? {
                wanting.push((long, seal));
            }
        }
        Ok(wanting)
    }

    /// All that the piece of `post` in `form` is made from.
    fn seal_of_piece(&self, post: &Post, form: Form) -> Option<Seal> {
        let sealer = Sealer::default().with(self.source.program?).with(self.press.urls.home().as_str());
        Some(sealer.with_value(&(form.format, form.content)).with(self.origins.of(post)?).seal())
    }

    fn render(&self, post: &Post, is_shown: bool, is_carried: bool) -> Rendering {
        let (urls, markup) = (self.press.urls, self.source.markup);
        match (is_shown, is_carried) {
            (true, true) => post.render(urls, markup),
            (true, false) => Rendering { web: post.render_web(urls, markup), portable: String::new() },
            (false, true) => Rendering { web: String::new(), portable: post.render_portable(urls, markup) },
            (false, false) => Rendering { web: String::new(), portable: String::new() },
        }
    }

    /// Makes every other feed; tells what is too large.
    pub(super) fn emit_feeds(&self) -> Result<Vec<Oversize>, SiteError> {
        let sheets = self.catalogue.sheets_beside_archive(false).into_par_iter();
        let oversizes = sheets.map(|sheet| self.emit_sheet(sheet)).collect::<Result<Vec<_>, _>>()?;
        Ok(oversizes.into_iter().flatten().collect())
    }

    fn emit_sheet(&self, sheet: Sheet<'a>) -> Result<Vec<Oversize>, SiteError> {
        let mut oversizes = Vec::new();
        for blank in feed::blanks(sheet, &self.feed_press())? {
            let (form, path) = (blank.form(), blank.path.clone());
            let seal = self.seal(&blank);
            let octets = match self.standing(&path, seal)? {
                Some(octets) => octets,
                None => {
                    let pieces = sheet.posts().iter().map(|post| self.supply(post, form));
                    let pieces = pieces.collect::<Result<Vec<_>, SiteError>>()?;
                    self.hand_over(blank, seal, pieces)?
                }
            };
            oversizes.extend(feed::oversize(sheet, &path, octets, &self.feed_press())?);
        }
        Ok(oversizes)
    }

    /// What is to be made of `sheet`, each with its seal.
    fn due(&self, sheet: Sheet<'a>) -> Result<Vec<(Blank<'a>, Option<Seal>)>, SiteError> {
        let mut due = Vec::new();
        for blank in feed::blanks(sheet, &self.feed_press())? {
            let seal = self.seal(&blank);
            if self.standing(&blank.path, seal)?.is_none() {
                due.push((blank, seal));
            }
        }
        Ok(due)
    }

    fn seal(&self, blank: &Blank<'_>) -> Option<Seal> {
        let program = self.source.program?;
        let sealer = Sealer::default().with(program).with(&blank.path).with(blank.frame());
        self.origins.of_all(blank.sheet.posts(), sealer).map(Sealer::seal)
    }

    fn standing(&self, path: &str, seal: Option<Seal>) -> Result<Option<usize>, SiteError> {
        Ok(seal.map(|seal| self.tree.stands(path, seal)).transpose()?.flatten().map(octets))
    }

    /// Fills `blank` and hands it to the tree; tells how many octets it has.
    fn hand_over(
        &self,
        blank: Blank<'_>,
        seal: Option<Seal>,
        pieces: Vec<Piece>,
    ) -> Result<usize, SiteError> {
        let artifact = Artifact { seal, ..blank.filled(pieces) };
        let octets = artifact.bytes.len();
        self.tree.put(artifact)?;
        Ok(octets)
    }

    fn supply(&self, post: &Post, form: Form) -> Result<Piece, SiteError> {
        let cut = self.cuts.get(&post.id).expect("the catalogue tells who is carried");
        if let Some(pieces) = cut.get() {
            return Ok(piece(pieces, form));
        }
        let forms = self.catalogue.short_forms(post);
        let portable = self.render(post, false, forms.want_essay()).portable;
        let pieces = Pieces::cut(post, &portable, forms, &self.feed_press())?;
        Ok(piece(cut.get_or_init(|| pieces), form))
    }

    fn feed_press(&self) -> feed::Press<'a> {
        feed::Press { posts: self.source.posts, settings: self.source.settings, urls: self.press.urls }
    }
}

/// Puts in place the pictures and cards that were made since the last time: before the page that asked for them.
pub(super) fn emit_made(source: &Source<'_>, tree: &dyn Tree) -> Result<(), SiteError> {
    let pictures = source.pictures.map(|gallery| gallery.take_made());
    let cards = source.cards.map(Deck::take_made);
    Ok([pictures, cards].into_iter().flatten().flatten().try_for_each(|file| tree.put(file))?)
}

fn octets(octets: u64) -> usize {
    usize::try_from(octets).unwrap_or(usize::MAX)
}

fn piece(pieces: &Pieces, form: Form) -> Piece {
    pieces.get(form).expect("a post is cut in all forms that are asked for")
}
