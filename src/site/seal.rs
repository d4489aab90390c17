//! All that a file of the public tree is made from, in one digest: equal seals mean equal octets.
//!
//! A page is sealed before it is made. Where the tree holds the file that was made under the same seal, it is not
//! made again. Whatever can change a file has to be in its seal: the program, the templates, the variables as they
//! are serialised, and what the essay itself is made from.

use std::fmt;
use std::str::FromStr;

use data_encoding::HEXLOWER;
use ring::digest::{Context, SHA256};
use serde::Serialize;

/// The first half of a SHA-256 digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Seal([u8; 16]);

impl fmt::Display for Seal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&HEXLOWER.encode(&self.0))
    }
}

impl FromStr for Seal {
    type Err = NotASeal;

    fn from_str(text: &str) -> Result<Self, NotASeal> {
        let octets = HEXLOWER.decode(text.as_bytes()).map_err(|_| NotASeal)?;
        octets.try_into().map(Self).map_err(|_| NotASeal)
    }
}

/// A text that is not 32 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotASeal;

/// Takes in, one after the other, what a file is made from.
#[derive(Clone)]
pub struct Sealer(Context);

impl Default for Sealer {
    fn default() -> Self {
        Self(Context::new(&SHA256))
    }
}

impl Sealer {
    /// Takes in `octets`, with their length, so that no two sequences of parts are taken for one.
    #[must_use]
    pub fn with(mut self, octets: impl AsRef<[u8]>) -> Self {
        let octets = octets.as_ref();
        self.0.update(&(octets.len() as u64).to_le_bytes());
        self.0.update(octets);
        self
    }

    /// Takes in `value` as it is serialised.
    #[must_use]
    pub fn with_value(self, value: &impl Serialize) -> Self {
        // A value that cannot be serialised fails where a template is given it; here it only must not be mistaken.
        let written = serde_json::to_vec(value).ok();
        self.with([u8::from(written.is_some())]).with(written.unwrap_or_default())
    }

    pub fn seal(self) -> Seal {
        let digest = self.0.finish();
        let mut half = [0; 16];
        half.copy_from_slice(&digest.as_ref()[..16]);
        Seal(half)
    }
}

impl AsRef<[u8]> for Seal {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_told_from_their_sum_and_a_seal_reads_back() {
        let one = Sealer::default().with("ab").with("c").seal();
        let other = Sealer::default().with("a").with("bc").seal();
        assert_ne!(one, other);
        assert_ne!(
            Sealer::default().with_value(&("a", 1)).seal(),
            Sealer::default().with_value(&("a", 2)).seal()
        );
        assert_eq!(one.to_string().parse(), Ok(one));
        assert_eq!("x".parse::<Seal>(), Err(NotASeal));
    }
}
