//! Which feeds there are, as the public tree must be told.

use std::collections::BTreeSet;
use std::path::Path;

use url::Url;

use super::feed_tables::{ExtraFeedTable, FeedKind};
use super::names::did_you_mean;
use super::{Config, ConfigError};
use crate::post::{Fault, Posts, Slug};
use crate::site::{ExtraFeed, FeedFormat, FeedSettings, PostFilter, is_meant};

impl Config {
    /// What feeds hold.
    pub(super) fn feeds(&self) -> Result<FeedSettings, ConfigError> {
        let feeds = &self.file.feeds;
        let extra = self.file.extra_feeds.iter().map(|(name, table)| self.extra_feed(name, table));
        Ok(FeedSettings {
            items: feeds.items,
            content: feeds.content.into(),
            formats: formats(&feeds.formats),
            tags: feeds.tags.as_deref().map(formats),
            authors: feeds.authors.as_deref().map(formats),
            languages: feeds.languages.as_deref().map(formats),
            archive: feeds.archive,
            max_octets: self.in_range("feeds", "max_octets", feeds.max_octets)?,
            hubs: self.ping()?.hubs,
            icon: feeds.icon.clone(),
            logo: feeds.logo.clone(),
            podcast: self.podcast()?,
            extra: extra.collect::<Result<_, _>>()?,
        })
    }

    fn extra_feed(&self, name: &str, table: &ExtraFeedTable) -> Result<ExtraFeed, ConfigError> {
        let feeds = &self.file.feeds;
        let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let slug = name.parse::<Slug>().ok().filter(|slug| slug.as_str().chars().all(is_plain));
        let slug = slug.filter(|slug| slug.as_str() != ExtraFeed::RESERVED).ok_or_else(|| {
            let what = format!(
                "`{name}`: expected small letters, digits and `-` as the name of a feed, and not `archive`"
            );
            self.fault(&format!("extra_feeds.{name}"), "", what, None)
        })?;
        Ok(ExtraFeed {
            name: slug,
            title: table.title.clone(),
            filter: filter(table),
            items: table.items.unwrap_or(feeds.items),
            content: table.content.unwrap_or(feeds.content).into(),
            formats: formats(table.formats.as_deref().unwrap_or(&feeds.formats)),
            archive: table.archive,
        })
    }

    /// Pictures of feeds that are neither an address nor a file beside the essays.
    pub fn missing_pictures(&self, posts: &Posts) -> Vec<Fault> {
        let (feeds, podcast) = (&self.file.feeds, &self.file.podcast);
        let pictures = [
            ("feeds", "icon", &feeds.icon),
            ("feeds", "logo", &feeds.logo),
            ("podcast", "image", &podcast.image),
        ];
        let is_missing = |picture: &str| {
            let path = Path::new(picture.trim_start_matches('/'));
            Url::parse(picture).is_err() && !posts.assets.iter().any(|asset| asset == path)
        };
        let missing = pictures.into_iter().filter_map(|(table, key, picture)| {
            let picture = picture.as_ref().filter(|picture| is_missing(picture))?;
            let what = format!("`{key}`: expected a file below posts/ or an address, found `{picture}`");
            Some(self.places.fault(table, key, what, None))
        });
        missing.collect()
    }

    /// What the filters of extra feeds name and no post has: most likely a slip of the pen.
    pub fn idle_filters(&self, posts: &Posts) -> Vec<Fault> {
        if self.file.extra_feeds.is_empty() {
            return Vec::new();
        }
        let published = &posts.published;
        let tags =
            published.iter().flat_map(|post| &post.tags).map(|tag| Known(&tag.name, tag.slug.as_str()));
        let tags: BTreeSet<Known<'_>> = tags.collect();
        let authors = published.iter().flat_map(|post| &post.authors);
        let authors = authors.map(|author| Known(&author.name, author.slug.as_str())).collect();
        let filters = self.file.extra_feeds.iter().flat_map(|(name, table)| {
            [
                (name, "tags", &table.tags, &tags),
                (name, "without_tags", &table.without_tags, &tags),
                (name, "authors", &table.authors, &authors),
            ]
        });
        let mut idle: Vec<Fault> =
            filters.flat_map(|(name, key, wanted, known)| self.idle(name, key, wanted, known)).collect();
        if idle.is_empty() {
            idle.extend(self.empty_feeds(posts));
        }
        idle
    }

    /// Extra feeds whose filter lets no post pass, though there are some.
    fn empty_feeds<'a>(&'a self, posts: &'a Posts) -> impl Iterator<Item = Fault> + 'a {
        let published = &posts.published;
        let is_empty = |table: &ExtraFeedTable| {
            let filter = filter(table);
            !published.is_empty() && !published.iter().any(|post| filter.passes(post))
        };
        let empty = self.file.extra_feeds.iter().filter(move |(_, table)| is_empty(table));
        empty.map(|(name, _)| {
            let what = format!("`{name}`: no post passes this filter, so its feed is empty");
            self.places.fault(&format!("extra_feeds.{name}"), "", what, None)
        })
    }

    fn idle(&self, feed: &str, key: &str, wanted: &[String], known: &BTreeSet<Known<'_>>) -> Vec<Fault> {
        let is_known = |wanted: &str| known.iter().any(|Known(name, slug)| is_meant(wanted, name, slug));
        let idle = wanted.iter().filter(|wanted| !is_known(wanted));
        let fault = |wanted: &String| {
            let what = format!("`{key}`: no post has `{wanted}`");
            let help = did_you_mean(wanted, known.iter().map(|Known(name, _)| *name));
            self.places.fault(&format!("extra_feeds.{feed}"), key, what, help)
        };
        idle.map(fault).collect()
    }
}

fn filter(table: &ExtraFeedTable) -> PostFilter {
    PostFilter {
        tags: table.tags.clone(),
        without_tags: table.without_tags.clone(),
        authors: table.authors.clone(),
        lang: table.language.clone(),
    }
}

/// The name and the slug of a tag or an author.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Known<'a>(&'a str, &'a str);

fn formats(kinds: &[FeedKind]) -> Vec<FeedFormat> {
    kinds.iter().map(|kind| FeedFormat::from(*kind)).collect()
}
