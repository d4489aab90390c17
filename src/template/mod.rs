//! Tera templates: the built-in ones from `templates/`, each replaceable by a file of the publication.
//!
//! In: the publication's `templates/` folder, if it has one. Out: [`Templates`], which render a name and a
//! context to text. Files ending in `.html` and `.txt` are templates, of which `.html` is escaped; other
//! text files (style sheets) are taken as they are.
//!
//! What templates can call is in `docs/templates.md`. Essays and subscribers are data, never templates.

mod built_in;
mod error;
mod functions;
mod templates;

pub use error::{Place, TemplateError, TemplateFault};
pub use templates::{Context, Templates};
