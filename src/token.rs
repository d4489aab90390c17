//! Sealed tokens: what a leave link or a reverse-path carries so that nobody can forge it.
//!
//! In: a [`Purpose`], who and which issue. Out: 47 letters and digits that [`Keys::open`] turns back.
//! A token opens for the purpose it was sealed for and for no other; an old key opens what it sealed
//! for ever, so a link in a ten-year-old mail still works after the key was rotated.
//!
//! HMAC-SHA-256 cut to 128 bits (RFC 2104 §5). Lower-case base32 (RFC 4648 §6) because mail servers
//! fold the case of local parts. Leaves out: expiry; what expires carries its time in the ledger.

use std::fmt;

use data_encoding::{BASE32_NOPAD, HEXLOWER};
use ring::hmac;
use thiserror::Error;

/// What a token is good for. A token sealed for one purpose does not open for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// Leaving the list: `List-Unsubscribe` and the visible link.
    Leave,
    /// The reverse-path, so that a bounce names its recipient (VERP).
    Bounce,
    /// The left side of a `Message-ID`.
    MessageId,
}

impl Purpose {
    fn label(self) -> &'static [u8] {
        match self {
            Self::Leave => b"postrider leave v1",
            Self::Bounce => b"postrider bounce v1",
            Self::MessageId => b"postrider message-id v1",
        }
    }
}

/// Which key sealed a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyId(pub u8);

/// What a token says once it is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sealed {
    /// The subscriber's number in the ledger.
    pub subscriber: u64,
    /// The issue's number in the ledger.
    pub issue: u32,
}

/// The publication's keys: one that seals, and older ones that still open.
#[derive(Clone)]
pub struct Keys {
    sealing: KeyId,
    keys: Vec<(KeyId, hmac::Key, [u8; 32])>,
}

/// Octets of key id, subscriber, issue and tag.
const PLAIN_OCTETS: usize = 1 + 8 + 4;
const TAG_OCTETS: usize = 16;

impl Keys {
    /// Letters in every token.
    pub const TOKEN_LEN: usize = 47;

    /// One fresh key; `secret` comes from the system's random source.
    pub fn first(secret: [u8; 32]) -> Self {
        Self { sealing: KeyId(1), keys: vec![entry(KeyId(1), secret)] }
    }

    /// Adds a key that seals from now on; the others go on opening.
    ///
    /// # Errors
    ///
    /// If 255 keys are in use.
    pub fn rotate(mut self, secret: [u8; 32]) -> Result<Self, KeyError> {
        let newest = self.keys.iter().map(|(id, ..)| id.0).max().unwrap_or(0);
        let id = KeyId(newest.checked_add(1).ok_or(KeyError::Full)?);
        self.keys.push(entry(id, secret));
        self.sealing = id;
        Ok(self)
    }

    /// The key that seals new tokens. An issue keeps this number, so that a
    /// second attempt at the same mail has the same octets.
    pub fn sealing(&self) -> KeyId {
        self.sealing
    }

    /// Seals `sealed` for `purpose` with the key `id`.
    ///
    /// # Errors
    ///
    /// If there is no key `id`: the key file is not the one the issue was frozen with.
    pub fn seal(&self, id: KeyId, purpose: Purpose, sealed: Sealed) -> Result<String, KeyError> {
        let mut octets = [0; PLAIN_OCTETS + TAG_OCTETS];
        octets[0] = id.0;
        octets[1..9].copy_from_slice(&sealed.subscriber.to_be_bytes());
        octets[9..13].copy_from_slice(&sealed.issue.to_be_bytes());
        let tag = self.tag(id, purpose, &octets[..PLAIN_OCTETS]).ok_or(KeyError::Missing { id })?;
        octets[PLAIN_OCTETS..].copy_from_slice(&tag.as_ref()[..TAG_OCTETS]);
        Ok(BASE32_NOPAD.encode(&octets).to_ascii_lowercase())
    }

    /// What `token` says, if one of our keys sealed it for `purpose`.
    pub fn open(&self, purpose: Purpose, token: &str) -> Option<Sealed> {
        let octets = BASE32_NOPAD.decode(token.to_ascii_uppercase().as_bytes()).ok()?;
        if octets.len() != PLAIN_OCTETS + TAG_OCTETS {
            return None;
        }
        let (plain, given) = octets.split_at(PLAIN_OCTETS);
        let tag = self.tag(KeyId(plain[0]), purpose, plain)?;
        if !is_equal_in_constant_time(&tag.as_ref()[..TAG_OCTETS], given) {
            return None;
        }
        Some(Sealed {
            subscriber: u64::from_be_bytes(plain[1..9].try_into().ok()?),
            issue: u32::from_be_bytes(plain[9..13].try_into().ok()?),
        })
    }

    /// A digest that only the holder of the first key can compute: how an
    /// erased address is still recognised when it must not come back.
    pub fn fingerprint(&self, text: &str) -> [u8; 16] {
        let (_, key, _) = &self.keys[0];
        let mut context = hmac::Context::with_key(key);
        context.update(b"postrider fingerprint v1\0");
        context.update(text.as_bytes());
        let mut short = [0; 16];
        short.copy_from_slice(&context.sign().as_ref()[..16]);
        short
    }

    fn tag(&self, id: KeyId, purpose: Purpose, plain: &[u8]) -> Option<hmac::Tag> {
        let (_, key, _) = self.keys.iter().find(|(known, ..)| *known == id)?;
        let mut context = hmac::Context::with_key(key);
        context.update(purpose.label());
        context.update(b"\0");
        context.update(plain);
        Some(context.sign())
    }

