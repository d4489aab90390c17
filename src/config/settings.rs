//! Each room's own settings, made from the file.

use std::fmt::Display;
use std::path::PathBuf;

use jiff::Timestamp;
use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use url::Url;

use super::file::{DefaultPace, DigestContent, Slugs, WeekdayName};
use super::rules::{check_subscribe_url, check_title, home};
use super::{Config, ConfigError, Secret};
use crate::address::Domain;
use crate::ledger::{DatabaseUrl, DatabaseUrlError, Location};
use crate::message::{Leave, Masthead};
use crate::post::markup::MarkupSettings;
use crate::post::{Author, PostSettings, SlugStyle, Unpublished};
use crate::site::SiteSettings;
use crate::subscriber::{CadenceDefaults, Hour, MonthDay, Pace, ZoneName};
use crate::words::Lang;

/// What the planner must be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanSettings {
    pub defaults: CadenceDefaults,
    /// Posts published before this are a baseline. None: all that exist at the first run are.
    pub announce_since: Option<Timestamp>,
    pub max_new: usize,
}

/// What writing mail must be told.
#[derive(Clone, Debug)]
pub struct MailSettings {
    pub masthead: Masthead,
    pub digest: DigestContent,
}

impl Config {
    /// What the public tree shows of the publication.
    ///
    /// # Errors
    ///
    /// If `publication.url` or `publication.title` is missing, or a value is out of its range.
    pub fn site(&self) -> Result<SiteSettings, ConfigError> {
        let publication = &self.file.publication;
        let url = self.url()?;
        let title = self.title()?;
        Ok(SiteSettings {
            url,
            description: publication.description.clone().unwrap_or_default(),
            lang: self.lang(),
            author: self.author(&title)?,
            rights: publication.rights.clone(),
            posts_per_page: self.in_range("site", "posts_per_page", self.file.site.posts_per_page)?,
            toc: self.file.site.toc,
            search: self.file.site.search,
            subscribe_url: self.subscribe_url()?,
            feeds: self.feeds()?,
            title,
        })
    }

    /// What the publication is called, on one line.
    fn title(&self) -> Result<String, ConfigError> {
        let title =
            self.required("publication", "title", self.file.publication.title.clone(), "My letters")?;
        check_title(&title)
            .map_err(|what| self.fault("publication", "title", format!("`title`: {what}"), None))?;
        Ok(title)
    }

    /// Where the public tree is served.
    fn url(&self) -> Result<Url, ConfigError> {
        let url =
            self.required("publication", "url", self.file.publication.url.clone(), "https://example.org/")?;
        home(url).map_err(|what| self.fault("publication", "url", format!("`url`: {what}"), None))
    }

    /// Where readers ask for the mail.
    fn subscribe_url(&self) -> Result<Option<Url>, ConfigError> {
        let url = self.file.site.subscribe_url.clone();
        check_subscribe_url(url.as_ref())
            .map_err(|what| self.fault("site", "subscribe_url", format!("`subscribe_url`: {what}"), None))?;
        Ok(url)
    }

    /// Language of posts that name none.
    pub fn lang(&self) -> Lang {
        self.file.publication.language.clone().unwrap_or_else(|| "en".parse().expect("en is a language tag"))
    }

    /// Zone of dates that name none.
    ///
    /// # Errors
    ///
    /// If the name is not one of the IANA database.
    pub fn zone(&self) -> Result<ZoneName, ConfigError> {
        let name = self.file.publication.time_zone.as_deref().unwrap_or("UTC");
        name.parse().map_err(|error: crate::subscriber::PaceError| {
            self.fault("publication", "time_zone", error.to_string(), None)
        })
    }

    fn author(&self, title: &str) -> Result<Author, ConfigError> {
        let publication = &self.file.publication;
        let name = publication.author.as_deref().unwrap_or(title);
        Author::named(name, publication.author_url.clone(), self.slugs(), &self.lang()).ok_or_else(|| {
            self.fault("publication", "author", format!("`author`: expected a name, found `{name}`"), None)
        })
    }

    fn slugs(&self) -> SlugStyle {
        match self.file.posts.slugs {
            Slugs::Keep => SlugStyle::Keep,
            Slugs::Romanised => SlugStyle::Romanised,
        }
    }

