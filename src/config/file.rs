//! The keys of `config.toml`. The doc comments here are the descriptions in the JSON Schema.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::path::PathBuf;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};
use url::Url;

use super::feed_tables::{ExtraFeedTable, Feeds};
use super::lane_tables::{LaneTable, PaceTable, Smtp};
use super::names;
use super::picture_tables::{Cards, Pictures};
use super::podcast::PodcastTable;
use crate::address::{Domain, EmailAddress, Mailbox};
use crate::post::Fault;
use crate::words::Lang;

/// A postrider publication.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ConfigFile {
    /// A CSV file of readers, kept beside this file in a private repository. Without it readers live in the ledger.
    pub subscribers: Option<PathBuf>,
    pub publication: Publication,
    pub posts: PostsTable,
    pub site: SiteTable,
    pub pictures: Pictures,
    pub cards: Cards,
    pub feeds: Feeds,
    pub extra_feeds: BTreeMap<String, ExtraFeedTable>,
    pub podcast: PodcastTable,
    pub markdown: Markdown,
    pub schedule: Schedule,
    pub mail: Mail,
    pub dkim: Dkim,
    pub smtp: Smtp,
    pub lanes: BTreeMap<String, LaneTable>,
    pub pacing: BTreeMap<String, PaceTable>,
    pub ledger: LedgerTable,
    pub delivery: Delivery,
    pub serve: Serve,
}

/// What the publication is.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Publication {
    /// Where the public tree is served, such as `https://letters.example.org/`. Required.
    #[serde(deserialize_with = "web_address")]
    #[schemars(with = "Option<String>")]
    pub url: Option<Url>,
    /// Its name. Required.
    pub title: Option<String>,
    /// One sentence on what it is about.
    pub description: Option<String>,
    /// Language of posts that name none, and of the words around them (BCP 47). Default `en`.
    #[serde(deserialize_with = "parsed")]
    #[schemars(with = "Option<String>")]
    pub language: Option<Lang>,
    /// IANA zone of dates without one, and of readers who named none. Default `UTC`.
    pub time_zone: Option<String>,
    /// Author of posts that name none. Default: the title.
    pub author: Option<String>,
    /// Page of that author.
    #[serde(deserialize_with = "web_address")]
    #[schemars(with = "Option<String>")]
    pub author_url: Option<Url>,
    /// Rights statement for feeds and page footers, such as `© 2026 Ada Lovelace`.
    pub rights: Option<String>,
}

/// How essay files are read.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PostsTable {
    /// How slugs are made from titles: `keep` leaves every script readable, `romanised` writes Latin letters.
    pub slugs: Slugs,
    /// Domain in the ids of new posts (RFC 4151). Default: the domain of `publication.url`. Never change it for posts that are out.
    #[serde(deserialize_with = "parsed")]
    #[schemars(with = "Option<String>")]
    pub id_authority: Option<Domain>,
}

/// Ways to make a slug.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Slugs {
    #[default]
    Keep,
    Romanised,
}

/// The pages of the archive.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SiteTable {
    /// Posts on one index page. Default 10.
    #[schemars(range(min = 1))]
    pub posts_per_page: usize,
    /// Give posts of three headings or more a table of contents; `toc` in front matter decides for one post. Default true.
    pub toc: bool,
    /// Write a page that searches all posts in the browser, without a server, and the index it reads. Default true.
    pub search: bool,
    /// Where readers ask for the mail, shown at the foot of pages: a form's address, or `mailto:letters@example.org?subject=Subscribe`.
    #[serde(deserialize_with = "web_address")]
    #[schemars(with = "Option<String>")]
    pub subscribe_url: Option<Url>,
}

impl Default for SiteTable {
    fn default() -> Self {
        Self { posts_per_page: 10, toc: true, search: true, subscribe_url: None }
    }
}

/// How essays are rendered.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Markdown {
    /// Colour code blocks that name their language. Default true.
    pub highlight: bool,
    /// Read `$…$` and `$$…$$` as TeX. Default true.
    pub math: bool,
}

