//! An essay file becomes a [`Post`]: front matter, Markdown, plain text, summary, language.
//!
//! In: the files below `posts/`, the time, and [`PostSettings`]. Out: [`Posts`], newest first, or every
//! fault of every file at once. Knows nothing of sites, mail or configuration files.
//!
//! Front matter is TOML (`+++`) or YAML (`---`), as Hugo, Zola and Jekyll write it. Markdown is CommonMark
//! with the GitHub extensions. Ids are `tag:` URIs (RFC 4151). Leaves out: templates inside essays.

pub mod markup;
mod model;
mod settings;
mod remarks;
mod encoding;
mod source;
mod matter;
mod dates;
mod names;
mod fields;
mod file_name;
mod slug;
mod id;
mod language;
mod heading;
mod reach;
mod look;
mod attached;
mod enclosure;
mod drawing;
mod picture;
mod album;
mod playtime;
mod assemble;
mod body;
mod essay;
mod walk;
mod alias;
mod unique;
mod translations;
mod directory;
mod crossings;
mod dead_ends;
mod load;
mod marks;
mod readings;
mod records;
mod text;
mod adopt;

pub use adopt::{Adoption, Change, Facts, Given, Origin, Shelf};
pub use alias::alias_file;
pub use body::{Body, Format};
pub use directory::{Directory, Entry};
pub use load::LoadError;
pub use marks::Marks;
pub use markup::{Heading, MarkupSettings, Survey, highlight_css, outline, survey};
pub use model::{
    Author, Enclosure, Fault, Held, Hold, Image, Linker, Named, Post, PostId, PostIdError, Posts, Rendering,
    Series, Slug, SlugError, Tag, Transcript,
};
pub use picture::{PictureSize, PictureSources};
pub use reach::meanings;
pub use readings::Readings;
pub use records::{Records, Store};
pub use settings::{PostSettings, SlugStyle, Unpublished};
pub use translations::Translations;
pub use unique::is_reserved;
