//! How large pictures are, so that a page can keep their place before they are there.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::post::drawing::{self, Drawing};

/// A picture's width and height in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PictureSize {
    pub width: u32,
    pub height: u32,
}

/// The files to show in place of a picture.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PictureSources {
    /// WebP of several widths, as in the attribute `srcset` of HTML; absolute URLs. Empty where there are none.
    pub srcset: String,
    /// How wide pages show it, as in the attribute `sizes`.
    pub sizes: String,
    /// For whoever takes no choice, feeds and mail among them: JPEG or PNG; an absolute URL.
    pub plain: String,
    /// Of the file at `plain`.
    pub plain_size: PictureSize,
    /// Of the picture itself.
    pub size: PictureSize,
}

/// The kinds that are looked into, by their file's ending.
const ENDINGS: [&str; 8] = ["apng", "avif", "gif", "jpeg", "jpg", "png", "svg", "webp"];

/// Whether the file at `path` is looked into, by its name.
pub(super) fn is_picture(path: &Path) -> bool {
    ENDINGS.contains(&ending(path).as_str())
}

fn ending(path: &Path) -> String {
    path.extension().unwrap_or_default().to_string_lossy().to_lowercase()
}

/// Reads as much of the file at `path` as is needed. What cannot be read as a picture tells nothing.
pub(super) fn look(path: &Path) -> Drawing {
    let look = match ending(path) == "svg" {
        true => beginning(path).map(|svg| drawing::look(&svg)).unwrap_or_default(),
        false => Drawing { size: raster(path), foreign: None },
    };
    Drawing { size: look.size.filter(|size| size.width > 0 && size.height > 0), ..look }
}

fn beginning(path: &Path) -> io::Result<Vec<u8>> {
    let mut octets = Vec::new();
    File::open(path)?.take(drawing::MAX_OCTETS).read_to_end(&mut octets)?;
    Ok(octets)
}

fn raster(path: &Path) -> Option<PictureSize> {
    let size = imagesize::size(path).ok()?;
    Some(PictureSize { width: size.width.try_into().ok()?, height: size.height.try_into().ok()? })
}
