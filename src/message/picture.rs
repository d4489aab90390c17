//! Widths for pictures in essays: Outlook on Windows knows no `max-width` and would show them as large as they are.

use lol_html::{RewriteStrSettings, element, rewrite_str};

/// Width of an essay's column in pixels: the sheet's 600 without its margins.
const COLUMN: &str = "520";

/// `html` with a `width` on each picture that has none. The style sheet's `width: auto` takes its place
/// everywhere else, so that no small picture is enlarged there.
pub(super) fn with_widths(html: &str) -> String {
    let pictures = element!("img:not([width])", |picture| {
        picture.set_attribute("width", COLUMN)?;
        Ok(())
    });
    let settings = RewriteStrSettings::new().with_strict(false).append_element_content_handler(pictures);
    rewrite_str(html, settings).expect("`width` is a name of an attribute, no limit is set")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_gets_a_width_where_its_author_gave_none() {
        for (given, want) in [
            (
                r#"<p><img src="a.png" alt="a > b"></p>"#,
                r#"<p><img src="a.png" alt="a > b" width="520"></p>"#,
            ),
            (r#"<img src="a.png" width="40">"#, r#"<img src="a.png" width="40">"#),
            ("<p>&lt;img&gt;</p>", "<p>&lt;img&gt;</p>"),
        ] {
            assert_eq!(with_widths(given), want);
        }
    }
}
