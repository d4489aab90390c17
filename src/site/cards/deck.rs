//! The cards of one publication: drawn when a page first asks for one, or taken from the cache.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::{fmt, mem};

use data_encoding::HEXLOWER;
use ring::digest::{Context, SHA256};

use super::fonts::{Fonts, face_of, is_font};
use super::paint::{HEIGHT, WIDTH, Words, paint};
use super::palette::Colours;
use crate::post::{Fault, PictureSize, Post};
use crate::site::Artifact;
use crate::site::cache::{CacheFolder, Shelf};

/// Changes whenever other octets come out for the same words, so that no cache holds what is no longer drawn.
const VERSION: &str = "cards-1";

/// Where cards stand in the public tree.
const FOLDER: &str = "assets/cards";

/// How a card looks.
#[derive(Clone, Debug)]
pub struct CardSettings {
    /// What the publication is called.
    pub publication: String,
    pub colours: Colours,
    pub fonts: CardFonts,
}

/// Fonts that a publication names, the preferred one first.
#[derive(Clone, Default)]
pub struct CardFonts(Vec<Vec<u8>>);

impl CardFonts {
    /// Adds the font whose file is `file`; tells whether it is one.
    pub fn add(&mut self, file: Vec<u8>) -> bool {
        let is_font = is_font(&file);
        if is_font {
            self.0.push(file);
        }
        is_font
    }
}

/// The cards of one publication. Several threads may ask at once.
pub struct Deck {
    settings: CardSettings,
    shelf: Option<Shelf>,
    /// Unpacked when the first card is drawn.
    fonts: OnceLock<Fonts>,
    /// Of everything but a post that decides how its card looks.
    digest: Vec<u8>,
    /// Files that are drawn and not in the tree yet.
    waiting: Mutex<Vec<Artifact>>,
    /// Posts without a card, and the letter no font has.
    missing: Mutex<BTreeMap<PathBuf, char>>,
}

/// A card in the public tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::site) struct Card {
    pub path: String,
    pub size: PictureSize,
}

impl Deck {
    /// A cache that cannot be used is not used.
    pub fn new(settings: CardSettings, cache: Option<&CacheFolder>) -> Self {
        let mut context = Context::new(&SHA256);
        let look = format!("{VERSION}\n{}\n{:?}\n", settings.publication, settings.colours);
        context.update(look.as_bytes());
        for font in &settings.fonts.0 {
            context.update(&font.len().to_le_bytes());
            context.update(font);
        }
        Self {
            settings,
            shelf: cache.and_then(|cache| cache.shelf(VERSION).ok()),
            fonts: OnceLock::new(),
            digest: context.finish().as_ref().to_vec(),
            waiting: Mutex::default(),
            missing: Mutex::default(),
        }
    }

    /// The card of `post`; none where no font has a letter of it.
    pub(in crate::site) fn card(&self, post: &Post) -> Option<Card> {
        let names: Vec<&str> = post.authors.iter().map(|author| author.name.as_str()).collect();
        let byline = names.join(if post.lang.is_cjk() { "、" } else { ", " });
        let words = Words {
            title: &post.title,
            byline: &byline,
            publication: &self.settings.publication,
            lang: post.lang.as_str(),
            is_rtl: post.lang.direction() == "rtl",
        };
        let key = self.key(&words);
        let kept = self.shelf.as_ref().and_then(|shelf| shelf.read(&key));
        let file = kept.or_else(|| self.draw(&key, &words, &post.source))?;
        let path = format!("{FOLDER}/{}.{}.png", post.slug, &key[..12]);
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).push(Artifact::new(path.as_str(), file));
        Some(Card { path, size: PictureSize { width: WIDTH, height: HEIGHT } })
    }

    /// Files that were drawn since this was last asked.
    pub fn take_made(&self) -> Vec<Artifact> {
        mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Posts without a card; the posts folder is called `shown_as`.
    pub fn findings(&self, shown_as: &Path) -> Vec<Fault> {
        let missing = self.missing.lock().unwrap_or_else(PoisonError::into_inner);
        let finding = |(path, letter): (&PathBuf, &char)| Fault {
            file: shown_as.join(path),
            line: 0,
            what: format!("no card was drawn: no font has the letter `{letter}`"),
            help: Some("name a font file that has it in `fonts` of [cards]".to_owned()),
        };
        missing.iter().map(finding).collect()
    }

    /// Draws the card of the post at `source`, and keeps it.
    fn draw(&self, key: &str, words: &Words<'_>, source: &Path) -> Option<Vec<u8>> {
        let fonts = self.fonts.get_or_init(|| Fonts::new(&self.settings.fonts.0));
        let faces = fonts.faces();
        let written = |text: &str| -> Result<String, char> {
            let letters = text.chars().filter(|&c| face_of(&faces, c).is_some() || c.is_alphabetic());
            let text: String = letters.collect();
            let missing = text.chars().find(|&c| face_of(&faces, c).is_none());
            missing.map_or_else(|| Ok(text.split_whitespace().collect::<Vec<_>>().join(" ")), Err)
        };
        let all = [words.title, words.byline, words.publication].map(written);
        let [title, byline, publication] = match all {
            [Ok(title), Ok(byline), Ok(publication)] => [title, byline, publication],
            [Err(letter), ..] | [_, Err(letter), _] | [.., Err(letter)] => {
                let mut missing = self.missing.lock().unwrap_or_else(PoisonError::into_inner);
                missing.insert(source.to_owned(), letter);
                return None;
            }
        };
        let words = Words { title: &title, byline: &byline, publication: &publication, ..*words };
        let file = paint(&words, &self.settings.colours, &faces)?;
        if let Some(shelf) = &self.shelf {
            // What cannot be kept is drawn again.
            drop(shelf.write(key, &file));
        }
        Some(file)
    }

    fn key(&self, words: &Words<'_>) -> String {
        let mut context = Context::new(&SHA256);
        context.update(&self.digest);
        context.update(format!("{words:?}").as_bytes());
        HEXLOWER.encode(&context.finish().as_ref()[..16])
    }
}

impl fmt::Debug for CardFonts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} fonts", self.0.len())
    }
}

impl fmt::Debug for Deck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Deck").field("settings", &self.settings).finish_non_exhaustive()
    }
}
