//! Pictures that essays show become files of several widths, so that a phone loads no poster.
//!
//! In: JPEG, PNG and WebP files beside the essays. Out: WebP in the widths of [`PictureSettings`], and where the
//! original is too much for a mail or a feed, one *plain* file as well: JPEG, or PNG where there is transparency.
//! A made file is upright, in sRGB and without metadata. The original is copied as it is. Drawings (SVG), moving
//! pictures and whatever cannot be read or is too large are shown as they are, the last two with a finding.
//!
//! Files of pages are named by what they were made from, so they can be cached for ever. The plain file is named
//! after its original alone: mail and feed readers that hold its address outlive every setting.
//!
//! Decision 0016 says why WebP, and why by libwebp. Leaves out: AVIF, animation, art direction.

mod encode;
mod exif;
mod gallery;
mod made;
mod original;
mod scale;
mod settings;
#[cfg(test)]
mod tests;

pub use gallery::Gallery;
pub use settings::PictureSettings;
