//! XML as a second strict parser reads it.

use roxmltree::{Document, ParsingOptions};

/// The document, if it is well-formed; a document type is none of ours and refused.
pub fn parsed(text: &str) -> Result<Document<'_>, roxmltree::Error> {
    Document::parse_with_options(text, ParsingOptions { allow_dtd: false, ..ParsingOptions::default() })
}
