//! YAML front matter (`---`), under the parser's own budgets for depth, nodes and aliases.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::{DefaultMessageFormatter, Location, MessageFormatter, Spanned};

use crate::post::matter::{Entry, Kind, Node, Scalar, Value};
use crate::post::remarks::Flaw;
use crate::post::source::Front;

pub(super) fn parse(front: Front<'_>) -> Result<Vec<Entry>, Flaw> {
    let lines = Lines { text: front.text, first: front.first_line };
    if has_no_content(front.text) {
        return Ok(Vec::new());
    }
    let root: Spanned<Raw> = serde_saphyr::from_str(front.text).map_err(|error| lines.flaw(&error))?;
    let node = lines.node(root);
    match node.value {
        Value::Table(entries) => Ok(entries),
        Value::Null => Ok(Vec::new()),
        _ => Err(Flaw::new(node.line, format!("YAML: expected `key: value` lines, found {}", node.name()))),
    }
}

fn has_no_content(text: &str) -> bool {
    text.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#'))
}

/// Turns places in front matter into lines of the file.
struct Lines<'a> {
    text: &'a str,
    first: usize,
}

impl Lines<'_> {
    fn at(&self, location: Location) -> usize {
        let line = usize::try_from(location.line()).unwrap_or(usize::MAX);
        self.first + line.saturating_sub(1)
    }

    fn flaw(&self, error: &serde_saphyr::Error) -> Flaw {
        let error = error.without_snippet();
        let line = error.location().map_or(self.first, |location| self.at(location));
        Flaw::new(
            line,
            format!("YAML: {}", DefaultMessageFormatter.format_message(error).replace('\n', "; ")),
        )
    }

    fn node(&self, raw: Spanned<Raw>) -> Node {
        let written = self.written(raw.defined);
        let scalar = |fallback: String, kind| {
            Value::Scalar(Scalar { text: written.map_or(fallback, str::to_owned), kind })
        };
        let value = match raw.value {
            Raw::Null => Value::Null,
            Raw::Text(text) => Value::Scalar(Scalar { text, kind: Kind::Text }),
            Raw::Bool(is) => scalar(is.to_string(), Kind::Bool(is)),
            Raw::Number(number) => scalar(number.to_string(), Kind::Number(number)),
            Raw::List(items) => Value::List(items.into_iter().map(|item| self.node(item)).collect()),
            Raw::Table(entries) => Value::Table(entries.into_iter().map(|(k, v)| self.entry(k, v)).collect()),
        };
        Node { line: self.at(raw.referenced), value }
    }

    fn entry(&self, key: Spanned<String>, value: Spanned<Raw>) -> Entry {
        Entry { line: self.at(key.referenced), key: key.value, node: self.node(value) }
    }

    /// The letters of a bare word, which `true` and `7` no longer know.
    fn written(&self, location: Location) -> Option<&str> {
        let start = usize::try_from(location.span().byte_offset()?).ok()?;
        let len = usize::try_from(location.span().byte_len()?).ok()?;
        let text = self.text.get(start..start.checked_add(len)?)?.trim();
        (!text.is_empty() && !text.starts_with(['!', '&'])).then_some(text)
    }
}

/// What the parser takes a value for.
enum Raw {
    Null,
    Bool(bool),
    Number(serde_json::Number),
    Text(String),
    List(Vec<Spanned<Raw>>),
    Table(Vec<(Spanned<String>, Spanned<Raw>)>),
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RawVisitor)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, number, boolean, list or table")
    }

    fn visit_unit<E>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_none<E>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Raw, D::Error> {
        Raw::deserialize(deserializer)
    }

    fn visit_bool<E>(self, is: bool) -> Result<Raw, E> {
        Ok(Raw::Bool(is))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Raw, E> {
        Ok(Raw::Number(number.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Raw, E> {
        Ok(Raw::Number(number.into()))
    }

    fn visit_i128<E>(self, number: i128) -> Result<Raw, E> {
        Ok(Raw::Text(number.to_string()))
    }

    fn visit_u128<E>(self, number: u128) -> Result<Raw, E> {
        Ok(Raw::Text(number.to_string()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Raw, E> {
        Ok(serde_json::Number::from_f64(number).map_or_else(|| Raw::Text(number.to_string()), Raw::Number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Raw, E> {
        Ok(Raw::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Raw, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Raw::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Raw, A::Error> {
        let mut table = Vec::new();
        while let Some(entry) = entries.next_entry()? {
            table.push(entry);
        }
        Ok(Raw::Table(table))
    }
}
