//! Where keys stand in the file, which names there are, and which of them somebody meant.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::path::PathBuf;
use std::sync::LazyLock;

use serde_json::Value;
use toml::de::{DeTable, DeValue};

use crate::post::Fault;

/// Secrets: keys that only the environment may set, and what they are for.
pub(super) const SECRETS: [(&str, &str); 4] =
    [("smtp", "password"), ("ledger", "key"), ("dkim", "rsa_key"), ("dkim", "ed25519_key")];

/// What a value may be, as far as a variable of the environment must know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Integer,
    Boolean,
    List,
}

/// Every key of the configuration: table (empty for the top level), name, kind.
pub(super) static KEYS: LazyLock<BTreeMap<(String, String), Kind>> =
    LazyLock::new(|| keys_of(&super::schema()));

fn keys_of(schema: &Value) -> BTreeMap<(String, String), Kind> {
    let mut keys = BTreeMap::new();
    for (name, property) in properties(schema) {
        match table_of(schema, property) {
            Some(table) => keys
                .extend(properties(table).map(|(key, value)| ((name.clone(), key.clone()), kind_of(value)))),
            None => {
                keys.insert((String::new(), name.clone()), kind_of(property));
            }
        }
    }
    keys
}

fn properties(schema: &Value) -> impl Iterator<Item = (&String, &Value)> {
    schema["properties"].as_object().into_iter().flatten()
}

/// The definition that `property` refers to, if it is a table.
fn table_of<'a>(schema: &'a Value, property: &Value) -> Option<&'a Value> {
    let name = property["$ref"].as_str()?.strip_prefix("#/$defs/")?;
    Some(&schema["$defs"][name]).filter(|definition| definition["properties"].is_object())
}

fn kind_of(property: &Value) -> Kind {
    match property["type"].as_str() {
        Some("integer") => Kind::Integer,
        Some("boolean") => Kind::Boolean,
        Some("array") => Kind::List,
        _ => Kind::Text,
    }
}

/// Where each key was set, for faults that are found later.
#[derive(Clone, Debug, Default)]
pub(super) struct Places(HashMap<(String, String), Place>);

/// Where a key was set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Line(usize),
    Variable(String),
}

impl Places {
    /// The places of the keys in `text`; none where it is no TOML.
    pub(super) fn of(text: &str) -> Self {
        let mut places = HashMap::new();
        let Ok(table) = DeTable::parse(text) else { return Self::default() };
        each_key(table.get_ref(), &mut |table, key, span| {
            places.insert((table.to_owned(), key.to_owned()), Place::Line(line_of(text, span.start)));
        });
        Self(places)
    }

    pub(super) fn put(&mut self, table: &str, key: &str, variable: &str) {
        self.0.insert((table.to_owned(), key.to_owned()), Place::Variable(variable.to_owned()));
    }

    /// A fault at the place where `[table] key` was set, or of the whole file where it was not.
    pub(super) fn fault(&self, table: &str, key: &str, what: String, help: Option<String>) -> Fault {
        match self.0.get(&(table.to_owned(), key.to_owned())) {
            Some(Place::Line(line)) => Fault { file: file(), line: *line, what, help },
            Some(Place::Variable(name)) => Fault { file: PathBuf::from(name), line: 0, what, help },
            None => Fault { file: file(), line: 0, what, help },
        }
    }
}

fn file() -> PathBuf {
    PathBuf::from(super::FILE_NAME)
}

/// Calls `seen(table, key, span of the key)` for every key; a table is told with an empty key.
fn each_key(table: &DeTable<'_>, seen: &mut dyn FnMut(&str, &str, Range<usize>)) {
    for (name, value) in table {
        match value.get_ref() {
            DeValue::Table(inner) => {
                seen(name.get_ref(), "", name.span());
                for key in inner.keys() {
                    seen(name.get_ref(), key.get_ref(), key.span());
                }
            }
            _ => seen("", name.get_ref(), name.span()),
        }
    }
}

/// Every key in `text` that the configuration does not have.
///
/// # Errors
///
/// If `text` is not TOML.
pub(super) fn unknown_keys(text: &str) -> Result<Vec<Fault>, toml::de::Error> {
    let parsed = DeTable::parse(text)?;
    let mut faults = Vec::new();
    let mut unknown_table = None;
    each_key(parsed.get_ref(), &mut |table, key, span| {
        let line = line_of(text, span.start);
        if unknown_table.as_deref() == Some(table) && !table.is_empty() {
            return;
        }
        if let Some((what, help)) = complaint(table, key) {
            faults.push(Fault { file: file(), line, what, help });
            unknown_table = key.is_empty().then(|| table.to_owned());
        }
    });
    faults.sort_by_key(|fault| fault.line);
    Ok(faults)
}

/// What is wrong with the name of a key, if anything, and what to do.
fn complaint(table: &str, key: &str) -> Option<(String, Option<String>)> {
    if SECRETS.contains(&(table, key)) {
        let variable = variable_of(table, key);
        let what = format!("`{key}` is a secret and this file is committed");
        return Some((
            what,
            Some(format!("set {variable}, or {variable}_FILE to the name of a file that holds it")),
        ));
    }
    let is_table = |name: &str| KEYS.keys().any(|(table, _)| table == name);
    if key.is_empty() {
        let tables = KEYS.keys().map(|(table, _)| table.as_str());
        return (!is_table(table)).then(|| (format!("unknown table `{table}`"), did_you_mean(table, tables)));
    }
    if KEYS.contains_key(&(table.to_owned(), key.to_owned())) {
        return None;
    }
    let names = KEYS.keys().filter(|(of, _)| of == table).map(|(_, name)| name.as_str());
    let place = if table.is_empty() { String::new() } else { format!(" in [{table}]") };
    Some((format!("unknown key `{key}`{place}"), did_you_mean(key, names)))
}

/// `did you mean …?`, if one of `names` is near enough.
pub(super) fn did_you_mean<'a>(given: &str, names: impl Iterator<Item = &'a str>) -> Option<String> {
    nearest(given, names).map(|name| format!("did you mean `{name}`?"))
}

fn nearest<'a>(given: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    names
        .filter(|name| !name.is_empty())
        .map(|name| (strsim::jaro_winkler(given, name), name))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, name)| name)
}

/// `POSTRIDER_<TABLE>__<KEY>`.
pub(super) fn variable_of(table: &str, key: &str) -> String {
    let joined = if table.is_empty() { key.to_owned() } else { format!("{table}__{key}") };
    format!("POSTRIDER_{}", joined.to_ascii_uppercase())
}

/// What toml says of `text`, as a fault with its line.
pub(super) fn fault_of(text: &str, error: &toml::de::Error) -> Fault {
    let line = error.span().map_or(0, |span| line_of(text, span.start));
    Fault { file: file(), line, what: in_plain_words(error.message()), help: None }
}

/// What serde says, without the names of Rust's types.
pub(super) fn in_plain_words(message: &str) -> String {
    const TYPES: [(&str, &str); 4] = [
        ("usize", "a whole number"),
        ("u64", "a whole number"),
        ("i8", "a small whole number"),
        ("a boolean", "true or false"),
    ];
    let message = message.replace('\n', " ");
    TYPES.iter().fold(message, |words, (name, plain)| {
        words.replace(&format!("expected {name}"), &format!("expected {plain}"))
    })
}

fn line_of(text: &str, at: usize) -> usize {
    text[..at.min(text.len())].matches('\n').count() + 1
}
