//! How large pictures are, so that a page can keep their place before they are there.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use serde::Serialize;

use crate::post::Fault;
use crate::post::drawing::{self, Drawing};
use crate::post::remarks::Flaw;

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

/// The kinds that are looked into, by their file's ending.
const ENDINGS: [&str; 8] = ["apng", "avif", "gif", "jpeg", "jpg", "png", "svg", "webp"];

/// What the pictures among the files beside essays tell of themselves.
#[derive(Debug, Default)]
pub(super) struct Pictures {
    /// Sizes by path. What cannot be read as a picture is left out.
    pub sizes: BTreeMap<PathBuf, PictureSize>,
    pub findings: Vec<Fault>,
}

/// Looks at the pictures among the files `paths` of `folder`, which is called `shown_as`.
pub(super) fn look_over<'a>(
    folder: &Path,
    shown_as: &Path,
    paths: impl IntoIterator<Item = &'a PathBuf>,
) -> Pictures {
    let pictures: Vec<&PathBuf> = paths.into_iter().filter(|path| is_picture(path)).collect();
    let looks: Vec<_> = pictures.into_par_iter().map(|path| (path, look(&folder.join(path)))).collect();
    let mut pictures = Pictures::default();
    for (path, Drawing { size, foreign }) in looks {
        pictures.sizes.extend(size.map(|size| (path.clone(), size)));
        pictures.findings.extend(foreign.map(|what| armed(what).in_file(shown_as.join(path))));
    }
    pictures
}

/// The finding of a drawing with `foreign` in it.
fn armed(foreign: &str) -> Flaw {
    let what = format!("expected a drawing and nothing else, found {foreign} in it");
    Flaw::new(0, what)
        .with_help("take it out, as by saving the drawing as plain SVG: it is published as it is")
}

fn is_picture(path: &Path) -> bool {
    ENDINGS.contains(&ending(path).as_str())
}

fn ending(path: &Path) -> String {
    path.extension().unwrap_or_default().to_string_lossy().to_lowercase()
}

/// Reads as much of the file at `path` as is needed.
fn look(path: &Path) -> Drawing {
    let look = match ending(path) == "svg" {
        true => File::open(path).map(|svg| drawing::look(BufReader::new(svg))).unwrap_or_default(),
        false => Drawing { size: raster(path), foreign: None },
    };
    Drawing { size: look.size.filter(|size| size.width > 0 && size.height > 0), ..look }
}

fn raster(path: &Path) -> Option<PictureSize> {
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
        std::fs::write(folder.path().join("d.svg"), "<svg viewBox='0 0 2 1' onload='x()'/>").unwrap();
        let paths = ["a.gif", "b.PNG", "c.pdf", "d.svg", "gone.jpg"].map(PathBuf::from);
        let size = |width, height| PictureSize { width, height };
        let want = BTreeMap::from([("a.gif".into(), size(320, 240)), ("d.svg".into(), size(640, 320))]);
        let Pictures { sizes, findings } = look_over(folder.path(), Path::new("posts"), &paths);
        assert_eq!(sizes, want);
        let said: Vec<String> = findings.iter().map(ToString::to_string).collect();
        assert_eq!(said, ["posts/d.svg: expected a drawing and nothing else, found an event handler in it"]);
    }
}
