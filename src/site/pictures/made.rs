//! What is made of one original.

use image::ImageFormat;
use serde::{Deserialize, Serialize};

use super::original::{self, LARGE, MAX_PIXELS, Original, Unfit};
use super::{PictureSettings, encode};

/// Changes whenever other octets come out for the same picture, so that no cache holds what is no longer made.
pub(super) const VERSION: &str = "pictures-2";

/// Widest plain file: twice the column of a mail.
pub(super) const PLAIN_WIDTH: u32 = 1200;

/// An original of more octets is too much for a mail or a feed.
const PLAIN_OCTETS: usize = 400_000;

/// What became of an original, without the octets of the files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Sheet {
    /// Of the picture as it is shown; upright.
    pub width: u32,
    pub height: u32,
    /// Widths of the WebP files, narrow ones first.
    pub widths: Vec<u32>,
    pub plain: Option<PlainSheet>,
    /// Whether the original tells where it was taken.
    pub tells_place: bool,
    /// Why nothing was made, for the author.
    pub finding: Option<String>,
}

/// The file for whoever takes no choice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct PlainSheet {
    pub width: u32,
    pub height: u32,
    /// `jpg` or `png`.
    pub ending: String,
}

/// A sheet, and the octets of its files: those of `widths`, then the plain one.
pub(super) struct Made {
    pub sheet: Sheet,
    pub files: Vec<Vec<u8>>,
}

/// Makes smaller files of the picture whose file is `bytes`.
pub(super) fn make(bytes: &[u8], settings: &PictureSettings) -> Made {
    match original::read(bytes) {
        Ok(original) => made_of(&original, bytes.len(), settings),
        Err(unfit) => Made { sheet: shown_as_it_is(&unfit), files: Vec::new() },
    }
}

/// Whether reading `bytes` takes so much memory that nothing else should be read meanwhile.
pub(super) fn is_large(bytes: &[u8]) -> bool {
    original::pixels(bytes) > LARGE
}

fn made_of(original: &Original, octets: usize, settings: &PictureSettings) -> Made {
    let pixels = &original.pixels;
    let (mut widths, mut files) = (Vec::new(), Vec::new());
    for width in settings.widths_of(pixels.width()) {
        // Nobody is helped by a file that is larger than the original.
        let file = encode::webp(&encode::resized(pixels, width), settings.quality);
        if let Some(file) = file.filter(|file| file.len() < octets) {
            widths.push(width);
            files.push(file);
        }
    }
    let plain = (!is_plain_enough(original, octets)).then(|| plain(original)).flatten();
    let plain = plain.filter(|(_, file)| file.len() < octets || !is_read_by_all(original));
    let plain = plain.map(|(sheet, file)| {
        files.push(file);
        sheet
    });
    let (width, height, tells_place) = (pixels.width(), pixels.height(), original.tells_place);
    Made { sheet: Sheet { width, height, widths, plain, tells_place, finding: None }, files }
}

/// Whether every mail client, feed reader and card can be given the original.
fn is_plain_enough(original: &Original, octets: usize) -> bool {
    is_read_by_all(original) && original.pixels.width() <= PLAIN_WIDTH && octets <= PLAIN_OCTETS
}

/// Whether every program shows the original as it is meant.
fn is_read_by_all(original: &Original) -> bool {
    original.is_plain && matches!(original.format, ImageFormat::Jpeg | ImageFormat::Png)
}

fn plain(original: &Original) -> Option<(PlainSheet, Vec<u8>)> {
    let pixels = encode::resized(&original.pixels, original.pixels.width().min(PLAIN_WIDTH));
    let (file, ending) = encode::plain(&pixels)?;
    Some((PlainSheet { width: pixels.width(), height: pixels.height(), ending: ending.to_owned() }, file))
}

fn shown_as_it_is(unfit: &Unfit) -> Sheet {
    let finding = match unfit {
        Unfit::OtherKind => None,
        Unfit::TooLarge(pixels) => {
            Some(format!("{pixels} pixels, so no smaller files were made: expected at most {MAX_PIXELS}"))
        }
        Unfit::Damaged(why) => Some(format!("the picture cannot be read, so it is shown as it is: {why}")),
    };
    Sheet { width: 0, height: 0, widths: Vec::new(), plain: None, tells_place: false, finding }
}
