//! What a build keeps for the next: work that would come out the same again.
//!
//! Whatever lies here can be made anew, so deleting any of it, or all, is harmless.

mod folder;
mod surveys;

pub use folder::{CacheFolder, Shelf};
pub(in crate::site) use surveys::Surveys;
