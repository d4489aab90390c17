//! The style sheet: the theme's, the colours of code, then the publication's `custom.css`.

use data_encoding::HEXLOWER;
use ring::digest::{SHA256, digest};

use crate::post::highlight_css;
use crate::site::Artifact;
use crate::template::{TemplateError, Templates};

/// The style sheet under a name made from its octets, so that it can be cached for ever.
pub(crate) fn style_sheet(templates: &Templates) -> Result<Artifact, TemplateError> {
    let dark = format!("@media screen and (prefers-color-scheme: dark) {{\n{}}}\n", highlight_css(true));
    let css =
        [templates.text("style.css")?, &highlight_css(false), &dark, templates.text("custom.css")?].concat();
    let hash = HEXLOWER.encode(&digest(&SHA256, css.as_bytes()).as_ref()[..6]);
    Ok(Artifact::new(format!("assets/style.{hash}.css"), css.into_bytes()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// The colours of the `n`th block of variables: 0 is light, 1 is dark.
    fn colours(css: &str, n: usize) -> BTreeMap<&str, &str> {
        let block = css.split("--paper:").nth(n + 1).unwrap().split('}').next().unwrap();
        let rest = block.lines().skip(1).filter_map(|line| line.trim().strip_prefix("--")?.split_once(": "));
        let named = rest.filter(|(_, value)| value.starts_with('#'));
        let paper = block.lines().next().unwrap().trim();
        named.chain([("paper", paper)]).map(|(name, value)| (name, value.trim_end_matches(';'))).collect()
    }

    /// Relative luminance (WCAG 2.1).
    fn luminance(colour: &str) -> f64 {
        let channel = |at: usize| {
            let value = f64::from(u8::from_str_radix(&colour[at..at + 2], 16).unwrap()) / 255.0;
            if value <= 0.03928 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
    }

    fn contrast(one: &str, other: &str) -> f64 {
        let (a, b) = (luminance(one), luminance(other));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn text_stands_out_from_its_ground_in_light_and_in_dark() {
        let css = Templates::load(None).unwrap().text("style.css").unwrap().to_owned();
        for n in [0, 1] {
            let colours = colours(&css, n);
            for text in ["ink", "quiet", "accent"] {
                for ground in ["paper", "sheet", "wash"] {
                    let found = contrast(colours[text], colours[ground]);
                    assert!(found >= 4.5, "{text} on {ground} has a contrast of {found:.2} to 1");
                }
            }
        }
    }

    #[test]
    fn the_name_of_a_style_sheet_changes_with_its_rules() {
        let own = tempfile::TempDir::new().unwrap();
        std::fs::write(own.path().join("custom.css"), "p { color: teal }").unwrap();
        let given = style_sheet(&Templates::load(Some(own.path())).unwrap()).unwrap();
        assert_ne!(given.path, style_sheet(&Templates::load(None).unwrap()).unwrap().path);
    }
}
