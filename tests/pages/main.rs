//! The pages of a publication as a reader's browser gets them, and the page that tells how to change them.

mod browser;
mod changes;
mod document;
mod html;
mod publication;
mod sound;
