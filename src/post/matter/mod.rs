//! Front matter of either syntax becomes one tree whose every value knows its line.

mod toml;
mod yaml;

use crate::post::remarks::Flaw;
use crate::post::source::{Front, Syntax};

/// A value and the line of the file it stands on.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Node {
    pub line: usize,
    pub value: Value,
}

/// What a front matter value can be.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    /// YAML's `null` and a key with nothing after it.
    Null,
    Scalar(Scalar),
    List(Vec<Node>),
    Table(Vec<Entry>),
}

/// One word or text, as written, and what the syntax takes it for.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Scalar {
    /// As written: `007` is not 7 and `1.0` is not 1 in a title.
    pub text: String,
    pub kind: Kind,
}

/// What a syntax takes a bare word for.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    Text,
    Bool(bool),
    Number(serde_json::Number),
    Date,
}

/// A key and its value.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Entry {
    pub key: String,
    /// Line of the key.
    pub line: usize,
    pub node: Node,
}

impl Node {
    /// What it is, for the second half of *expected … found …*.
    pub fn name(&self) -> String {
        match &self.value {
            Value::Null => "nothing".to_owned(),
            Value::Scalar(scalar) => format!("`{}`", scalar.text),
            Value::List(_) => "a list".to_owned(),
            Value::Table(_) => "a table".to_owned(),
        }
    }

    /// The same for templates, which know JSON.
    pub fn to_json(&self) -> serde_json::Value {
        match &self.value {
            Value::Null => serde_json::Value::Null,
            Value::Scalar(Scalar { kind: Kind::Bool(is), .. }) => (*is).into(),
            Value::Scalar(Scalar { kind: Kind::Number(number), .. }) => number.clone().into(),
            Value::Scalar(Scalar { text, .. }) => text.as_str().into(),
            Value::List(nodes) => nodes.iter().map(Self::to_json).collect(),
            Value::Table(entries) => entries.iter().map(|e| (e.key.clone(), e.node.to_json())).collect(),
        }
    }
}

/// Reads front matter; every fault the syntax can tell at once.
pub(super) fn parse(front: Front<'_>) -> Result<Vec<Entry>, Vec<Flaw>> {
    match front.syntax {
        Syntax::Toml => toml::parse(front),
        Syntax::Yaml => yaml::parse(front).map_err(|flaw| vec![flaw]),
    }
}
