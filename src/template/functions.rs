//! What templates can call besides Tera's own: phrases and dates in the reader's language.

use jiff::civil::Date;
use jiff::fmt::strtime;
use jiff::fmt::temporal::Pieces;
use tera::{Error, Kwargs, State, Tera, TeraResult};

use crate::words::{Lang, Value, Words};

/// Adds them to `tera`.
pub(super) fn register(tera: &mut Tera) {
    tera.register_function("t", phrase);
    tera.register_filter("date", localised_date);
}

/// `t(id="post-count", count=3)`: the phrase in the language of the variable `lang`, or of the argument.
fn phrase(arguments: Kwargs, state: &State) -> TeraResult<String> {
    let id: &str = arguments.must_get("id")?;
    let words = words(&arguments, state)?;
    let given = arguments.iter().filter_map(|(name, value)| {
        let name = name.as_str().filter(|name| !matches!(*name, "id" | "lang"))?;
        Some((name, value))
    });
    let mut values = Vec::new();
    for (name, value) in given {
        let filled_in = value.as_str().map(Value::from).or_else(|| value.as_i64().map(Value::from));
        values.push((name, filled_in.ok_or_else(|| not_fit(name, value.name()))?));
    }
    words.phrase(id, &values).map_err(Error::message)
}

fn not_fit(name: &str, found: &str) -> Error {
    Error::message(format!("`{name}` does not fit into a phrase: expected a text or a number, found {found}"))
}

/// `post.published | date`: as the language writes it; `date(format="%Y-%m")`: as strftime does.
fn localised_date(when: &str, arguments: Kwargs, state: &State) -> TeraResult<String> {
    let date = civil_date(when)?;
    match arguments.get::<&str>("format")? {
        Some(format) => strtime::format(format, date).map_err(Error::message),
        None => Ok(words(&arguments, state)?.date(date)),
    }
}

/// The day that stands in `when`, in whatever zone it was written.
fn civil_date(when: &str) -> TeraResult<Date> {
    Pieces::parse(when)
        .map(|pieces| pieces.date())
        .map_err(|_| Error::message(format!("`{when}` is not a date: expected one such as 2026-11-22")))
}

/// The words of the argument `lang`, or of the variable `lang`.
fn words(arguments: &Kwargs, state: &State) -> TeraResult<&'static Words> {
    let tag = match arguments.get::<&str>("lang")? {
        Some(tag) => tag.to_owned(),
        None => {
            state.get::<String>("lang")?.ok_or_else(|| Error::message("the variable `lang` is not set"))?
        }
    };
    let lang: Lang = tag.parse().map_err(Error::message)?;
    Ok(Words::of(&lang))
}
