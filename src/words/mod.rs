//! Interface words: what pages and mail say around an essay, in the reader's language.
//!
//! In: a language and a message id. Out: a phrase. The phrases stand in `locales/*.ftl`
//! (Project Fluent, plural rules by CLDR) and are built into the program.

mod autonym;
mod lang;
mod locale;
mod numerals;
mod phrases;

pub use autonym::autonym;
pub use lang::{Lang, LangError, Writing};
pub use numerals::Numerals;
pub use phrases::{PhraseError, Value, Words};
