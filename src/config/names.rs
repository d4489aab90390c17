//! Where keys stand in the file, which names there are, and which of them somebody meant.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::path::PathBuf;
use std::sync::LazyLock;

use serde_json::Value;
use toml::de::{DeTable, DeValue};

use crate::post::Fault;

/// Secrets: keys that only the environment may set, and what they are for.
pub(super) const SECRETS: [(&str, &str); 6] = [
    ("smtp", "password"),
    ("lanes.*", "password"),
    ("ledger", "key"),
    ("ledger", "password"),
    ("dkim", "rsa_key"),
    ("dkim", "ed25519_key"),
];

/// What a value may be, as far as a variable of the environment must know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Integer,
    Boolean,
    List,
    Number,
    /// Written as in the file.
    Toml,
}

/// Every key of the configuration: table (empty for the top level, `lanes.*` for those of which there may be several),
/// name, kind.
pub(super) static KEYS: LazyLock<BTreeMap<(String, String), Kind>> =
    LazyLock::new(|| keys_of(&super::schema()));

fn keys_of(schema: &Value) -> BTreeMap<(String, String), Kind> {
    let mut keys = BTreeMap::new();
    for (name, property) in properties(schema) {
        let several =
            table_of(schema, &property["additionalProperties"]).map(|table| (format!("{name}.*"), table));
        match table_of(schema, property).map(|table| (name.clone(), table)).or(several) {
            Some((name, table)) => keys
                .extend(properties(table).map(|(key, value)| ((name.clone(), key.clone()), kind_of(value)))),
            None => {
                keys.insert((String::new(), name.clone()), kind_of(property));
            }
        }
    }
    keys
}

/// The name under which [`KEYS`] has the keys of `table`: `lanes.*` for `lanes.main`.
pub(super) fn kind_of_table(table: &str) -> String {
    match table.split_once('.') {
        Some((several, _)) => format!("{several}.*"),
        None => table.to_owned(),
    }
}

