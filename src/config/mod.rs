//! `config.toml` and the environment become each room's own settings.
//!
//! In: the folder of a publication and the variables of the environment. Out: a [`Config`], or every
//! fault with file and line. A key that is not known is a fault: a typo must not pass for a default.
//!
//! Each key can be set as `POSTRIDER_<TABLE>__<KEY>`, or as `POSTRIDER_<TABLE>__<KEY>_FILE` naming a
//! file that holds the value. Secrets can be set only so; the file is committed, and they are not.

mod environment;
mod feed_tables;
mod feeds;
mod file;
mod lane_tables;
mod lanes;
mod names;
mod picture_tables;
mod outgoing;
mod ping;
mod podcast;
mod rules;
mod settings;

use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::post::Fault;

pub use environment::{Environment, Secret};
pub use file::{Ambiguous, ConfigFile, DigestContent};
pub use lanes::{LaneConfig, Way};
pub use outgoing::DeliverySettings;
pub use ping::PingSettings;
pub use rules::{check_title, home};
pub use settings::{MailSettings, PlanSettings};

/// What a publication has been told, checked as far as it can be without its posts.
#[derive(Debug)]
pub struct Config {
    root: PathBuf,
    file: ConfigFile,
    secrets: environment::Secrets,
    places: names::Places,
}

/// The name of the file a publication is known by.
pub const FILE_NAME: &str = "config.toml";

impl Config {
    /// Reads `config.toml` in `root` and lays the environment over it.
    ///
    /// # Errors
    ///
    /// If the file is missing, is not TOML, holds an unknown key or a value of the wrong kind, or if a
    /// variable that begins with `POSTRIDER_` names no key.
    pub fn load(root: &Path, environment: &Environment) -> Result<Self, ConfigError> {
        let path = root.join(FILE_NAME);
        let octets = std::fs::read(&path).map_err(|source| match source.kind() {
            std::io::ErrorKind::NotFound => ConfigError::Missing { folder: root.to_path_buf() },
            _ => ConfigError::Unreadable { path, source },
        })?;
        let text = String::from_utf8(octets).map_err(|error| not_utf8(&error))?;
        Self::from_text(root, &text, environment)
    }

    fn from_text(root: &Path, text: &str, environment: &Environment) -> Result<Self, ConfigError> {
        let places = names::Places::of(text);
        let (file, secrets, places) = file::read(text)
            .and_then(|table| environment.overlay(table, places))
            .map_err(|faults| ConfigError::Faults { faults })?;
        let config = Self { root: root.to_path_buf(), file, secrets, places };
        config.check_ranges()?;
        Ok(config)
    }

    /// Whether each value is in its range, used by this run or not: a typo must not wait for its day.
    fn check_ranges(&self) -> Result<(), ConfigError> {
        let checked = [self.plan().err(), self.delivery().err(), self.ledger().err(), self.feeds().err()];
        let faults: Vec<Fault> = checked.into_iter().flatten().flat_map(ConfigError::into_faults).collect();
        if faults.is_empty() { Ok(()) } else { Err(ConfigError::Faults { faults }) }
    }

    /// A secret of the environment; `table` may be one of several, such as `lanes.main`.
    fn secret(&self, table: &str, key: &str) -> Option<&Secret> {
        self.secrets.get(&(table.to_owned(), key.to_owned()))
    }

    /// The folder of the publication.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Where the essays are.
    pub fn posts_folder(&self) -> PathBuf {
        self.root.join("posts")
    }

    /// Where the publication keeps templates of its own, if it has any.
    pub fn templates_folder(&self) -> Option<PathBuf> {
        Some(self.root.join("templates")).filter(|folder| folder.is_dir())
    }

    /// The list of readers kept beside the configuration, if there is one.
    pub fn subscribers_file(&self) -> Option<PathBuf> {
        self.file.subscribers.as_ref().map(|path| self.root.join(path))
    }
}

/// The JSON Schema of `config.toml` (draft 2020-12).
pub fn schema() -> serde_json::Value {
    file::schema()
}

/// Why a configuration cannot be used.
#[derive(Debug, Error)]
pub enum ConfigError {
    #[error("{}: there is no such file", folder.join(FILE_NAME).display())]
    Missing { folder: PathBuf },
    #[error("{} cannot be read", path.display())]
    Unreadable {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("{}", faults.iter().map(Fault::to_string).collect::<Vec<_>>().join("\n"))]
    Faults { faults: Vec<Fault> },
}

impl ConfigError {
    fn into_faults(self) -> Vec<Fault> {
        match self {
            Self::Faults { faults } => faults,
            Self::Missing { .. } | Self::Unreadable { .. } => Vec::new(),
        }
    }
}

