//! What a drawing (SVG) tells of its size, and what it holds that is more than a drawing.
//!
//! Follows SVG 2 §5.1 (`width`, `height`) and §8.6 (`viewBox`). A picture on a page runs no script; the file is published beside it,
//! and whoever opens that runs what is in it in the name of the site.

mod foreign;
mod style;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use serde::{Deserialize, Serialize};

use crate::post::PictureSize;
use crate::post::drawing::foreign::Search;

pub(super) use foreign::Foreign;

/// Octets that are worth a look in a drawing.
pub(super) const MAX_OCTETS: u64 = 16 << 20;

/// Pixels of width of a drawing that has a shape and no size: as wide as the column of pages, as browsers show it.
const COLUMN: f64 = 640.0;

/// Pixels of the units that are one length everywhere (CSS Values 4 §6.2).
const UNITS: [(&str, f64); 7] = [
    ("px", 1.0),
    ("pt", 96.0 / 72.0),
    ("pc", 16.0),
    ("in", 96.0),
    ("cm", 96.0 / 2.54),
    ("mm", 9.6 / 2.54),
    ("q", 2.4 / 2.54),
];

/// What a look at a drawing tells.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Drawing {
    pub size: Option<PictureSize>,
    /// What is first in it that no drawing needs, and in which line.
    pub foreign: Option<(Foreign, usize)>,
}

/// Looks `svg` over, as far as it makes sense.
pub(super) fn look(svg: &[u8]) -> Drawing {
    let (mut reader, mut search) = (Reader::from_reader(svg), Search::default());
    let (mut size, mut first, mut has_root) = (None, None, false);
    while let Ok(event) = reader.read_event() {
        if first.is_none() {
            first = search.meets(&event).map(|foreign| (foreign, reader.buffer_position()));
        }
        match event {
            Event::Start(root) | Event::Empty(root) if !has_root => {
                if root.local_name().as_ref() != b"svg" {
                    return Drawing::default();
                }
                (size, has_root) = (self::size(&root), true);
            }
            Event::Eof => break,
            _ if has_root && first.is_some() => break,
            _ => {}
        }
    }
    let foreign = first.filter(|_| has_root).map(|(foreign, at)| (foreign, line(svg, at)));
    Drawing { size, foreign }
}

/// The line of `svg` that the octet before `end` is in, from 1.
fn line(svg: &[u8], end: u64) -> usize {
    let before = usize::try_from(end).ok().and_then(|end| svg.get(..end)).unwrap_or(svg);
    1 + before.iter().filter(|octet| **octet == b'\n').count()
}

/// The size that the root says, or its shape as wide as the column; none where it says neither.
fn size(root: &BytesStart<'_>) -> Option<PictureSize> {
    let given = |name: &str| {
        let value = root.try_get_attribute(name).ok()??.value;
        pixels(std::str::from_utf8(&value).ok()?)
    };
    let (width, height) = match (given("width"), given("height"), shape(root)) {
        (Some(width), Some(height), _) => (width, height),
        (Some(width), None, Some(shape)) => (width, width / shape),
        (None, Some(height), Some(shape)) => (height * shape, height),
        (None, None, Some(shape)) => (COLUMN, COLUMN / shape),
        _ => return None,
    };
    Some(PictureSize { width: whole(width)?, height: whole(height)? })
}

/// How many times wider than high the `viewBox` is.
fn shape(root: &BytesStart<'_>) -> Option<f64> {
    let view = root.try_get_attribute("viewBox").ok()??.value;
    let view = std::str::from_utf8(&view).ok()?;
    let numbers = view.split([',', ' ', '\t', '\n', '\r']).filter(|part| !part.is_empty());
    let numbers: Vec<f64> = numbers.map(str::parse).collect::<Result<_, _>>().ok()?;
    let [_, _, width, height] = numbers[..] else { return None };
    (width > 0.0 && height > 0.0).then(|| width / height).filter(|shape| shape.is_finite())
}

/// A length in pixels; none in a unit that goes by what is around the drawing.
fn pixels(length: &str) -> Option<f64> {
    let length = length.trim().to_ascii_lowercase();
    let of_unit =
        |(unit, pixels): &(&str, f64)| Some((length.strip_suffix(unit)?.trim_end().to_owned(), *pixels));
    let (number, pixels) = UNITS.iter().find_map(of_unit).unwrap_or((length.clone(), 1.0));
    number.parse::<f64>().ok().map(|number| number * pixels)
}

fn whole(pixels: f64) -> Option<u32> {
    (0.5..=100_000.0).contains(&pixels).then(|| pixels.round() as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drawing_has_the_size_it_tells_or_its_shape() {
        for (svg, want) in [
            (
                "<?xml version=\"1.0\"?><!-- a --><svg width=\"20\" height=\" 9.6px \"><g/></svg>",
                Some((20, 10)),
            ),
            ("<s:svg xmlns:s=\"http://www.w3.org/2000/svg\" width=\"3\" height=\"4\"/>", Some((3, 4))),
            ("<svg width=\"210mm\" height=\"1in\"/>", Some((794, 96))),
            ("<svg viewBox=\"0 0 24 24\"/>", Some((640, 640))),
            ("<svg viewBox='-5,-5, 320 180'/>", Some((640, 360))),
            ("<svg width=\"100%\" height=\"100%\" viewBox=\"0 0 2 1\"/>", Some((640, 320))),
            ("<svg width=\"30\" viewBox=\"0 0 2 1\"/>", Some((30, 15))),
            ("<svg height=\"2em\" width=\"30\" viewBox=\"0 0 2 1\"/>", Some((30, 15))),
            ("<svg height=\"30\" viewBox=\"0 0 2 1\"/>", Some((60, 30))),
            ("<svg viewBox=\"0 0 0 24\"/>", None),
            ("<svg viewBox=\"0 0 24\"/>", None),
            ("<svg viewBox=\"0 0 1 9e9\"/>", None),
            ("<svg width=\"100%\" height=\"4\"/>", None),
            ("<svg width=\"0\" height=\"4\"/>", None),
            ("<svg width=\"1e9\" height=\"NaN\"/>", None),
            ("<html><svg width=\"1\" height=\"1\"/></html>", None),
            ("<svg width=\"1", None),
            ("", None),
        ] {
            let size = look(svg.as_bytes()).size.map(|size| (size.width, size.height));
            assert_eq!(size, want, "given {svg}");
        }
    }

    #[test]
    fn what_is_more_than_drawing_is_told_with_its_line() {
        let svg = b"<svg>\n<g>\n<path\nonclick='x()'/></g>\n<script/></svg>";
        assert_eq!(look(svg).foreign, Some((Foreign::Handler, 4)));
        assert_eq!(look(b"<html><script/><svg/></html>").foreign, None, "no drawing");
    }
}