    /// How essay files are read.
    ///
    /// # Errors
    ///
    /// If the publication's address, zone or author is missing or wrong.
    pub fn posts(&self) -> Result<PostSettings, ConfigError> {
        let site = self.site()?;
        Ok(PostSettings {
            zone: self.zone()?.rules(),
            lang: self.lang(),
            author: site.author,
            tag_authority: self.id_authority()?.to_string(),
            slugs: self.slugs(),
            unpublished: Unpublished::default(),
            has_math: self.file.markdown.math,
        })
    }

    /// How essays are rendered.
    pub fn markup(&self) -> MarkupSettings {
        MarkupSettings { highlight: self.file.markdown.highlight }
    }

    /// What decides when digests are due and what is news.
    ///
    /// # Errors
    ///
    /// If an hour, day, zone or date is not one.
    pub fn plan(&self) -> Result<PlanSettings, ConfigError> {
        let schedule = &self.file.schedule;
        let zone = self.zone()?;
        let expected = |key: &str, what: &str, found: &dyn Display| {
            self.fault("schedule", key, format!("`{key}`: expected {what}, found `{found}`"), None)
        };
        let hour = Hour::new(schedule.hour)
            .ok_or_else(|| expected("hour", "an hour from 0 to 23", &schedule.hour))?;
        let month_day = MonthDay::new(schedule.month_day)
            .ok_or_else(|| expected("month_day", "a day from 1 to 28", &schedule.month_day))?;
        let announce_since = schedule
            .announce_since
            .as_deref()
            .map(|text| {
                moment(text, &zone.rules())
                    .ok_or_else(|| expected("announce_since", "a date or an RFC 3339 time", &text))
            })
            .transpose()?;
        let defaults = CadenceDefaults {
            pace: pace_of(schedule.pace),
            hour,
            weekday: weekday_of(schedule.weekday),
            month_day,
            zone,
            lang: self.lang(),
        };
        Ok(PlanSettings {
            defaults,
            announce_since,
            max_new: self.in_range("schedule", "max_new", schedule.max_new)?,
        })
    }

    /// What mail says of its sender.
    ///
    /// # Errors
    ///
    /// If there is no sender, no postal address or no way to leave: no mail goes out without them.
    pub fn mail(&self) -> Result<MailSettings, ConfigError> {
        let mail = &self.file.mail;
        let site = self.site()?;
        let from = self.required("mail", "from", mail.from.clone(), "Ada Lovelace <ada@example.org>");
        let postal_address = mail.postal_address.clone();
        let postal_address =
            self.required("mail", "postal_address", postal_address, "1 Example Street, Exampletown");
        let (from, postal_address, leave) = match (from, postal_address, self.leave()) {
            (Ok(from), Ok(postal_address), Ok(leave)) => (from, postal_address, leave),
            // All that is missing at once, not one a run.
            (from, postal_address, leave) => {
                let errors = [from.err(), postal_address.err(), leave.err()].into_iter().flatten();
                return Err(ConfigError::Faults {
                    faults: errors.flat_map(ConfigError::into_faults).collect(),
                });
            }
        };
        let masthead = Masthead {
            title: site.title,
            url: site.url,
            from,
            reply_to: mail.reply_to.clone(),
            postal_address,
            leave,
            bounce_address: mail.bounce_address.clone(),
            list_id: self.list_id()?,
        };
        Ok(MailSettings { masthead, digest: mail.digest })
    }

    /// What the list is called for ever (RFC 2919).
    ///
    /// # Errors
    ///
    /// If it is not set and the publication's address holds no domain.
    pub fn list_id(&self) -> Result<Domain, ConfigError> {
        match &self.file.mail.list_id {
            Some(id) => Ok(id.clone()),
            None => self.domain_of(&self.url()?),
        }
    }

    fn leave(&self) -> Result<Leave, ConfigError> {
        let service = self.file.serve.url.clone();
        if service.as_ref().is_some_and(|url| url.scheme() != "https") {
            let what = "expected an https address: mail providers ask it of one-click links (RFC 8058 §3.1)";
            return Err(self.fault("serve", "url", what.to_owned(), None));
        }
        match (service, self.file.mail.leave_address.clone()) {
            (Some(service), Some(address)) => Ok(Leave::Both { service, address }),
            (Some(service), None) => Ok(Leave::Web { service }),
            (None, Some(address)) => Ok(Leave::Mail { address }),
            (None, None) => Err(self.fault(
                "mail",
                "leave_address",
                "no way to leave: neither `mail.leave_address` nor `serve.url` is set".to_owned(),
                Some("set `leave_address = \"leave@example.org\"` in [mail]: every mail names it".to_owned()),
            )),
        }
    }