impl Default for Markdown {
    fn default() -> Self {
        Self { highlight: true, math: true }
    }
}

/// When digests are due for readers who left it open, and what counts as news.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Schedule {
    /// Pace of readers who chose none. Default `weekly`.
    pub pace: DefaultPace,
    /// Hour of the day, 0 to 23. Default 8.
    #[schemars(range(min = 0, max = 23))]
    pub hour: i8,
    /// Day of weekly digests. Default `sunday`.
    pub weekday: WeekdayName,
    /// Day of monthly digests, 1 to 28. Default 1.
    #[schemars(range(min = 1, max = 28))]
    pub month_day: i8,
    /// Posts dated before this were there before mailing began: never mailed. A date or RFC 3339 time. Without it
    /// the first run mails nothing.
    pub announce_since: Option<String>,
    /// More new posts than this in one run need `--backfill`. Default 10.
    #[schemars(range(min = 1))]
    pub max_new: usize,
}

impl Default for Schedule {
    fn default() -> Self {
        Self {
            pace: DefaultPace::Weekly,
            hour: 8,
            weekday: WeekdayName::Sunday,
            month_day: 1,
            announce_since: None,
            max_new: 10,
        }
    }
}

/// How often mail goes out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum DefaultPace {
    Each,
    Daily,
    Weekly,
    Monthly,
}

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum WeekdayName {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

/// What every mail says of its sender.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Mail {
    /// Sender, such as `Ada Lovelace <ada@example.org>`. Required to send.
    #[serde(deserialize_with = "parsed")]
    #[schemars(with = "Option<String>")]
    pub from: Option<Mailbox>,
    /// Where answers go. Default: `from`.
    #[serde(deserialize_with = "parsed")]
    #[schemars(with = "Option<String>")]
    pub reply_to: Option<Mailbox>,
    /// Where a letter reaches you, shown in each mail. Required to send.
    pub postal_address: Option<String>,
    /// Mailbox for requests to leave, answered by a person. This or `serve.url` is required to send.
    #[serde(deserialize_with = "parsed")]
    #[schemars(with = "Option<String>")]
    pub leave_address: Option<EmailAddress>,
    /// Mailbox for bounces: `bounces@example.org` becomes `bounces+TOKEN@example.org` on the envelope. Default: `from`.
    #[serde(deserialize_with = "parsed")]
    #[schemars(with = "Option<String>")]
    pub bounce_address: Option<EmailAddress>,
    /// Identifier of the list (RFC 2919). Default: the domain of `publication.url`. Never change it.
    #[serde(deserialize_with = "parsed")]
    #[schemars(with = "Option<String>")]
    pub list_id: Option<Domain>,
    /// What digests carry: each post in `full`, or its `summary` with a link. A mail of one post is always full. Default `summary`.
    pub digest: DigestContent,
}

/// How much of each post a digest carries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum DigestContent {
    #[default]
    Summary,
    Full,
}

/// Signing by this program (RFC 6376). Leave it out where the relay signs.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Dkim {
    /// Signing domain; must align with `mail.from`.
    #[serde(deserialize_with = "parsed")]
    #[schemars(with = "Option<String>")]
    pub domain: Option<Domain>,
    /// Selector of the RSA key. The key itself is the secret `POSTRIDER_DKIM__RSA_KEY` (PEM).
    pub selector: Option<String>,
    /// Selector of a second, Ed25519 key (RFC 8463). The key itself is the secret `POSTRIDER_DKIM__ED25519_KEY` (PEM).
    pub ed25519_selector: Option<String>,
}

/// Where it is kept who is on the list and who got what.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct LedgerTable {
    /// `sqlite:PATH`, the path seen from this file, or `postgres://USER@HOST/DATABASE` for several machines, the password
    /// in the secret `POSTRIDER_LEDGER__PASSWORD`. TLS is required unless the host is this machine; `?schema=NAME`,
    /// `?tls=none` and `?ca_file=PATH` may follow. Default `sqlite:postrider.ledger`.
    pub url: String,
    /// File of the keys that seal leave links. Default `postrider.key`; or the secret `POSTRIDER_LEDGER__KEY` holds its lines.
    pub key_file: PathBuf,
}

