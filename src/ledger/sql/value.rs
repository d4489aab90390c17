//! What stands in a column, whichever database holds it.

use thiserror::Error;

/// A column's content, or a value for a statement.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::ledger) enum Value<'a> {
    Null,
    Integer(i64),
    Text(&'a str),
    Octets(&'a [u8]),
}

/// A column holds what its type cannot be.
#[derive(Debug, Error)]
#[error("`{found}` is not {expected}")]
pub(in crate::ledger) struct Misfit {
    pub found: String,
    pub expected: &'static str,
}

impl Misfit {
    pub fn new(found: impl Into<String>, expected: &'static str) -> Self {
        Self { found: found.into(), expected }
    }
}

/// What can be given to a statement.
pub(in crate::ledger) trait ToValue {
    fn value(&self) -> Value<'_>;
}

/// What can be read from a column.
pub(in crate::ledger) trait FromValue: Sized {
    /// # Errors
    ///
    /// If the column holds what this type cannot be.
    fn of(value: Value<'_>) -> Result<Self, Misfit>;
}

/// Values for a statement, in the order of their numbers: `values![id, name]`.
macro_rules! values {
    ($($value:expr),* $(,)?) => { &[$($crate::ledger::sql::ToValue::value(&$value)),*] };
}

pub(in crate::ledger) use values;

impl Value<'_> {
    /// What was found, for the words of an error. Addresses and names are not repeated.
    fn described(self) -> String {
        match self {
            Self::Null => "NULL".to_owned(),
            Self::Integer(number) => number.to_string(),
            Self::Text(_) => "a text".to_owned(),
            Self::Octets(octets) => format!("{} octets", octets.len()),
        }
    }

    fn integer(self, expected: &'static str) -> Result<i64, Misfit> {
        match self {
            Self::Integer(number) => Ok(number),
            other => Err(Misfit::new(other.described(), expected)),
        }
    }

    pub fn text(&self, expected: &'static str) -> Result<&str, Misfit> {
        match self {
            Self::Text(text) => Ok(text),
            other => Err(Misfit::new(other.described(), expected)),
        }
    }
}

impl<T: ToValue + ?Sized> ToValue for &T {
    fn value(&self) -> Value<'_> {
        (*self).value()
    }
}

impl<T: ToValue> ToValue for Option<T> {
    fn value(&self) -> Value<'_> {
        self.as_ref().map_or(Value::Null, ToValue::value)
    }
}

impl<T: FromValue> FromValue for Option<T> {
    fn of(value: Value<'_>) -> Result<Self, Misfit> {
        match value {
            Value::Null => Ok(None),
            value => T::of(value).map(Some),
        }
    }
}

impl ToValue for str {
    fn value(&self) -> Value<'_> {
        Value::Text(self)
    }
}

impl ToValue for String {
    fn value(&self) -> Value<'_> {
        Value::Text(self)
    }
}

impl ToValue for std::borrow::Cow<'_, str> {
    fn value(&self) -> Value<'_> {
        Value::Text(self)
    }
}

impl FromValue for String {
    fn of(value: Value<'_>) -> Result<Self, Misfit> {
        value.text("a text").map(str::to_owned)
    }
}

impl ToValue for [u8] {
    fn value(&self) -> Value<'_> {
        Value::Octets(self)
    }
}

impl<const N: usize> ToValue for [u8; N] {
    fn value(&self) -> Value<'_> {
        Value::Octets(self)
    }
}

impl FromValue for Vec<u8> {
    fn of(value: Value<'_>) -> Result<Self, Misfit> {
        match value {
            Value::Octets(octets) => Ok(octets.to_owned()),
            other => Err(Misfit::new(other.described(), "octets")),
        }
    }
}

impl<const N: usize> FromValue for [u8; N] {
    fn of(value: Value<'_>) -> Result<Self, Misfit> {
        let octets = Vec::<u8>::of(value)?;
        octets.try_into().map_err(|octets: Vec<u8>| {
            Misfit::new(format!("{} octets", octets.len()), "octets of the right number")
        })
    }
}

impl ToValue for bool {
    fn value(&self) -> Value<'_> {
        Value::Integer((*self).into())
    }
}

impl FromValue for bool {
    fn of(value: Value<'_>) -> Result<Self, Misfit> {
        value.integer("yes or no").map(|number| number != 0)
    }
}

impl ToValue for u64 {
    /// SQL counts in an i64; no count of ours comes near its end.
    fn value(&self) -> Value<'_> {
        Value::Integer(i64::try_from(*self).unwrap_or(i64::MAX))
    }
}

impl FromValue for u64 {
    fn of(value: Value<'_>) -> Result<Self, Misfit> {
        let number = value.integer("a whole number")?;
        number.try_into().map_err(|_| Misfit::new(number.to_string(), "a number from 0 up"))
    }
}

macro_rules! small_numbers {
    ($($number:ty),+) => {$(
        impl ToValue for $number {
            fn value(&self) -> Value<'_> {
                Value::Integer((*self).into())
            }
        }

        impl FromValue for $number {
            fn of(value: Value<'_>) -> Result<Self, Misfit> {
                let number = value.integer("a whole number")?;
                number.try_into().map_err(|_| Misfit::new(number.to_string(), "a number of its range"))
            }
        }
    )+};
}

small_numbers!(i64, u32, i8);
