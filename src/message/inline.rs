//! Style sheets written into the elements, because web mail drops them from anywhere else.
//!
//! Rules for small screens and dark rooms stay in `<style>`, where the programs that know them look.

use css_inline::CSSInliner;

use crate::message::DraftError;

/// `html` with its `<style>` rules on each element they choose, and `@media` rules left where they were.
pub(super) fn inlined(html: &str) -> Result<String, DraftError> {
    let inliner = CSSInliner::options().keep_at_rules(true).load_remote_stylesheets(false).build();
    inliner.inline(html).map_err(|source| DraftError::Style { what: source.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_move_to_their_elements_and_media_rules_stay() {
        let html = "<html><head><style>p { color: red } @media (max-width: 9px) { p { color: blue !important } }\
            </style></head><body><!--[if mso]><b><![endif]--><p>A</p></body></html>";
        let inlined = inlined(html).unwrap();
        assert!(inlined.contains("<p style=\"color: red;\">A</p>"), "{inlined}");
        assert!(inlined.contains("@media"), "{inlined}");
        assert!(inlined.contains("<!--[if mso]><b><![endif]-->"), "{inlined}");
    }
}
