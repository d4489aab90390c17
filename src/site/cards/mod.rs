//! A card for posts without a picture: what other sites show of a link to it.
//!
//! In: title, authors, publication, colours of the style sheet, fonts. Out: PNG of 1200 × 630 pixels, with a palette,
//! some ten to thirty kilobytes. Drawn with the fonts in this program and with those the publication names, never
//! with those of the machine, so that every machine draws the same octets. A title with a letter that no font has
//! gets no card and a finding, for a title with holes in it is worse than none. Decision 0017 says more.
//!
//! Follows UAX 9 (text from right to left) and UAX 14 (line breaking). Leaves out: coloured letters; emoji are left out
//! of the title.

mod deck;
mod fonts;
mod layout;
mod paint;
mod palette;
mod shape;
#[cfg(test)]
mod tests;

pub use deck::{CardFonts, CardSettings, Deck};
pub use palette::{Colour, Colours};