fn not_utf8(error: &std::string::FromUtf8Error) -> ConfigError {
    let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
    let line = good.iter().filter(|octet| **octet == b'\n').count() + 1;
    let what = "expected text in UTF-8, found other octets".to_owned();
    ConfigError::Faults { faults: vec![Fault { file: FILE_NAME.into(), line, what, help: None }] }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(text: &str, variables: &[(&str, &str)]) -> Result<Config, Vec<String>> {
        let environment = Environment::from_pairs(variables.iter().map(|(k, v)| ((*k).into(), (*v).into())));
        Config::from_text(Path::new("."), text, &environment).map_err(|error| {
            let ConfigError::Faults { faults } = error else { panic!("{error}") };
            faults
                .iter()
                .map(|f| format!("{f}{}", f.help.as_ref().map(|h| format!(" | {h}")).unwrap_or_default()))
                .collect()
        })
    }

    #[test]
    fn an_unknown_key_is_a_fault_with_its_line_and_the_nearest_name() {
        for (text, want) in [
            (
                "[publication]\nurl = \"https://example.org/\"\ntitel = \"Maps\"\n",
                "config.toml:3: unknown key `titel` in [publication] | did you mean `title`?",
            ),
            ("[feed]\nitems = 3\n", "config.toml:1: unknown table `feed` | did you mean `feeds`?"),
            (
                "subscriber = \"a.csv\"\n",
                "config.toml:1: unknown key `subscriber` | did you mean `subscribers`?",
            ),
        ] {
            assert_eq!(load(text, &[]).unwrap_err(), [want], "given {text}");
        }
    }

    #[test]
    fn every_unknown_key_is_told_in_one_run() {
        let faults = load("[feeds]\nitem = 3\n\n[smtp]\nurll = \"\"\n", &[]).unwrap_err();
        assert_eq!(faults.len(), 2, "{faults:?}");
    }

    #[test]
    fn a_value_of_the_wrong_kind_is_a_fault_with_its_line() {
        for (text, want) in [
            (
                "[feeds]\nitems = \"many\"\n",
                "config.toml:2: `items`: expected a whole number from 0 up, found `\"many\"`",
            ),
            (
                "[delivery]\nambiguous = \"maybe\"\n",
                "config.toml:2: `ambiguous`: expected `resend` or `hold`, found `maybe`",
            ),
            (
                "[publication]\nurl = \"not a url\"\n",
                "config.toml:2: `url`: expected an address such as https://example.org/, found `not a url`",
            ),
            ("[publication]\nurl \"x\"\n", "config.toml:2: key with no value, expected `=`"),
        ] {
            assert_eq!(load(text, &[]).unwrap_err(), [want], "given {text}");
        }
    }

    #[test]
    fn a_variable_sets_a_key_and_wins_over_the_file() {
        let config = load(
            "[publication]\ntitle = \"Old\"\n",
            &[
                ("POSTRIDER_PUBLICATION__TITLE", "New: 7"),
                ("POSTRIDER_FEEDS__ITEMS", "0"),
                ("POSTRIDER_FEEDS__FORMATS", "rss, json"),
                ("POSTRIDER_MARKDOWN__HIGHLIGHT", "false"),
                ("POSTRIDER_SUBSCRIBERS", "people.csv"),
                ("HOME", "/nowhere"),
            ],
        )
        .unwrap();
        assert_eq!(config.file.publication.title.as_deref(), Some("New: 7"));
        assert_eq!(config.file.feeds.items, 0);
        assert_eq!(config.file.feeds.formats.len(), 2);
        assert!(!config.file.markdown.highlight);
        assert_eq!(config.subscribers_file(), Some(PathBuf::from("./people.csv")));
    }

    #[test]
    fn a_variable_may_hold_any_text() {
        for text in
            ["", " ", "\"\"\"", "\'\'\'", "\\u0041", "a\nb\r\n\tc", "\u{1}\u{7f}\u{85}\u{2028}", "= [x] # 晩"]
        {
            let config = load("", &[("POSTRIDER_PUBLICATION__TITLE", text)]).unwrap();
            assert_eq!(config.file.publication.title.as_deref(), Some(text));
        }
    }

    #[test]
    fn a_variable_that_names_no_key_or_holds_a_wrong_value_is_a_fault() {
        for (name, value, want) in [
            (
                "POSTRIDER_FEEDS__ITEM",
                "3",
                "POSTRIDER_FEEDS__ITEM: no such key | did you mean `POSTRIDER_FEEDS__ITEMS`?",
            ),
            ("POSTRIDER_FEEDS__ITEMS", "three", "POSTRIDER_FEEDS__ITEMS: `three` is not a whole number"),
            (
                "POSTRIDER_MARKDOWN__HIGHLIGHT",
                "yes",
                "POSTRIDER_MARKDOWN__HIGHLIGHT: `yes` is neither true nor false",
            ),
            (
                "POSTRIDER_PUBLICATION__TITLE_FILE",
                "no-such-file",
                "POSTRIDER_PUBLICATION__TITLE_FILE: the file it names cannot be read: No such file or directory (os error 2)",
            ),
        ] {
            assert_eq!(load("", &[(name, value)]).unwrap_err(), [want]);
        }
    }

    #[test]
    fn a_secret_in_the_file_is_refused_and_a_secret_in_a_variable_is_never_shown() {
        let faults = load("[smtp]\npassword = \"sesame\"\n", &[]).unwrap_err();
        assert_eq!(
            faults,
            ["config.toml:2: `password` is a secret and this file is committed | \
              set POSTRIDER_SMTP__PASSWORD, or POSTRIDER_SMTP__PASSWORD_FILE to the name of a file that holds it"]
        );
        let config = load("", &[("POSTRIDER_SMTP__PASSWORD", "sesame")]).unwrap();
        assert!(!format!("{config:?}").contains("sesame"));
    }

    #[test]
    fn a_variable_can_name_a_file_that_holds_the_value() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("title");
        std::fs::write(&path, "From a file\n").unwrap();
        let config = load("", &[("POSTRIDER_PUBLICATION__TITLE_FILE", path.to_str().unwrap())]).unwrap();
        assert_eq!(config.file.publication.title.as_deref(), Some("From a file"));
    }

    #[test]
    fn the_name_of_an_extra_feed_is_an_address_too() {
        for name in ["archive", "Maps", "two words", "地圖"] {
            let text = format!(
                "[publication]\nurl = \"https://example.org/\"\n[extra_feeds.\"{name}\"]\nitems = 0\n"
            );
            let faults = load(&text, &[]).unwrap_err();
            let want = format!(
                "config.toml:3: `{name}`: expected small letters, digits and `-` as the name of a feed, and not `archive`"
            );
            assert_eq!(faults, [want]);
        }
        assert!(load("[extra_feeds.maps-2]\ntags = [\"maps\"]\nformats = []\n", &[]).is_ok());
    }

    #[test]
    fn a_picture_of_a_feed_that_is_not_there_is_told() {
        let pictured =
            "[feeds]\nicon = \"a.png\"\nlogo = \"https://example.org/b.png\"\n[podcast]\nimage = \"c.png\"\n";
        let missing = load(pictured, &[]).unwrap().missing_pictures(&crate::post::Posts {
            assets: vec!["c.png".into()],
            ..crate::post::Posts::default()
        });
        assert_eq!(
            missing.iter().map(Fault::to_string).collect::<Vec<_>>(),
            ["config.toml:2: `icon`: expected a file below posts/ or an address, found `a.png`"]
        );
    }

    #[test]
    fn a_filter_that_no_post_passes_is_told_of_with_what_was_probably_meant() {
        let text = "[publication]\nurl = \"https://example.org/\"\ntitle = \"A\"\nauthor = \"Ada\"\n[extra_feeds.maps]\n\
                    tags = [\"Map making\", \"Letters\"]\nauthors = [\"Ada L\"]\n";
        let config = load(text, &[]).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let essay =
            "+++\ntitle = \"A\"\ndate = 2026-01-01\ntags = [\"Map-Making\", \"letters\"]\n+++\nText.\n";
        std::fs::write(folder.path().join("a.md"), essay).unwrap();
        let settings = config.posts().unwrap();
        let now = "2026-06-01T00:00:00Z".parse().unwrap();
        let posts = crate::post::Posts::load(folder.path(), Path::new("posts"), &settings, now).unwrap();
        let told = config.idle_filters(&posts);
        let told: Vec<_> = told.iter().map(|fault| format!("{fault} | {:?}", fault.help)).collect();
        assert_eq!(
            told,
            [
                "config.toml:6: `tags`: no post has `Map making` | Some(\"did you mean `Map-Making`?\")",
                "config.toml:7: `authors`: no post has `Ada L` | Some(\"did you mean `Ada`?\")"
            ]
        );
        let text = text.split_once("tags =").unwrap().0.to_owned()
            + "tags = [\"letters\"]\nwithout_tags = [\"letters\"]\n";
        let told = load(&text, &[]).unwrap().idle_filters(&posts);
        assert_eq!(
            told.iter().map(Fault::to_string).collect::<Vec<_>>(),
            ["config.toml:5: `maps`: no post passes this filter, so its feed is empty"]
        );
    }

    #[test]
    fn every_key_is_documented_in_the_schema() {
        let schema = schema();
        let tables = schema["$defs"].as_object().unwrap();
        for (name, table) in tables.iter().filter(|(_, table)| table["properties"].is_object()) {
            for (key, property) in table["properties"].as_object().unwrap() {
                assert!(property["description"].is_string(), "{name}.{key} has no description");
            }
        }
    }
}
