//! What `[podcast]` says, and which categories podcast players know.

use schemars::JsonSchema;
use serde::Deserialize;

use super::names::did_you_mean;
use super::{Config, ConfigError};
use crate::site::PodcastSettings;

/// What podcast players are told of feeds with recordings.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PodcastTable {
    /// Who speaks. Default: the author of the publication.
    pub author: Option<String>,
    /// Address that directories write to; everybody can read it in the feed. Default none.
    pub owner_email: Option<String>,
    /// Its category as Apple writes it, such as `Arts` or `Arts > Books`. Directories want one.
    pub category: Option<String>,
    /// A square picture of 1,400 to 3,000 pixels: a path below `posts/` or an address. Directories want one. Default:
    /// `feeds.icon`.
    pub image: Option<String>,
    /// Whether it holds what not everybody wants to hear. An enclosure may say otherwise. Default false.
    pub explicit: bool,
    /// Whether it is to be heard from the first episode on. Default false.
    pub serial: bool,
    /// Whether other platforms may not import it. Default false.
    pub locked: bool,
    /// Its id (a UUID), where it had one before. Default: made from the feed's address. Never change it.
    pub guid: Option<String>,
}

impl Config {
    /// What podcast players are told.
    pub(super) fn podcast(&self) -> Result<PodcastSettings, ConfigError> {
        let table = &self.file.podcast;
        let category = table.category.as_deref().map(parsed_category).transpose();
        let category = category.map_err(|(what, help)| self.fault("podcast", "category", what, help))?;
        if let Some(guid) = table.guid.as_deref().filter(|guid| !is_uuid(guid)) {
            let what = format!("`guid`: expected a UUID, found `{guid}`");
            return Err(self.fault("podcast", "guid", what, None));
        }
        Ok(PodcastSettings {
            author: table.author.clone(),
            owner_email: table.owner_email.clone(),
            category,
            image: table.image.clone(),
            is_explicit: table.explicit,
            is_serial: table.serial,
            is_locked: table.locked,
            guid: table.guid.as_ref().map(|guid| guid.to_lowercase()),
        })
    }
}

fn is_uuid(text: &str) -> bool {
    let lengths = text.split('-').map(str::len);
    lengths.eq([8, 4, 4, 4, 12]) && text.chars().all(|c| c == '-' || c.is_ascii_hexdigit())
}

/// `Arts > Books` as its parts, or what is wrong and what to do.
fn parsed_category(text: &str) -> Result<Vec<String>, (String, Option<String>)> {
    let parts: Vec<&str> = text.split('>').map(str::trim).collect();
    let fault = |found: &str, known: &[&str]| {
        let what = format!("`category`: expected a category that podcast directories know, found `{found}`");
        (what, did_you_mean(found, known.iter().copied()))
    };
    let Some((_, below)) = CATEGORIES.iter().find(|(name, _)| *name == parts[0]) else {
        return Err(fault(parts[0], &CATEGORIES.map(|(name, _)| name)));
    };
    match parts[1..] {
        [] => {}
        [part] if below.contains(&part) => {}
        [part, ..] => return Err(fault(part, below)),
    }
    Ok(parts.into_iter().map(str::to_owned).collect())
}

/// Apple's list: names to the letter.
const CATEGORIES: [(&str, &[&str]); 19] = [
    ("Arts", &["Books", "Design", "Fashion & Beauty", "Food", "Performing Arts", "Visual Arts"]),
    ("Business", &["Careers", "Entrepreneurship", "Investing", "Management", "Marketing", "Non-Profit"]),
    ("Comedy", &["Comedy Interviews", "Improv", "Stand-Up"]),
    ("Education", &["Courses", "How To", "Language Learning", "Self-Improvement"]),
    ("Fiction", &["Comedy Fiction", "Drama", "Science Fiction"]),
    ("Government", &[]),
    ("History", &[]),
    (
        "Health & Fitness",
        &["Alternative Health", "Fitness", "Medicine", "Mental Health", "Nutrition", "Sexuality"],
    ),
    ("Kids & Family", &["Education for Kids", "Parenting", "Pets & Animals", "Stories for Kids"]),
    (
        "Leisure",
        &[
            "Animation & Manga",
            "Automotive",
            "Aviation",
            "Crafts",
            "Games",
            "Hobbies",
            "Home & Garden",
            "Video Games",
        ],
    ),
    ("Music", &["Music Commentary", "Music History", "Music Interviews"]),
    (
        "News",
        &[
            "Business News",
            "Daily News",
            "Entertainment News",
            "News Commentary",
            "Politics",
            "Sports News",
            "Tech News",
        ],
    ),
    (
        "Religion & Spirituality",
        &["Buddhism", "Christianity", "Hinduism", "Islam", "Judaism", "Religion", "Spirituality"],
    ),
    (
        "Science",
        &[
            "Astronomy",
            "Chemistry",
            "Earth Sciences",
            "Life Sciences",
            "Mathematics",
            "Natural Sciences",
            "Nature",
            "Physics",
            "Social Sciences",
        ],
    ),
    (
        "Society & Culture",
        &["Documentary", "Personal Journals", "Philosophy", "Places & Travel", "Relationships"],
    ),
    (
        "Sports",
        &[
            "Baseball",
            "Basketball",
            "Cricket",
            "Fantasy Sports",
            "Football",
            "Golf",
            "Hockey",
            "Rugby",
            "Running",
            "Soccer",
            "Swimming",
            "Tennis",
            "Volleyball",
            "Wilderness",
            "Wrestling",
        ],
    ),
    ("Technology", &[]),
    ("True Crime", &[]),
    ("TV & Film", &["After Shows", "Film History", "Film Interviews", "Film Reviews", "TV Reviews"]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_category_is_one_that_directories_know_to_the_letter() {
        assert_eq!(parsed_category("Arts > Books").unwrap(), ["Arts", "Books"]);
        assert_eq!(parsed_category("Technology").unwrap(), ["Technology"]);
        for (given, found, help) in [
            ("arts", "arts", "did you mean `Arts`?"),
            ("Arts > Book", "Book", "did you mean `Books`?"),
            ("TV and Film", "TV and Film", "did you mean `TV & Film`?"),
        ] {
            let want =
                format!("`category`: expected a category that podcast directories know, found `{found}`");
            assert_eq!(parsed_category(given).unwrap_err(), (want, Some(help.to_owned())), "given {given}");
        }
        assert!(parsed_category("Arts > Books > Old").is_err());
    }
}
