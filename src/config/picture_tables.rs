//! The keys of `config.toml` that are about pictures, and what they come to.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Config, ConfigError};
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

/// Widest WebP there is (RFC 9649 §3.4.2).
const MAX_WIDTH: u32 = 16_383;

impl Config {
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