/// Whether there may be several tables below `name`.
pub(super) fn has_several(name: &str) -> bool {
    KEYS.keys().any(|(table, _)| table.strip_suffix(".*") == Some(name))
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
    // `["integer", "null"]` where it may be left out.
    match property["type"].as_str().or_else(|| property["type"][0].as_str()) {
        Some("integer") => Kind::Integer,
        Some("number") => Kind::Number,
        Some("boolean") => Kind::Boolean,
        Some("array") if property["items"]["type"] == "array" => Kind::Toml,
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

    /// The key that is set in `line`, if one is.
    fn key_in(&self, line: usize) -> Option<&str> {
        let in_line = self.0.iter().find(|((_, key), place)| !key.is_empty() && **place == Place::Line(line));
        in_line.map(|((_, key), _)| key.as_str())
    }

    pub(super) fn put(&mut self, table: &str, key: &str, variable: &str) {
        self.0.insert((table.to_owned(), key.to_owned()), Place::Variable(variable.to_owned()));
    }

    /// Whether `[table] key` was set by a variable, which nobody commits.
    pub(super) fn is_variable(&self, table: &str, key: &str) -> bool {
        matches!(self.0.get(&(table.to_owned(), key.to_owned())), Some(Place::Variable(_)))
    }

    /// Whether `[table] key` was set anywhere.
    pub(super) fn is_set(&self, table: &str, key: &str) -> bool {
        self.0.contains_key(&(table.to_owned(), key.to_owned()))
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

/// Calls `seen(table, key, span of the key)` for every key; a table is told with an empty key. A table below `lanes`
/// is `lanes.main`.
fn each_key(table: &DeTable<'_>, seen: &mut dyn FnMut(&str, &str, Range<usize>)) {
    for (name, value) in table {
        match value.get_ref() {
            DeValue::Table(inner) => {
                seen(name.get_ref(), "", name.span());
                let may_nest = has_several(name.get_ref());
                for (key, value) in inner {
                    match value.get_ref() {
                        DeValue::Table(below) if may_nest => {
                            let table = format!("{}.{}", name.get_ref(), key.get_ref());
                            seen(&table, "", key.span());
                            below.keys().for_each(|key| seen(&table, key.get_ref(), key.span()));
                        }
                        _ => seen(name.get_ref(), key.get_ref(), key.span()),
                    }
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

/// What is wrong, and what to do.
pub(super) type Complaint = (String, Option<String>);

/// What is wrong with the name of a key, if anything, and what to do.
fn complaint(table: &str, key: &str) -> Option<Complaint> {
    let kind = kind_of_table(table);
    if SECRETS.contains(&(kind.as_str(), key)) {
        let variable = variable_of(table, key);
        let what = format!("`{key}` is a secret and this file is committed");
        return Some((
            what,
            Some(format!("set {variable}, or {variable}_FILE to the name of a file that holds it")),
        ));
    }
    let is_table =
        |name: &str| KEYS.keys().any(|(table, _)| table == name || table.strip_suffix(".*") == Some(name));
    if key.is_empty() {
        let tables = KEYS.keys().map(|(table, _)| table.strip_suffix(".*").unwrap_or(table));
        let is_known = is_table(table) || is_table(&kind);
        return (!is_known).then(|| (format!("unknown table `{table}`"), did_you_mean(table, tables)));
    }
    if KEYS.contains_key(&(kind.clone(), key.to_owned())) {
        return None;
    }
    if has_several(table) {
        let what = format!("`{key}` stands in [{table}] itself: expected a table below it");
        return Some((what, Some(format!("write [{table}.NAME] on a line of its own and the keys below"))));
    }
    if is_table(key) {
        let what = format!("`{key}` is a table: expected [{key}], found a value");
        return Some((what, Some(format!("write [{key}] on a line of its own and its keys below"))));
    }
    let names = KEYS.keys().filter(|(of, _)| *of == kind).map(|(_, name)| name.as_str());
    let place = if table.is_empty() { String::new() } else { format!(" in [{table}]") };
    Some((format!("unknown key `{key}`{place}"), did_you_mean(key, names).or_else(|| home_of(key))))
}

/// The table that has `key`, if there is just one.
fn home_of(key: &str) -> Option<String> {
    let mut homes = KEYS.keys().filter(|(_, name)| name == key);
    match (homes.next(), homes.next()) {
        (Some((table, _)), None) if table.is_empty() => Some("it stands above all tables".to_owned()),
        (Some((table, _)), None) => Some(format!("it belongs to [{table}]")),
        _ => None,
    }
}

/// `did you mean …?`, if one of `names` is near enough.
pub(super) fn did_you_mean<'a>(given: &str, names: impl Iterator<Item = &'a str>) -> Option<String> {
    nearest(given, names).map(|name| format!("did you mean `{name}`?"))
}

/// The one of `names` that was probably meant.
pub(super) fn nearest<'a>(given: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    names
        .filter(|name| !name.is_empty())
        .map(|name| (strsim::jaro_winkler(given, name), name))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, name)| name)
}

/// `POSTRIDER_<TABLE>__<KEY>`, and `POSTRIDER_LANES__<NAME>__<KEY>` with `_` for `-`.
pub(super) fn variable_of(table: &str, key: &str) -> String {
    let joined = if table.is_empty() { key.to_owned() } else { format!("{table}__{key}") };
    format!("POSTRIDER_{}", joined.replace('.', "__").replace('-', "_").to_ascii_uppercase())
}

/// Why `text` is no TOML, as a fault with its line.
pub(super) fn syntax_fault(text: &str, error: &toml::de::Error) -> Fault {
    let line = error.span().map_or(0, |span| line_of(text, span.start));
    Fault { file: file(), line, what: error.message().replace('\n', " "), help: None }
}

/// Why a value in `text` cannot be used, as a fault with its line and key.
pub(super) fn value_fault(text: &str, error: &toml::de::Error) -> Fault {
    let span = error.span().unwrap_or_default();
    let line = line_of(text, span.start);
    let found = text.get(span).filter(|found| !found.is_empty() && !found.contains('\n'));
    let (what, help) = in_plain_words(error.message(), found);
    let what = match Places::of(text).key_in(line) {
        Some(key) => format!("`{key}`: {what}"),
        None => what,
    };
    Fault { file: file(), line, what, help }
}

/// What serde says of a value, as *expected … found …* and without the names of Rust's types.
pub(super) fn in_plain_words(message: &str, found: Option<&str>) -> Complaint {
    if let Some((variant, names)) =
        message.strip_prefix("unknown variant `").and_then(|rest| rest.split_once("`, expected "))
    {
        let names = names.trim_start_matches("one of ");
        let known = names.split('`').skip(1).step_by(2);
        return (format!("expected {names}, found `{variant}`"), did_you_mean(variant, known));
    }
    let wrong_type =
        message.strip_prefix("invalid type: ").or_else(|| message.strip_prefix("invalid value: "));
    let (serde_found, wanted) = match wrong_type.and_then(|rest| rest.rsplit_once(", expected ")) {
        Some(parts) => parts,
        None if message == "wanted string or table" => ("something else", "a string"),
        None => return (message.replace('\n', " "), None),
    };
    let found = found.map_or_else(|| serde_found.to_owned(), |text| format!("`{text}`"));
    (format!("expected {}, found {found}", plain(wanted)), None)
}

/// A type of Rust in plain words.
fn plain(wanted: &str) -> &str {
    match wanted {
        "usize" | "u64" | "u32" => "a whole number from 0 up",
        "f64" => "a number",
        "i8" => "a small whole number",
        "a boolean" => "true or false",
        "a string" => "text between quotes",
        "a sequence" => "a list between brackets",
        other => other,
    }
}

fn line_of(text: &str, at: usize) -> usize {
    text[..at.min(text.len())].matches('\n').count() + 1
}
