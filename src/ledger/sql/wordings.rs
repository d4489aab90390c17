//! Texts that stand in many rows, each kept once.

use std::collections::{BTreeSet, HashMap};

use super::value::ToValue;
use super::view::Many;
use super::{Fault, View};

const FIND: Many = Many {
    one: "SELECT text, id FROM wording WHERE text = ?1",
    all: "SELECT text, id FROM wording WHERE text = ANY (CAST(?1 AS TEXT[]))",
};

const ADD: Many = Many {
    one: "INSERT INTO wording (text) VALUES (?1) RETURNING text, id",
    all: "INSERT INTO wording (text) SELECT unnest(CAST(?1 AS TEXT[])) RETURNING text, id",
};

/// The number of a text.
pub(super) fn intern(tx: &View<'_>, text: &str) -> Result<i64, Fault> {
    let numbers = intern_all(tx, BTreeSet::from([text]))?;
    Ok(numbers[text])
}

/// The numbers of texts; those not seen before get new ones.
pub(super) fn intern_all(tx: &View<'_>, texts: BTreeSet<&str>) -> Result<HashMap<String, i64>, Fault> {
    let mut numbers = HashMap::new();
    ask(tx, FIND, texts.iter().copied(), &mut numbers)?;
    let unknown: Vec<&str> = texts.into_iter().filter(|text| !numbers.contains_key(*text)).collect();
    ask(tx, ADD, unknown.into_iter(), &mut numbers)?;
    Ok(numbers)
}

fn ask<'t>(
    tx: &View<'_>,
    statement: Many,
    texts: impl Iterator<Item = &'t str>,
    numbers: &mut HashMap<String, i64>,
) -> Result<(), Fault> {
    let rows: Vec<_> = texts.map(|text| [text.value()]).collect();
    tx.each_of(statement, &rows, |row| {
        numbers.insert(row.get(0)?, row.get(1)?);
        Ok(())
    })
}
