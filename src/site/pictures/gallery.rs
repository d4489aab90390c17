//! The pictures of one publication: made when a page first asks for one, or taken from the cache.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::{fs, mem};

use data_encoding::HEXLOWER;
use ring::digest::{Context, SHA256};

use super::PictureSettings;
use super::made::{self, Made, Sheet, VERSION};
use crate::post::{Fault, PictureSize};
use crate::site::Artifact;
use crate::site::cache::{CacheFolder, Shelf};

/// Where made files stand in the public tree.
const FOLDER: &str = "assets/pictures";

/// Longest name of an original, in octets: what is added to it must fit into the 255 of file systems.
const MAX_NAME: usize = 220;

/// Endings of the files that are looked into.
const ENDINGS: [&str; 4] = ["jpeg", "jpg", "png", "webp"];

/// The pictures of one publication. Several threads may ask at once.
#[derive(Debug)]
pub struct Gallery {
    /// The posts folder.
    folder: PathBuf,
    settings: PictureSettings,
    shelf: Option<Shelf>,
    /// By path below the posts folder.
    pictures: BTreeMap<PathBuf, OnceLock<Option<Picture>>>,
    /// Files that are made and not in the tree yet.
    waiting: Mutex<Vec<Artifact>>,
    /// Held while a picture is read that takes much memory.
    one_at_a_time: Mutex<()>,
}

/// What was made of one original.
#[derive(Debug)]
pub(in crate::site) struct Picture {
    /// As it is shown; upright.
    pub size: PictureSize,
    /// Width and path of each WebP file, narrow ones first.
    pub files: Vec<(u32, String)>,
    /// Path and size of the file for whoever takes no choice; none where that is the original.
    pub plain: Option<(String, PictureSize)>,
    tells_place: bool,
    finding: Option<String>,
}

impl Gallery {
    /// The pictures among `assets`, files below `folder`. A cache that cannot be used is not used.
    pub fn new(
        folder: &Path,
        assets: &[PathBuf],
        settings: &PictureSettings,
        cache: Option<&CacheFolder>,
    ) -> Self {
        let pictures = assets.iter().filter(|path| settings.is_on && is_picture(path));
        Self {
            folder: folder.to_owned(),
            settings: settings.clone(),
            shelf: cache.and_then(|cache| cache.shelf(VERSION).ok()),
            pictures: pictures.map(|path| (path.clone(), OnceLock::new())).collect(),
            waiting: Mutex::default(),
            one_at_a_time: Mutex::default(),
        }
    }

    /// What is made of the picture at `path`; none where it is shown as it is.
    pub(in crate::site) fn picture(&self, path: &Path) -> Option<&Picture> {
        let picture = self.pictures.get(path)?.get_or_init(|| self.hang(path)).as_ref()?;
        (!picture.files.is_empty() || picture.plain.is_some()).then_some(picture)
    }

    /// How wide pages show pictures.
    pub(in crate::site) fn sizes(&self) -> &str {
        &self.settings.sizes
    }

    /// Files that were made since this was last asked.
    pub fn take_made(&self) -> Vec<Artifact> {
        mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// What deserves a word about pictures that were asked for; the posts folder is called `shown_as`.
    pub fn findings(&self, shown_as: &Path) -> Vec<Fault> {
        let hung = self.pictures.iter().filter_map(|(path, picture)| Some((path, picture.get()?.as_ref()?)));
        hung.flat_map(|(path, picture)| {
            let fault = |what: String, help: &str| Fault {
                file: shown_as.join(path),
                line: 0,
                what,
                help: Some(help.to_owned()),
            };
            let finding =
                picture.finding.clone().map(|what| fault(what, "save it anew, smaller where it is large"));
            let place = picture.tells_place.then(|| {
                let what = "the picture says where it was taken, and the original is published as it is";
                fault(what.to_owned(), "take the place out of the file, as with `exiftool -gps:all= FILE`")
            });
            finding.into_iter().chain(place)
        })
        .collect()
    }

    /// Makes what is made of the picture at `path`. None if its file cannot be read, which copying it will say.
    fn hang(&self, path: &Path) -> Option<Picture> {
        let bytes = fs::read(self.folder.join(path)).ok()?;
        let key = self.key(&bytes);
        let made = self.kept(&key).unwrap_or_else(|| self.make(&key, &bytes));
        let picture = Picture::new(path, &key, &made.sheet);
        let paths =
            picture.files.iter().map(|(_, path)| path).chain(picture.plain.iter().map(|(path, _)| path));
        let artifacts: Vec<Artifact> =
            paths.zip(made.files).map(|(path, file)| Artifact::new(path.as_str(), file)).collect();
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).extend(artifacts);
        Some(picture)
    }

    /// What an earlier build made of the same picture in the same way, if all of it is there.
    fn kept(&self, key: &str) -> Option<Made> {
        let shelf = self.shelf.as_ref()?;
        let sheet: Sheet = serde_json::from_slice(&shelf.read(key)?).ok()?;
        let files: Option<Vec<_>> =
            sheet.names().iter().map(|name| shelf.read(&format!("{key}.{name}"))).collect();
        Some(Made { files: files?, sheet })
    }

    fn make(&self, key: &str, bytes: &[u8]) -> Made {
        let alone =
            made::is_large(bytes).then(|| self.one_at_a_time.lock().unwrap_or_else(PoisonError::into_inner));
        let made = made::make(bytes, &self.settings);
        drop(alone);
        if let Some(shelf) = &self.shelf {
            // The sheet last: whoever finds it finds the files. What cannot be kept is made again.
            let files = made.sheet.names().into_iter().zip(&made.files);
            let kept = files.map(|(name, file)| shelf.write(&format!("{key}.{name}"), file));
            let kept = kept.collect::<Result<(), _>>();
            let sheet = serde_json::to_vec(&made.sheet).expect("numbers and texts are JSON");
            drop(kept.and_then(|()| shelf.write(key, &sheet)));
        }
        made
    }

    /// What tells a picture and how it is made from all others.
    fn key(&self, bytes: &[u8]) -> String {
        let mut context = Context::new(&SHA256);
        context
            .update(format!("{VERSION} {:?} {}\n", self.settings.widths, self.settings.quality).as_bytes());
        context.update(bytes);
        HEXLOWER.encode(&context.finish().as_ref()[..16])
    }
}

impl Picture {
    fn new(path: &Path, key: &str, sheet: &Sheet) -> Self {
        let original = path.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/");
        let file = |&width: &u32| (width, format!("{FOLDER}/{original}.{}.{width}.webp", &key[..12]));
        let plain = sheet.plain.as_ref().map(|plain| {
            let path = format!("{FOLDER}/{original}.plain.{}", plain.ending);
            (path, PictureSize { width: plain.width, height: plain.height })
        });
        Self {
            size: PictureSize { width: sheet.width, height: sheet.height },
            files: sheet.widths.iter().map(file).collect(),
            plain,
            tells_place: sheet.tells_place,
            finding: sheet.finding.clone(),
        }
    }
}

impl Sheet {
    /// What tells its files apart, in their order.
    fn names(&self) -> Vec<String> {
        let widths = self.widths.iter().map(u32::to_string);
        widths.chain(self.plain.iter().map(|plain| plain.ending.clone())).collect()
    }
}

fn is_picture(path: &Path) -> bool {
    let ending = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
    let name = path.file_name().unwrap_or_default();
    ENDINGS.contains(&ending.as_str()) && name.len() <= MAX_NAME
}