impl Default for LedgerTable {
    fn default() -> Self {
        Self { url: "sqlite:postrider.ledger".to_owned(), key_file: PathBuf::from("postrider.key") }
    }
}

/// How mail is handed over.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Delivery {
    /// When a connection is cut between the final dot and the reply: `resend` (nobody misses, somebody may get two) or
    /// `hold` (nobody gets two, misses are listed). Default `resend`.
    pub ambiguous: Ambiguous,
    /// Seconds a run waits for retries that come due before it leaves them to the next. Default 0.
    pub linger_secs: u64,
    /// Hours after its first try at which a mail that could not be delivered is given up. Default 72.
    #[schemars(range(min = 1))]
    pub expire_hours: u64,
    /// Hour of the reader's day, 0 to 23, before which they are not mailed. Default: any hour.
    #[schemars(range(min = 0, max = 23))]
    pub not_before: Option<i8>,
    /// Hour of the reader's day, 1 to 24, from which on they are not mailed; smaller than `not_before` for a window over
    /// midnight. Default: any hour.
    #[schemars(range(min = 1, max = 24))]
    pub not_after: Option<i8>,
}

impl Default for Delivery {
    fn default() -> Self {
        Self {
            ambiguous: Ambiguous::Resend,
            linger_secs: 0,
            expire_hours: 72,
            not_before: None,
            not_after: None,
        }
    }
}

/// Which way to err when it cannot be known whether a mail was accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Ambiguous {
    Resend,
    Hold,
}

/// The service behind links in mail.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Serve {
    /// Where the service that answers leave links is reached, such as `https://letters.example.org/`. Must be https.
    #[serde(deserialize_with = "web_address")]
    #[schemars(with = "Option<String>")]
    pub url: Option<Url>,
}

/// A value that is text in the file and has rules of its own.
pub(super) fn parsed<'de, T, D>(deserializer: D) -> Result<Option<T>, D::Error>
where
    T: FromStr<Err: Display>,
    D: Deserializer<'de>,
{
    String::deserialize(deserializer)?.parse().map(Some).map_err(serde::de::Error::custom)
}

/// A web address. The words of its parser are about other things than what is wrong here.
fn web_address<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Url>, D::Error> {
    parsed_address(&String::deserialize(deserializer)?).map(Some)
}

/// Several web addresses.
pub(super) fn web_addresses<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Url>, D::Error> {
    Vec::<String>::deserialize(deserializer)?.iter().map(|text| parsed_address(text)).collect()
}

fn parsed_address<E: serde::de::Error>(text: &str) -> Result<Url, E> {
    let expected = |_| format!("expected an address such as https://example.org/, found `{text}`");
    text.parse().map_err(|error| E::custom(expected(error)))
}

/// The text as a table, if every key is known and every value is of its kind.
pub(super) fn read(text: &str) -> Result<toml::Table, Vec<Fault>> {
    let unknown = names::unknown_keys(text).map_err(|error| vec![names::syntax_fault(text, &error)])?;
    if !unknown.is_empty() {
        return Err(unknown);
    }
    toml::from_str::<ConfigFile>(text).map_err(|error| vec![names::value_fault(text, &error)])?;
    toml::from_str(text).map_err(|error| vec![names::value_fault(text, &error)])
}

/// What `table` says, read from its text: to read tables too, every key would be compiled twice.
pub(super) fn of_table(table: &toml::Table) -> Result<ConfigFile, toml::de::Error> {
    toml::from_str(&table.to_string())
}

/// The JSON Schema of the file.
pub(super) fn schema() -> serde_json::Value {
    let mut schema = schemars::schema_for!(ConfigFile);
    schema.insert("title".to_owned(), "Postrider config.toml".into());
    schema.into()
}
