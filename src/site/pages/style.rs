//! The style sheet: the theme's, the colours of code, then the publication's `custom.css`.

use data_encoding::HEXLOWER;
use ring::digest::{SHA256, digest};

use crate::post::highlight_css;
use crate::site::Artifact;
use crate::template::{TemplateError, Templates};

/// The style sheet under a name made from its octets, so that it can be cached for ever.
pub(crate) fn style_sheet(templates: &Templates) -> Result<Artifact, TemplateError> {
    let code = highlight_css("screen and (prefers-color-scheme: dark)", false);
    let css = [templates.text("style.css")?, &code, templates.text("custom.css")?].concat();
    let hash = HEXLOWER.encode(&digest(&SHA256, css.as_bytes()).as_ref()[..6]);
    Ok(Artifact::new(format!("assets/style.{hash}.css"), css.into_bytes()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::post::markup::contrast::contrast;

    /// The colours of the `n`th block of variables: 0 is light, 1 is dark.
    fn colours(css: &str, n: usize) -> BTreeMap<&str, &str> {
        let block = css.split("--paper:").nth(n + 1).unwrap().split('}').next().unwrap();
        let rest = block.lines().skip(1).filter_map(|line| line.trim().strip_prefix("--")?.split_once(": "));
        let named = rest.filter(|(_, value)| value.starts_with('#'));
        let paper = block.lines().next().unwrap().trim();
        named.chain([("paper", paper)]).map(|(name, value)| (name, value.trim_end_matches(';'))).collect()
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
    fn highlighted_code_stands_out_from_its_ground_in_light_and_in_dark() {
        let css = Templates::load(None).unwrap().text("style.css").unwrap().to_owned();
        assert!(
            css.contains("background: var(--sheet); border: 1px solid var(--line)"),
            "what code stands on"
        );
        let code = highlight_css("dark", false);
        for (n, rules) in code.split("@media dark").enumerate() {
            let ground = colours(&css, n)["sheet"];
            let found = rules.lines().filter_map(|rule| rule.trim().split_once(" { color: "));
            let found: Vec<_> = found.map(|(class, rest)| (class, contrast(&rest[..7], ground))).collect();
            assert_eq!(found.len(), 9, "{rules}");
            assert!(found.iter().all(|(_, contrast)| *contrast >= 4.5), "on {ground}: {found:?}");
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
