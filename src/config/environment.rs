//! Variables of the environment laid over the file.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;

use toml::{Table, Value};

use super::file::{self, ConfigFile};
use super::names::{
    Complaint, KEYS, Kind, Places, SECRETS, has_several, in_plain_words, nearest, variable_of,
};
use crate::post::Fault;

/// The variables that begin with `POSTRIDER_`, by name.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    variables: BTreeMap<String, Secret>,
    /// Names of those whose value is not UTF-8.
    unreadable: Vec<String>,
}

/// A value that is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The value itself. Hand it on; do not print it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// The secrets the environment holds, by table and key.
pub(super) type Secrets = BTreeMap<(String, String), Secret>;

/// What the name of a variable stands for.
enum Target {
    Key { table: String, key: String, kind: Kind },
    Secret((String, String)),
}

const PREFIX: &str = "POSTRIDER_";

impl Environment {
    /// Keeps the variables that are meant for this program.
    pub fn from_pairs(pairs: impl Iterator<Item = (OsString, OsString)>) -> Self {
        let mut environment = Self::default();
        let named = pairs.map(|(name, value)| (name.to_string_lossy().into_owned(), value));
        for (name, value) in named.filter(|(name, _)| name.starts_with(PREFIX)) {
            match value.into_string() {
                Ok(text) => {
                    environment.variables.insert(name, Secret(text));
                }
                Err(_) => environment.unreadable.push(name),
            }
        }
        environment
    }

