//! What a publication may say of the pictures that are made.

/// Which pictures are made, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PictureSettings {
    /// Whether any are.
    pub is_on: bool,
    /// In pixels, in any order.
    pub widths: Vec<u32>,
    /// Of lossy WebP, 1 to 100.
    pub quality: u8,
    /// How wide a page shows pictures, as in the attribute `sizes` of HTML.
    pub sizes: String,
}

impl PictureSettings {
    /// How wide the built-in theme shows pictures: its column is 37 rem of 17 px, between margins of 1.25 rem.
    pub const SIZES: &str = "(min-width: 672px) 629px, calc(100vw - 2.5rem)";

    /// The widths to make of a picture that is `width` wide, each once, narrow ones first; none is wider.
    pub(super) fn widths_of(&self, width: u32) -> Vec<u32> {
        let widest = self.widths.iter().copied().max().unwrap_or(0);
        let mut widths: Vec<u32> = self.widths.iter().copied().filter(|&made| made < width).collect();
        if width <= widest {
            widths.push(width);
        }
        widths.sort_unstable();
        widths.dedup();
        widths
    }
}

impl Default for PictureSettings {
    fn default() -> Self {
        Self { is_on: true, widths: vec![480, 800, 1200, 1600], quality: 75, sizes: Self::SIZES.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_width_is_made_twice_or_wider_than_the_picture() {
        let settings = PictureSettings { widths: vec![800, 480, 1200, 480], ..PictureSettings::default() };
        for (width, want) in [
            (300, vec![300]),
            (480, vec![480]),
            (1000, vec![480, 800, 1000]),
            (1200, vec![480, 800, 1200]),
            (4000, vec![480, 800, 1200]),
        ] {
            assert_eq!(settings.widths_of(width), want, "of {width}");
        }
    }
}
