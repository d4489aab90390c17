//! Feeds of very many posts: each is written while its posts are rendered, in their order, and is never held whole.
//!
//! Posts come from several threads, a little out of order; those that come early wait. What the feed of an earlier build
//! holds of a post that is the same stays where it is: the post need not be rendered for it.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard};

use crate::post::{Post, PostId};
use crate::site::feed::{Blank, Form, Opened, Piece, Sheet};
use crate::site::{Growth, Seal, Share, Tree, TreeError};

/// A feed on its way.
pub(super) struct Long<'a> {
    pub sheet: Sheet<'a>,
    pub path: String,
    pub form: Form,
    seal: Option<Seal>,
    opened: Opened,
    /// Place of each post in it.
    places: HashMap<&'a PostId, usize>,
    progress: Mutex<Progress<'a>>,
}

struct Progress<'a> {
    growth: Box<dyn Growth + 'a>,
    /// The place that is to be written next.
    next: usize,
    /// What came too early, by its place.
    waiting: BTreeMap<usize, Share>,
}

impl<'a> Long<'a> {
    /// Begins to write `blank`, made under `seal`, to `tree`.
    pub(super) fn begin(
        blank: &Blank<'a>,
        seal: Option<Seal>,
        tree: &'a dyn Tree,
    ) -> Result<Self, TreeError> {
        let (sheet, path, opened) = (blank.sheet, blank.path.clone(), blank.opened());
        let mut growth = tree.grow(&path)?;
        growth.add(Share::Made(opened.head.clone(), None))?;
        let places = sheet.posts().iter().enumerate().map(|(at, post)| (&post.id, at)).collect();
        let progress = Mutex::new(Progress { growth, next: 0, waiting: BTreeMap::new() });
        Ok(Self { sheet, path, form: blank.form(), seal, opened, places, progress })
    }

    /// Whether `post` must be cut for it. If its piece can be kept, as `seal` tells, it is.
    pub(super) fn wants(&self, post: &Post, seal: Option<Seal>) -> Result<bool, TreeError> {
        let Some(at) = self.places.get(&post.id) else { return Ok(false) };
        let mut progress = self.progress();
        let Some(seal) = seal.filter(|seal| progress.growth.holds(*seal)) else { return Ok(true) };
        progress.take(*at, Share::Kept(seal), &self.opened)?;
        Ok(false)
    }

    /// Takes the piece of `post`, made under `seal`.
    pub(super) fn take(&self, post: &Post, piece: Piece, seal: Option<Seal>) -> Result<(), TreeError> {
        self.progress().take(self.places[&post.id], Share::Made(piece, seal), &self.opened)
    }

    /// Ends it, after all its posts have come; gives how many octets it has.
    pub(super) fn end(self) -> Result<u64, TreeError> {
        let progress = self.progress.into_inner().expect("no thread panics while it holds this");
        let mut growth = progress.growth;
        growth.add(Share::Made(self.opened.foot, None))?;
        growth.end(self.seal)
    }

    fn progress(&self) -> MutexGuard<'_, Progress<'a>> {
        self.progress.lock().expect("no thread panics while it holds this")
    }
}

impl Progress<'_> {
    fn take(&mut self, at: usize, share: Share, opened: &Opened) -> Result<(), TreeError> {
        self.waiting.insert(at, share);
        while let Some(share) = self.waiting.remove(&self.next) {
            let before = opened.before(self.next);
            if !before.is_empty() {
                self.growth.add(Share::Made(before, None))?;
            }
            self.growth.add(share)?;
            self.next += 1;
        }
        Ok(())
    }
}
