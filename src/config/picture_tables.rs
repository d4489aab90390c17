//! The keys of `config.toml` that are about pictures, and what they come to.

use std::fs;
use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Config, ConfigError};
use crate::site::cards::CardFonts;
use crate::site::pictures::PictureSettings;

/// Smaller files of the pictures that essays show (JPEG, PNG, WebP), so that a phone loads no poster.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Pictures {
    /// Make them. Default true; with false, pages, feeds and mail show the originals.
    pub responsive: bool,
    /// Widths to make in pixels; none is wider than the original. Default 480, 800, 1200 and 1600.
    pub widths: Vec<u32>,
    /// Quality of WebP, 1 to 100. Default 75.
    #[schemars(range(min = 1, max = 100))]
    pub quality: u8,
    /// How wide pages show pictures, as in the attribute `sizes` of HTML. Default: the column of the built-in theme.
    pub sizes: Option<String>,
}

impl Default for Pictures {
    fn default() -> Self {
        let PictureSettings { is_on, widths, quality, .. } = PictureSettings::default();
        Self { responsive: is_on, widths, quality, sizes: None }
    }
}

/// A picture with the title on it for each post that has none, shown where a link to it is shared.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Cards {
    /// Draw them. Default false.
    pub draw: bool,
    /// Font files seen from this file, the preferred one first: for letters that the built-in fonts have not, or for their shapes.
    pub fonts: Vec<PathBuf>,
}

/// Widest WebP there is (RFC 9649 §3.4.2).
const MAX_WIDTH: u32 = 16_383;

impl Config {
    /// The fonts of cards; none where no cards are drawn.
    ///
    /// # Errors
    ///
    /// If a file cannot be read or is no font.
    pub fn card_fonts(&self) -> Result<Option<CardFonts>, ConfigError> {
        let Cards { draw, fonts } = &self.file.cards;
        let mut read = CardFonts::default();
        for path in fonts.iter().filter(|_| *draw) {
            let fault = |what: &str| {
                let what = format!("`fonts`: {}: {what}", path.display());
                self.fault("cards", "fonts", what, Some("name an OpenType or TrueType font file".to_owned()))
            };
            let file = fs::read(self.root.join(path)).map_err(|error| fault(&error.to_string()))?;
            if !read.add(file) {
                return Err(fault("expected a font, found something else"));
            }
        }
        Ok(draw.then_some(read))
    }

    /// Which smaller pictures are made.
    ///
    /// # Errors
    ///
    /// If a width or the quality is out of its range.
    pub fn pictures(&self) -> Result<PictureSettings, ConfigError> {
        let Pictures { responsive, widths, quality, sizes } = &self.file.pictures;
        if let Some(width) = widths.iter().find(|width| !(1..=MAX_WIDTH).contains(*width)) {
            let what = format!("`widths`: expected widths from 1 to {MAX_WIDTH} pixels, found `{width}`");
            return Err(self.fault("pictures", "widths", what, None));
        }
        if !(1..=100).contains(quality) {
            let what = format!("`quality`: expected a quality from 1 to 100, found `{quality}`");
            return Err(self.fault("pictures", "quality", what, None));
        }
        Ok(PictureSettings {
            is_on: *responsive,
            widths: widths.clone(),
            quality: *quality,
            sizes: sizes.clone().unwrap_or_else(|| PictureSettings::SIZES.to_owned()),
        })
    }
}
