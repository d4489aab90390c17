//! The colours of a publication, as its style sheet has them.

/// A colour of sRGB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour(pub [u8; 3]);

/// What a card is painted with: the variables of the light theme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colours {
    pub paper: Colour,
    pub ink: Colour,
    pub quiet: Colour,
    pub accent: Colour,
    /// The two stripes of an envelope's edge.
    pub stripes: [Colour; 2],
}

impl Colours {
    /// The colours that `sheets` give to `--paper`, `--ink` and so on, a later sheet before an earlier one; ours for
    /// those that are not written as `#rrggbb`.
    pub fn of(sheets: &[&str]) -> Self {
        let colour = |name: &str, ours: [u8; 3]| {
            let found = sheets.iter().rev().find_map(|sheet| variable(sheet, name));
            found.unwrap_or(Colour(ours))
        };
        Self {
            paper: colour("--paper", [0xfd, 0xfb, 0xf6]),
            ink: colour("--ink", [0x23, 0x20, 0x1b]),
            quiet: colour("--quiet", [0x6a, 0x63, 0x55]),
            accent: colour("--accent", [0xa2, 0x33, 0x1d]),
            stripes: [colour("--stripe-1", [0xc8, 0x54, 0x3f]), colour("--stripe-2", [0x3d, 0x6b, 0x9c])],
        }
    }
}

/// The first value of `name` in `sheet`: that of the light theme.
fn variable(sheet: &str, name: &str) -> Option<Colour> {
    let (_, rest) = sheet.split_once(&format!("{name}:"))?;
    let digits = rest.trim_start().strip_prefix('#')?.get(..6)?;
    let channel = |at: usize| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok();
    Some(Colour([channel(0)?, channel(2)?, channel(4)?]))
}

impl Colour {
    /// `level` of `levels` steps of the way to `other`.
    pub(super) fn towards(self, other: Self, level: u32, levels: u32) -> Self {
        let mixed = |at: usize| {
            let (from, to) = (u32::from(self.0[at]), u32::from(other.0[at]));
            let sum = from * (levels - level) + to * level + levels / 2;
            u8::try_from(sum / levels).unwrap_or(u8::MAX)
        };
        Self([mixed(0), mixed(1), mixed(2)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_come_from_the_last_sheet_that_names_them() {
        let colours = Colours::of(&["--ink: #010203; --paper:#fff", "a {} :root { --ink: #a0b0c0 }"]);
        assert_eq!(colours.ink, Colour([0xa0, 0xb0, 0xc0]));
        assert_eq!(colours.paper, Colour([0xfd, 0xfb, 0xf6]), "three digits are not read");
    }
}
