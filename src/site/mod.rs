//! Posts become the public tree: feeds, pages, sitemap, OPML.
//!
//! In: [`Posts`](crate::post::Posts), [`SiteSettings`], templates. Out: [`Artifact`]s, written by atomic
//! replace. Same input, same octets: no build time and no order of a hash map reaches any output.
//!
//! Follows RSS 2.0 and the RSS Profile, RFC 4287 (Atom), JSON Feed 1.1, OPML 2.0 and the sitemap protocol.
//! Knows nothing of subscribers and mail.

mod artifact;
mod build;
pub mod cache;
pub mod cards;
mod essays;
pub mod feed;
mod glance;
mod long;
pub mod opml;
mod origins;
pub mod pages;
pub mod pictures;
mod search;
mod seal;
mod settings;
pub mod sitemap;
mod stamp;
#[cfg(test)]
mod tests;
mod topic;
mod tree;
mod urls;
pub mod xml;

pub use artifact::{Artifact, Octets};
pub use build::{BuildReport, SiteError, SiteReport, Source, build, publish};
pub use feed::{ExtraFeed, FeedContent, FeedFormat, FeedSettings, PodcastSettings, PostFilter, is_meant};
pub use glance::glance;
pub use seal::{NotASeal, Seal, Sealer};
pub use settings::SiteSettings;
pub use topic::{Topic, topics};
pub use tree::{Growth, Part, Share, Tree, TreeError, TreeReport, TreeWriter};
pub use urls::Urls;
pub use xml::XmlError;