    /// Lays the variables over `table`; gives the configuration, the secrets and where each key was set.
    pub(super) fn overlay(
        &self,
        mut table: Table,
        mut places: Places,
    ) -> Result<(ConfigFile, Secrets, Places), Vec<Fault>> {
        let mut secrets = Secrets::new();
        let mut faults = Vec::new();
        for name in &self.unreadable {
            faults.push(fault(name, ("expected UTF-8, found other octets".to_owned(), None)));
        }
        for (name, value) in &self.variables {
            let done = self
                .refuse_twice(name)
                .and_then(|()| set(&mut table, &mut secrets, &mut places, name, value));
            faults.extend(done.err().map(|complaint| fault(name, complaint)));
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let file = file::of_table(&table).expect("the file and each variable were read one by one before");
        Ok((file, secrets, places))
    }

    /// A value and a file that holds it cannot both be meant.
    fn refuse_twice(&self, name: &str) -> Result<(), Complaint> {
        match name.strip_suffix("_FILE").filter(|plain| self.variables.contains_key(*plain)) {
            Some(plain) => Err((format!("{plain} is set too"), Some("unset one of the two".to_owned()))),
            None => Ok(()),
        }
    }
}

fn fault(name: &str, (what, help): Complaint) -> Fault {
    Fault { file: PathBuf::from(name), line: 0, what, help }
}

/// Sets what the variable `name` stands for.
fn set(
    table: &mut Table,
    secrets: &mut Secrets,
    places: &mut Places,
    name: &str,
    value: &Secret,
) -> Result<(), Complaint> {
    let plain = name.strip_suffix("_FILE");
    let (target, text) = match (target_of(table, name), plain.and_then(|name| target_of(table, name))) {
        (Some(target), _) => (target, value.clone()),
        (None, Some(target)) => (target, contents(value)?),
        (None, None) => return Err(no_such_key(table, name)),
    };
    match target {
        Target::Secret(which) => {
            secrets.insert(which, text);
        }
        Target::Key { table: in_table, key, kind } => {
            let value = value_of(kind, text.expose()).map_err(|what| (what, None))?;
            check(&in_table, &key, &value, text.expose())?;
            places.put(&in_table, &key, name);
            put(table, &in_table, &key, value);
        }
    }
    Ok(())
}

fn target_of(root: &Table, name: &str) -> Option<Target> {
    let mut secrets =
        SECRETS.iter().flat_map(|(table, key)| tables(root, table).map(move |table| (table, *key)));
    let secret = secrets.find(|(table, key)| variable_of(table, key) == name);
    let mut keys =
        KEYS.iter().flat_map(|((table, key), kind)| tables(root, table).map(move |table| (table, key, kind)));
    let mut key = || keys.find(|(table, key, _)| variable_of(table, key) == name);
    secret
        .map(|(table, key)| Target::Secret((table, key.to_owned())))
        .or_else(|| key().map(|(table, key, kind)| Target::Key { table, key: key.clone(), kind: *kind }))
}

/// The tables that `table` stands for: itself, or each that the file has below `lanes` for `lanes.*`.
fn tables(root: &Table, table: &str) -> impl Iterator<Item = String> {
    let several = table.strip_suffix(".*");
    let below = several.and_then(|name| root.get(name)?.as_table());
    let names = below.into_iter().flat_map(|below| below.keys());
    let named = names.map(|name| format!("{}.{name}", several.unwrap_or_default()));
    let itself = several.is_none().then(|| table.to_owned());
    named.chain(itself).collect::<Vec<_>>().into_iter()
}

fn no_such_key(root: &Table, name: &str) -> Complaint {
    let keys = KEYS.keys().map(|(table, key)| (table.as_str(), key.as_str())).chain(SECRETS);
    let variables =
        keys.flat_map(|(table, key)| tables(root, table).map(move |table| variable_of(&table, key)));
    let names: Vec<String> = variables.collect();
    let help = nearest(&name[PREFIX.len()..], names.iter().map(|name| &name[PREFIX.len()..]));
    let help = help.map(|near| format!("did you mean `{PREFIX}{near}`?"));
    let of_lane = || Some("a lane is set by variables once the file has its table [lanes.NAME]".to_owned());
    ("no such key".to_owned(), help.or_else(|| name.starts_with("POSTRIDER_LANES__").then(of_lane).flatten()))
}

/// What stands in the file that a `…_FILE` variable names, without its last line end.
fn contents(path: &Secret) -> Result<Secret, Complaint> {
    let text = std::fs::read_to_string(path.expose())
        .map_err(|error| (format!("the file it names cannot be read: {error}"), None))?;
    let line = text.strip_suffix('\n').unwrap_or(&text);
    Ok(Secret(line.strip_suffix('\r').unwrap_or(line).to_owned()))
}

fn value_of(kind: Kind, text: &str) -> Result<Value, String> {
    match kind {
        Kind::Text => Ok(Value::String(text.to_owned())),
        Kind::Integer => {
            text.trim().parse().map(Value::Integer).map_err(|_| format!("`{text}` is not a whole number"))
        }
        Kind::Number => {
            text.trim().parse().map(Value::Float).map_err(|_| format!("`{text}` is not a number"))
        }
        Kind::Toml => {
            let parsed: Result<Table, _> = format!("value = {text}").parse();
            parsed
                .ok()
                .and_then(|mut table| table.remove("value"))
                .ok_or_else(|| format!("`{text}` is not as it would stand in the file"))
        }
        Kind::Boolean => {
            text.trim().parse().map(Value::Boolean).map_err(|_| format!("`{text}` is neither true nor false"))
        }
        Kind::List => {
            let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
            Ok(Value::Array(items.map(|item| Value::String(item.to_owned())).collect()))
        }
    }
}

/// Whether the value alone makes a valid configuration, so that a fault names the variable.
fn check(table: &str, key: &str, value: &Value, text: &str) -> Result<(), Complaint> {
    let mut alone = Table::new();
    put(&mut alone, table, key, value.clone());
    file::of_table(&alone).map(|_| ()).map_err(|error| in_plain_words(error.message(), Some(text)))
}

fn put(root: &mut Table, table: &str, key: &str, value: Value) {
    if table.is_empty() {
        root.insert(key.to_owned(), value);
    } else if let Some((several, name)) = table.split_once('.').filter(|(several, _)| has_several(several)) {
        let below = root.entry(several).or_insert_with(|| Value::Table(Table::new()));
        if let Value::Table(below) = below {
            put(below, name, key, value);
        }
    } else if let Value::Table(inner) = root.entry(table).or_insert_with(|| Value::Table(Table::new())) {
        inner.insert(key.to_owned(), value);
    }
}