    /// The keys as a key file holds them: a line each, `NUMBER HEX`, the sealing one last.
    pub fn to_file_text(&self) -> String {
        self.keys.iter().map(|(id, _, secret)| format!("{} {}\n", id.0, HEXLOWER.encode(secret))).collect()
    }

    /// Reads what [`to_file_text`](Self::to_file_text) wrote. Empty lines and lines that begin with `#` are passed over.
    ///
    /// # Errors
    ///
    /// If a line is not `NUMBER HEX` with 64 hexadecimal digits, a number stands twice, or no key is left.
    pub fn from_file_text(text: &str) -> Result<Self, KeyError> {
        let mut keys: Vec<(KeyId, hmac::Key, [u8; 32])> = Vec::new();
        let lines = text.lines().enumerate().map(|(at, line)| (at + 1, line.trim()));
        for (line, words) in lines.filter(|(_, words)| !words.is_empty() && !words.starts_with('#')) {
            let (id, secret) = parse_line(words).ok_or(KeyError::Line { line })?;
            if keys.iter().any(|(known, ..)| *known == id) {
                return Err(KeyError::Twice { line, id });
            }
            keys.push(entry(id, secret));
        }
        let sealing = keys.last().ok_or(KeyError::Empty)?.0;
        Ok(Self { sealing, keys })
    }
}

fn entry(id: KeyId, secret: [u8; 32]) -> (KeyId, hmac::Key, [u8; 32]) {
    (id, hmac::Key::new(hmac::HMAC_SHA256, &secret), secret)
}

fn parse_line(words: &str) -> Option<(KeyId, [u8; 32])> {
    let (id, hex) = words.split_once(' ')?;
    let secret = HEXLOWER.decode(hex.trim().as_bytes()).ok()?;
    Some((KeyId(id.parse().ok().filter(|id| *id > 0)?), secret.try_into().ok()?))
}

/// Compares without stopping at the first difference, so that time tells nothing.
fn is_equal_in_constant_time(ours: &[u8], given: &[u8]) -> bool {
    ours.len() == given.len() && ours.iter().zip(given).fold(0, |seen, (a, b)| seen | (a ^ b)) == 0
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keys({} keys, sealing with {})", self.keys.len(), self.sealing.0)
    }
}

/// Why the keys cannot be used. No octet of a key is ever repeated.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum KeyError {
    #[error("line {line}: expected a number from 1 to 255, a space and 64 hexadecimal digits")]
    Line { line: usize },
    #[error("line {line}: key {} stands twice", id.0)]
    Twice { line: usize, id: KeyId },
    #[error("no key in it")]
    Empty,
    #[error("key {} is missing: expected the key file this ledger was made with", id.0)]
    Missing { id: KeyId },
    #[error("all 255 key numbers are in use")]
    Full,
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADA: Sealed = Sealed { subscriber: 7, issue: 3 };

    fn keys() -> Keys {
        Keys::first([9; 32])
    }

    #[test]
    fn a_sealed_token_opens_for_its_purpose_and_no_other() {
        let token = keys().seal(KeyId(1), Purpose::Leave, ADA).unwrap();
        assert_eq!(token.len(), Keys::TOKEN_LEN);
        assert_eq!(keys().open(Purpose::Leave, &token), Some(ADA));
        assert_eq!(
            keys().open(Purpose::Leave, &token.to_uppercase()),
            Some(ADA),
            "case is folded on the way"
        );
        assert_eq!(keys().open(Purpose::Bounce, &token), None);
    }

    #[test]
    fn a_token_with_any_octet_changed_does_not_open() {
        let token = keys().seal(KeyId(1), Purpose::Leave, ADA).unwrap();
        for at in 0..token.len() - 1 {
            let mut forged = token.clone().into_bytes();
            forged[at] = if forged[at] == b'a' { b'b' } else { b'a' };
            let forged = String::from_utf8(forged).unwrap();
            assert_eq!(keys().open(Purpose::Leave, &forged), None, "changed at {at}");
        }
        assert_eq!(keys().open(Purpose::Leave, &token[1..]), None);
        assert_eq!(keys().open(Purpose::Leave, ""), None);
    }

    #[test]
    fn a_rotated_key_still_opens_old_links() {
        let old = keys().seal(KeyId(1), Purpose::Leave, ADA).unwrap();
        let rotated = keys().rotate([8; 32]).unwrap();
        assert_eq!(rotated.sealing(), KeyId(2));
        assert_eq!(rotated.open(Purpose::Leave, &old), Some(ADA));
        let new = rotated.seal(rotated.sealing(), Purpose::Leave, ADA).unwrap();
        assert_ne!(new, old);
        assert_eq!(keys().open(Purpose::Leave, &new), None, "the old key alone does not open the new link");
    }

    #[test]
    fn a_key_file_written_and_read_is_the_same() {
        let rotated = keys().rotate([8; 32]).unwrap();
        let read = Keys::from_file_text(&format!("# kept safe\n\n{}", rotated.to_file_text())).unwrap();
        assert_eq!(read.to_file_text(), rotated.to_file_text());
        assert_eq!(read.sealing(), KeyId(2));
    }

    #[test]
    fn a_broken_key_file_is_refused_with_its_line() {
        let good = keys().to_file_text();
        for (text, want) in [
            (String::new(), KeyError::Empty),
            ("1 abc\n".to_owned(), KeyError::Line { line: 1 }),
            (format!("{good}0 {}", &good[2..]), KeyError::Line { line: 2 }),
            (format!("{good}{good}"), KeyError::Twice { line: 2, id: KeyId(1) }),
        ] {
            assert_eq!(Keys::from_file_text(&text).unwrap_err(), want);
        }
    }

    #[test]
    fn debug_shows_no_key() {
        assert_eq!(format!("{:?}", keys()), "Keys(1 keys, sealing with 1)");
    }
}
