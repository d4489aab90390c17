//! How large pictures are, so that a page can keep their place before they are there.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use serde::Serialize;

/// A picture's width and height in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
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

/// The kinds that are looked into, by their file's ending. A drawing (SVG) has the size a page gives it.
const ENDINGS: [&str; 6] = ["avif", "gif", "jpeg", "jpg", "png", "webp"];

/// Sizes of the pictures among the files `paths` of `folder`. What cannot be read as one is left out.
pub(super) fn sizes<'a>(
    folder: &Path,
    paths: impl IntoIterator<Item = &'a PathBuf>,
) -> BTreeMap<PathBuf, PictureSize> {
    let pictures: Vec<&PathBuf> = paths.into_iter().filter(|path| is_picture(path)).collect();
    let sized = pictures.into_par_iter().filter_map(|path| Some((path.clone(), size(&folder.join(path))?)));
    sized.collect()
}

fn is_picture(path: &Path) -> bool {
    let ending = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
    ENDINGS.contains(&ending.as_str())
}

/// Reads the beginning of the file at `path`.
fn size(path: &Path) -> Option<PictureSize> {
    let size = imagesize::size(path).ok()?;
    Some(PictureSize { width: size.width.try_into().ok()?, height: size.height.try_into().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_measured_and_another_file_left_out() {
        let folder = tempfile::TempDir::new().unwrap();
        let gif = b"GIF89a\x40\x01\xf0\x00\x00\x00\x00";
        for (name, bytes) in [("a.gif", &gif[..]), ("b.PNG", b"no picture"), ("c.pdf", &gif[..])] {
            std::fs::write(folder.path().join(name), bytes).unwrap();
        }
        let paths = ["a.gif", "b.PNG", "c.pdf", "gone.jpg"].map(PathBuf::from);
        let want = BTreeMap::from([("a.gif".into(), PictureSize { width: 320, height: 240 })]);
        assert_eq!(sizes(folder.path(), &paths), want);
    }
}
