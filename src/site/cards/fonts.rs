//! The fonts cards are drawn with.

use miniz_oxide::inflate::decompress_to_vec_zlib;
use rustybuzz::Face;

/// Parts of Noto fonts; `fonts/LICENSE` says of which, and under which terms.
const BUILT_IN: [&[u8]; 5] = [
    include_bytes!("fonts/latin.ttf.z"),
    include_bytes!("fonts/han.otf.z"),
    include_bytes!("fonts/hangul.otf.z"),
    include_bytes!("fonts/arabic.ttf.z"),
    include_bytes!("fonts/hebrew.ttf.z"),
];

/// The fonts of a publication: those it names, then those in this program.
pub(super) struct Fonts {
    files: Vec<Vec<u8>>,
}

impl Fonts {
    /// `named` are font files (OpenType, TrueType, or the first font of a collection).
    pub fn new(named: &[Vec<u8>]) -> Self {
        let built_in = BUILT_IN
            .iter()
            .map(|file| decompress_to_vec_zlib(file).expect("the fonts in this program are whole"));
        Self { files: named.iter().cloned().chain(built_in).collect() }
    }

    /// The fonts, ready to draw with, the preferred one first.
    pub fn faces(&self) -> Vec<Face<'_>> {
        self.files.iter().filter_map(|file| Face::from_slice(file, 0)).collect()
    }
}

/// Whether `file` is a font.
pub(super) fn is_font(file: &[u8]) -> bool {
    Face::from_slice(file, 0).is_some()
}

/// The first of `faces` that has a glyph for `c`.
pub(super) fn face_of(faces: &[Face<'_>], c: char) -> Option<usize> {
    faces.iter().position(|face| face.glyph_index(c).is_some())
}
