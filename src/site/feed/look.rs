//! How a feed looks to somebody who opens it in a browser: a style sheet, with words that say what it is.
//!
//! Its name stays when the theme changes: what feeds say of themselves must not.

use crate::site::Artifact;
use crate::template::{TemplateError, Templates};
use crate::words::{Lang, Words};

/// The style sheet's path in the public tree.
const PATH: &str = "assets/feed.css";

/// The style sheet of all feeds, speaking `lang`.
///
/// # Errors
///
/// If the publication's own file cannot be read.
pub fn style_sheet(templates: &Templates, lang: &Lang) -> Result<Artifact, TemplateError> {
    let words = quoted(&Words::of(lang).say("feed-here", &[]));
    let css = format!("{}\n:root::before {{ content: {words}; }}\n", templates.text("feed.css")?);
    Ok(Artifact::new(PATH, css.into_bytes()))
}

/// The processing instruction by which the feed at `path` asks for it (xml-stylesheet 1.0).
pub(super) fn instruction(path: &str) -> String {
    let up = "../".repeat(path.matches('/').count());
    format!("<?xml-stylesheet type=\"text/css\" href=\"{up}{PATH}\"?>\n")
}

/// `text` as a string of CSS.
fn quoted(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\a ");
    format!("\"{escaped}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_feed_finds_its_style_sheet_from_wherever_it_lies() {
        assert!(instruction("rss.xml").contains("href=\"assets/feed.css\""));
        assert!(instruction("tags/紙/atom.xml").contains("href=\"../../assets/feed.css\""));
    }

    #[test]
    fn the_style_sheet_says_in_the_publication_s_language_what_a_feed_is() {
        let templates = Templates::load(None).unwrap();
        let sheet = style_sheet(&templates, &"de".parse().unwrap()).unwrap();
        let text = String::from_utf8(sheet.bytes.to_vec()).unwrap();
        assert!(text.contains("content: \"Dies ist ein Feed."), "{text}");
        assert_eq!(quoted("a \"b\" \\"), r#""a \"b\" \\""#);
    }
}
