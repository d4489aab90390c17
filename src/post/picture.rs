//! How large pictures are, so that a page can keep their place before they are there.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use quick_xml::Reader;
use quick_xml::events::Event;
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

/// The kinds that are looked into, by their file's ending.
const ENDINGS: [&str; 8] = ["apng", "avif", "gif", "jpeg", "jpg", "png", "svg", "webp"];

/// What is read of a drawing to find its root, in octets.
const HEAD: u64 = 64 * 1024;

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
    ENDINGS.contains(&ending(path).as_str())
}

fn ending(path: &Path) -> String {
    path.extension().unwrap_or_default().to_string_lossy().to_lowercase()
}

/// Reads the beginning of the file at `path`.
fn size(path: &Path) -> Option<PictureSize> {
    let size =
        if ending(path) == "svg" { drawing(BufReader::new(File::open(path).ok()?)) } else { raster(path) };
    size.filter(|size| size.width > 0 && size.height > 0)
}

fn raster(path: &Path) -> Option<PictureSize> {
    let size = imagesize::size(path).ok()?;
    Some(PictureSize { width: size.width.try_into().ok()?, height: size.height.try_into().ok()? })
}

/// What a drawing (SVG) says of its size; none where it leaves that to the page.
fn drawing(svg: impl BufRead) -> Option<PictureSize> {
    let mut reader = Reader::from_reader(svg.take(HEAD));
    let mut octets = Vec::new();
    loop {
        match reader.read_event_into(&mut octets).ok()? {
            Event::Start(root) | Event::Empty(root) if root.local_name().as_ref() == b"svg" => {
                let length = |name: &str| pixels(&root.try_get_attribute(name).ok()??.value);
                return Some(PictureSize { width: length("width")?, height: length("height")? });
            }
            Event::Start(_) | Event::Empty(_) | Event::Eof => return None,
            _ => octets.clear(),
        }
    }
}

/// A length in pixels, rounded; none in any other unit.
fn pixels(length: &[u8]) -> Option<u32> {
    let length = std::str::from_utf8(length).ok()?.trim();
    let pixels: f64 = length.strip_suffix("px").unwrap_or(length).trim_end().parse().ok()?;
    (0.5..=100_000.0).contains(&pixels).then(|| pixels.round() as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drawing_has_the_size_it_tells_in_pixels() {
        for (svg, want) in [
            (
                "<?xml version=\"1.0\"?><!-- a --><svg width=\"20\" height=\" 9.6px \"><g/></svg>",
                Some((20, 10)),
            ),
            ("<s:svg xmlns:s=\"http://www.w3.org/2000/svg\" width=\"3\" height=\"4\"/>", Some((3, 4))),
            ("<svg viewBox=\"0 0 24 24\"/>", None),
            ("<svg width=\"100%\" height=\"4\"/>", None),
            ("<svg width=\"0\" height=\"4\"/>", None),
            ("<svg width=\"1e9\" height=\"NaN\"/>", None),
            ("<html><svg width=\"1\" height=\"1\"/></html>", None),
            ("<svg width=\"1", None),
            ("", None),
        ] {
            let size = drawing(svg.as_bytes()).map(|size| (size.width, size.height));
            assert_eq!(size, want, "given {svg}");
        }
    }

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
