//! The essay itself, without front matter.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::post::Marks;
use crate::post::text::Text;

/// What an essay's file is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    Markdown,
    /// Paragraphs between empty lines; a line break within one is kept, Markdown marks are text.
    Plain,
}

/// The essay itself, as its author wrote it, without front matter.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Body {
    pub format: Format,
    /// Whether `$…$` and `$$…$$` are math, in Markdown.
    pub has_math: bool,
    /// What may stand in it.
    pub marks: Marks,
    #[serde(skip)]
    text: Text,
}

impl Body {
    pub fn new(format: Format, source: impl Into<String>, has_math: bool) -> Self {
        let source = source.into();
        Self { format, has_math, marks: Marks::of(format, &source), text: Text::Held(source) }
    }

    /// As the author wrote it. It may be read only now, and each time: see [`Posts::changed`](crate::post::Posts::changed).
    pub fn source(&self) -> Cow<'_, str> {
        self.text.words()
    }

    /// Another essay, written and read in the same way.
    #[must_use]
    pub fn with_source(&self, source: impl Into<String>) -> Self {
        Self::new(self.format, source, self.has_math)
    }

    pub(super) fn put(&mut self, text: Text) {
        self.text = text;
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} with {:?}", self.format, self.marks)
    }
}