    /// Where the ledger is.
    ///
    /// # Errors
    ///
    /// If `ledger.url` is neither `sqlite:PATH` nor the URL of a PostgreSQL database, or the file holds its password.
    pub fn ledger(&self) -> Result<Location, ConfigError> {
        let text = self.file.ledger.url.as_str();
        let fault = |what: String, help: Option<String>| self.fault("ledger", "url", what, help);
        if let Some(path) = text.strip_prefix("sqlite:").filter(|path| !path.is_empty()) {
            return Ok(Location::File(self.root.join(path)));
        }
        if !text.starts_with("postgres:") && !text.starts_with("postgresql:") {
            let what =
                format!("`{text}` is not a ledger: expected sqlite:PATH or postgres://USER@HOST/DATABASE");
            return Err(fault(what, None));
        }
        // What stands in it may be a password, and errors end up in logs.
        let url: DatabaseUrl =
            text.parse().map_err(|error: DatabaseUrlError| fault(format!("`url`: {error}"), None))?;
        if url.holds_password() && !self.places.is_variable("ledger", "url") {
            let what = "`url` holds a password and this file is committed".to_owned();
            return Err(fault(what, Some("leave it out and set POSTRIDER_LEDGER__PASSWORD".to_owned())));
        }
        let url = url.seen_from(&self.root);
        Ok(Location::Database(match self.secret("ledger", "password") {
            Some(password) => url.with_password(password.expose()),
            None => url,
        }))
    }

    /// File of the keys that seal leave links.
    pub fn key_file(&self) -> PathBuf {
        self.root.join(&self.file.ledger.key_file)
    }

    /// The keys themselves, where the environment holds them.
    pub fn key_secret(&self) -> Option<&Secret> {
        self.secret("ledger", "key")
    }

    /// Domain in the ids of new posts.
    pub fn id_authority(&self) -> Result<Domain, ConfigError> {
        match &self.file.posts.id_authority {
            Some(domain) => Ok(domain.clone()),
            None => self.domain_of(&self.url()?),
        }
    }

    fn domain_of(&self, url: &Url) -> Result<Domain, ConfigError> {
        let host = url.host_str().unwrap_or_default();
        host.parse().map_err(|error: crate::address::AddressError| {
            self.fault(
                "publication",
                "url",
                error.to_string(),
                Some("name the domain in `posts.id_authority` and `mail.list_id`".to_owned()),
            )
        })
    }

    pub(super) fn required<T>(
        &self,
        table: &str,
        key: &str,
        value: Option<T>,
        example: &str,
    ) -> Result<T, ConfigError> {
        value.ok_or_else(|| {
            let help = format!("add `{key} = \"{example}\"` to [{table}]");
            self.fault(table, key, format!("`{table}.{key}` is missing"), Some(help))
        })
    }

    pub(super) fn in_range(&self, table: &str, key: &str, value: usize) -> Result<usize, ConfigError> {
        let what = || format!("`{key}`: expected at least 1, found `{value}`");
        if value >= 1 { Ok(value) } else { Err(self.fault(table, key, what(), None)) }
    }

    pub(super) fn fault(&self, table: &str, key: &str, what: String, help: Option<String>) -> ConfigError {
        ConfigError::Faults { faults: vec![self.places.fault(table, key, what, help)] }
    }
}

/// `text` as a moment: a date is its midnight in `zone`.
fn moment(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    let midnight = || text.parse::<jiff::civil::Date>().ok()?.to_zoned(zone.clone()).ok();
    text.parse().ok().or_else(|| midnight().map(|zoned| zoned.timestamp()))
}

fn pace_of(pace: DefaultPace) -> Pace {
    match pace {
        DefaultPace::Each => Pace::Each,
        DefaultPace::Daily => Pace::Daily,
        DefaultPace::Weekly => Pace::Weekly,
        DefaultPace::Monthly => Pace::Monthly,
    }
}

fn weekday_of(name: WeekdayName) -> Weekday {
    match name {
        WeekdayName::Monday => Weekday::Monday,
        WeekdayName::Tuesday => Weekday::Tuesday,
        WeekdayName::Wednesday => Weekday::Wednesday,
        WeekdayName::Thursday => Weekday::Thursday,
        WeekdayName::Friday => Weekday::Friday,
        WeekdayName::Saturday => Weekday::Saturday,
        WeekdayName::Sunday => Weekday::Sunday,
    }
}
