//! Letters become glyphs at places on a line.

use std::ops::Range;
use std::str::FromStr;

use rustybuzz::ttf_parser::GlyphId;
use rustybuzz::{Direction, Face, Language, UnicodeBuffer, shape};
use unicode_bidi::{BidiInfo, Level};

use super::fonts::face_of;

/// A glyph on a line; lengths are in units of one em.
pub(super) struct Glyph {
    /// Which of the faces.
    pub face: usize,
    pub id: GlyphId,
    /// From the line's left end.
    pub x: f32,
    /// Above the base line.
    pub y: f32,
}

/// A line of glyphs from left to right.
#[derive(Default)]
pub(super) struct Line {
    pub glyphs: Vec<Glyph>,
    /// In ems.
    pub width: f32,
}

/// Sets `text`, one line in the language `lang`, with the first of `faces` that has each letter.
pub(super) fn set(text: &str, lang: &str, is_rtl: bool, faces: &[Face<'_>]) -> Line {
    let base = if is_rtl { Level::rtl() } else { Level::ltr() };
    let bidi = BidiInfo::new(text, Some(base));
    let mut line = Line::default();
    for paragraph in &bidi.paragraphs {
        let (levels, runs) = bidi.visual_runs(paragraph, paragraph.range.clone());
        for run in runs {
            let is_rtl = levels[run.start].is_rtl();
            let mut pieces = pieces(text, run, faces);
            if is_rtl {
                pieces.reverse();
            }
            for (face, range) in pieces {
                line.add(&text[range], lang, is_rtl, face, &faces[face]);
            }
        }
    }
    line
}

/// `run` of `text` in pieces of one font each. A letter that the font before it has, such as a space, stays with it.
fn pieces(text: &str, run: Range<usize>, faces: &[Face<'_>]) -> Vec<(usize, Range<usize>)> {
    let mut pieces: Vec<(usize, Range<usize>)> = Vec::new();
    for (at, c) in text[run.clone()].char_indices() {
        let range = run.start + at..run.start + at + c.len_utf8();
        let last = pieces.last_mut();
        match last {
            Some((face, piece)) if !c.is_alphanumeric() && faces[*face].glyph_index(c).is_some() => {
                piece.end = range.end;
            }
            Some((face, piece)) if face_of(faces, c).is_none_or(|found| found == *face) => {
                piece.end = range.end
            }
            _ => pieces.push((face_of(faces, c).unwrap_or(0), range)),
        }
    }
    pieces
}

impl Line {
    fn add(&mut self, text: &str, lang: &str, is_rtl: bool, number: usize, face: &Face<'_>) {
        let mut buffer = UnicodeBuffer::new();
        buffer.push_str(text);
        buffer.guess_segment_properties();
        buffer.set_direction(if is_rtl { Direction::RightToLeft } else { Direction::LeftToRight });
        if let Ok(language) = Language::from_str(lang) {
            buffer.set_language(language);
        }
        let shaped = shape(face, &[], buffer);
        #[expect(clippy::cast_precision_loss, reason = "fonts have at most 16384 units in an em")]
        let ems = |units: i32| units as f32 / face.units_per_em() as f32;
        for (info, position) in shaped.glyph_infos().iter().zip(shaped.glyph_positions()) {
            self.glyphs.push(Glyph {
                face: number,
                id: GlyphId(u16::try_from(info.glyph_id).unwrap_or_default()),
                x: self.width + ems(position.x_offset),
                y: ems(position.y_offset),
            });
            self.width += ems(position.x_advance);
        }
    }
}
