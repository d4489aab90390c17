//! The pages of a publication as a reader's browser gets them, and the page that tells how to change them.

mod browser;
mod changes;
mod document;
mod html;
#[path = "../support/newsboat.rs"]
#[allow(dead_code, reason = "pages need the server only")]
mod newsboat;
mod publication;
mod sound;
