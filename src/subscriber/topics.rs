//! Topics as a file or a command names them: `maps;letters`.

use std::fmt;
use std::str::FromStr;

use crate::post::{Slug, SlugError};
use crate::subscriber::Topics;

impl Topics {
    /// Whether a post with these tags is wanted. Without topics every post is.
    pub fn want(&self, tags: &[Slug]) -> bool {
        self.0.is_empty() || tags.iter().any(|tag| self.0.contains(tag))
    }
}

/// Slugs of tags, with `;`, `,` or space between them, in any case; no slug means all posts.
impl FromStr for Topics {
    type Err = SlugError;

    fn from_str(text: &str) -> Result<Self, SlugError> {
        text.split(|c: char| c.is_whitespace() || ";,；，、".contains(c))
            .filter(|word| !word.is_empty())
            .map(|word| word.to_lowercase().parse())
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

impl fmt::Display for Topics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let slugs: Vec<&str> = self.0.iter().map(Slug::as_str).collect();
        f.write_str(&slugs.join(";"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topics_are_parted_by_semicolon_comma_or_space() {
        for (given, want) in [
            ("", ""),
            ("maps", "maps"),
            ("maps;letters", "letters;maps"),
            ("maps, Letters", "letters;maps"),
            ("地図、手紙 maps maps", "maps;地図;手紙"),
        ] {
            let topics: Topics = given.parse().unwrap();
            assert_eq!(topics.to_string(), want, "given {given}");
            assert_eq!(want.parse::<Topics>().unwrap(), topics);
        }
        assert!("maps;../letters".parse::<Topics>().is_err());
    }

    #[test]
    fn a_post_is_wanted_for_any_of_its_tags_and_always_by_a_reader_without_topics() {
        let tags = |text: &str| text.parse::<Topics>().unwrap().0.into_iter().collect::<Vec<_>>();
        for (topics, post, want) in [
            ("", "", true),
            ("", "maps", true),
            ("maps", "letters;maps", true),
            ("maps", "letters", false),
            ("maps", "", false),
        ] {
            assert_eq!(topics.parse::<Topics>().unwrap().want(&tags(post)), want, "{topics} of {post}");
        }
    }
}
