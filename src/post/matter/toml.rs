//! TOML front matter (`+++`), with every syntax fault and not only the first.

use toml::de::{DeTable, DeValue, Error};

use crate::post::matter::{Entry, Kind, Node, Scalar, Value};
use crate::post::remarks::Flaw;
use crate::post::source::Front;

pub(super) fn parse(front: Front<'_>) -> Result<Vec<Entry>, Vec<Flaw>> {
    let lines = Lines::of(front);
    let (table, errors) = DeTable::parse_recoverable(front.text);
    if errors.is_empty() {
        return Ok(lines.entries(table.get_ref()));
    }
    let mut flaws: Vec<Flaw> = errors.iter().map(|error| lines.flaw(error)).collect();
    flaws.sort_by_key(|flaw| flaw.line);
    flaws.dedup_by_key(|flaw| flaw.line);
    Err(flaws)
}

/// Turns places in front matter into lines of the file.
struct Lines {
    /// Where each line of front matter ends.
    ends: Vec<usize>,
    first: usize,
}

impl Lines {
    fn of(front: Front<'_>) -> Self {
        let ends = front.text.match_indices('\n').map(|(at, _)| at).collect();
        Self { ends, first: front.first_line }
    }

    fn at(&self, offset: usize) -> usize {
        self.first + self.ends.partition_point(|end| *end < offset)
    }

    fn flaw(&self, error: &Error) -> Flaw {
        let line = error.span().map_or(self.first, |span| self.at(span.start));
        Flaw::new(line, format!("TOML: {}", error.message().replace('\n', "; ")))
    }

    fn entries(&self, table: &DeTable<'_>) -> Vec<Entry> {
        let mut entries: Vec<(usize, Entry)> = table
            .iter()
            .map(|(key, value)| {
                let at = key.span().start;
                let node = self.node(value.span().start, value.get_ref());
                (at, Entry { key: key.get_ref().to_string(), line: self.at(at), node })
            })
            .collect();
        entries.sort_by_key(|(at, _)| *at);
        entries.into_iter().map(|(_, entry)| entry).collect()
    }

    fn node(&self, at: usize, value: &DeValue<'_>) -> Node {
        let scalar = |text: String, kind| Value::Scalar(Scalar { text, kind });
        let value = match value {
            DeValue::String(text) => scalar(text.to_string(), Kind::Text),
            DeValue::Integer(number) => {
                let json = i64::from_str_radix(number.as_str(), number.radix()).ok().map(Into::into);
                scalar(number.to_string(), json.map_or(Kind::Text, Kind::Number))
            }
            DeValue::Float(number) => {
                let json = number.as_str().parse().ok().and_then(serde_json::Number::from_f64);
                scalar(number.to_string(), json.map_or(Kind::Text, Kind::Number))
            }
            DeValue::Boolean(is) => scalar(is.to_string(), Kind::Bool(*is)),
            DeValue::Datetime(date) => scalar(date.to_string(), Kind::Date),
            DeValue::Array(values) => {
                Value::List(values.iter().map(|v| self.node(v.span().start, v.get_ref())).collect())
            }
            DeValue::Table(table) => Value::Table(self.entries(table)),
        };
        Node { line: self.at(at), value }
    }
}
