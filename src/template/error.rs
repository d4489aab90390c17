//! What can be wrong with templates, and where.

use std::fmt;
use std::path::PathBuf;

use thiserror::Error;

/// Templates that cannot be used.
#[derive(Debug, Error)]
pub enum TemplateError {
    /// At least one fault.
    #[error("{}", one_per_line(.0))]
    Faults(Vec<TemplateFault>),
    #[error("no template is called `{name}`")]
    Missing { name: String },
    #[error("{}: the file cannot be read", path.display())]
    Unreadable { path: PathBuf, source: std::io::Error },
    #[error("the template `{name}` cannot be given its variables: {what}")]
    Context { name: String, what: String },
}

/// One thing wrong with one template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateFault {
    /// None where the engine names no place.
    pub place: Option<Place>,
    /// Lower case, no full stop.
    pub what: String,
    /// The line at fault with a mark below the very place; may be empty.
    pub excerpt: String,
}

/// A place in a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Name below `templates/`.
    pub name: String,
    /// The publication's own file; none where the template is built in.
    pub file: Option<PathBuf>,
    /// From 1.
    pub line: usize,
    /// From 1.
    pub column: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.file {
            Some(file) => write!(f, "{}", file.display())?,
            None => write!(f, "built-in template {}", self.name)?,
        }
        write!(f, ":{}:{}", self.line, self.column)
    }
}

impl fmt::Display for TemplateFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.place {
            write!(f, "{place}: ")?;
        }
        f.write_str(&self.what)?;
        if !self.excerpt.is_empty() {
            write!(f, "\n{}", self.excerpt)?;
        }
        Ok(())
    }
}

fn one_per_line(faults: &[TemplateFault]) -> String {
    faults.iter().map(TemplateFault::to_string).collect::<Vec<_>>().join("\n")
}

/// Reads the engine's report: `error: what`, then ` --> name:line:column`, then the excerpt, and again.
///
/// The engine gives some faults only as finished text, so all are read from it alike.
pub(super) fn faults_of(
    error: &tera::Error,
    file_of: impl Fn(&str) -> Option<PathBuf>,
) -> Vec<TemplateFault> {
    let report = error.to_string();
    let report = report.strip_prefix("error: ").unwrap_or(&report);
    report.split("\n\nerror: ").map(|fault| fault_of(fault, &file_of)).collect()
}

fn fault_of(report: &str, file_of: &impl Fn(&str) -> Option<PathBuf>) -> TemplateFault {
    let (what, rest) = report.split_once("--> ").map_or((report, ""), |(what, rest)| (what.trim_end(), rest));
    let (locus, excerpt) = rest.split_once('\n').unwrap_or((rest, ""));
    let place = place_of(locus, file_of);
    let excerpt = if place.is_some() { excerpt.trim_end().to_owned() } else { String::new() };
    TemplateFault { place, what: in_our_case(what), excerpt }
}

fn place_of(locus: &str, file_of: &impl Fn(&str) -> Option<PathBuf>) -> Option<Place> {
    let mut parts = locus.rsplitn(3, ':');
    let column = parts.next()?.parse().ok()?;
    let line = parts.next()?.parse().ok()?;
    let name = parts.next()?.to_owned();
    Some(Place { file: file_of(&name), name, line, column })
}

/// Lower case at the beginning, no full stop.
fn in_our_case(what: &str) -> String {
    let what = what.trim_end().trim_end_matches('.');
    let mut letters = what.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}
