//! Addresses mail can be sent to, and the domains they live at.
//!
//! In: what a person typed or a file held. Out: [`EmailAddress`], [`Domain`] and [`Mailbox`], which
//! cannot hold anything an SMTP server would have to guess at.
//!
//! Follows RFC 5321 §4.1.2 (syntax), RFC 5890 (domains in other scripts, kept as A-labels), RFC 6531
//! (local parts outside ASCII) and RFC 5322 §3.4 (mailbox). Leaves out: address literals
//! (`ada@[192.0.2.1]`), comments and groups, which no subscriber has.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

/// A domain name in lower-case ASCII (A-labels for other scripts, RFC 5890 §2.3.2.1).
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Domain(String);

impl Domain {
    /// Longest domain in octets (RFC 5321 §4.5.3.1.2).
    pub const MAX_OCTETS: usize = 255;

    /// The domain as it goes on the wire.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Domain {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let fault = |what| AddressError::Domain { domain: text.to_owned(), what };
        let ascii = idna::domain_to_ascii_strict(text)
            .or_else(|_| idna::domain_to_ascii(text))
            .map_err(|_| fault("letters, digits and hyphens between dots"))?;
        if ascii.len() > Self::MAX_OCTETS {
            return Err(fault("at most 255 octets"));
        }
        if !ascii.split('.').all(is_label) {
            return Err(fault("letters, digits and hyphens between dots"));
        }
        if ascii.rsplit('.').next().is_some_and(|top| top.bytes().all(|b| b.is_ascii_digit())) {
            return Err(fault("a name, not an address of digits"));
        }
        Ok(Self(ascii))
    }
}

/// A label by the letter-digit-hyphen rule (RFC 1123 §2.1).
fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        && !label.starts_with('-')
        && !label.ends_with('-')
}

impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Domain {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Domain {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// An address mail can be sent to: `local-part@domain`.
///
/// The domain is kept in lower case and the local part as written (RFC 5321
/// §2.4). Two addresses that differ only in the case of the local part are
/// different values with one [`identity`](Self::identity). `Debug` prints a mask.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EmailAddress {
    text: String,
    at: usize,
}

impl EmailAddress {
    /// Longest address a forward-path can carry, in octets: 256 less the two
    /// angle brackets (RFC 5321 §4.5.3.1.3).
    pub const MAX_OCTETS: usize = 254;

    /// Longest local part in octets (RFC 5321 §4.5.3.1.1).
    pub const MAX_LOCAL_OCTETS: usize = 64;

    /// The whole address, as it goes on the wire.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What stands before the `@`.
    pub fn local_part(&self) -> &str {
        &self.text[..self.at]
    }

    /// What stands behind the `@`, in ASCII.
    pub fn domain(&self) -> &str {
        &self.text[self.at + 1..]
    }

    /// What tells two subscribers apart: the address in lower case.
    ///
    /// No provider in use tells mailboxes apart by case, and one person
    /// subscribed twice would get everything twice.
    pub fn identity(&self) -> String {
        self.text.to_lowercase()
    }

    /// The same mailbox with a detail behind `+` (RFC 5233): `bounces+DETAIL@example.org`.
    ///
    /// # Errors
    ///
    /// If the local part becomes longer than 64 octets, or `detail` holds what no local part can.
    pub fn with_detail(&self, detail: &str) -> Result<Self, AddressError> {
        let local = format!("{}+{detail}", self.local_part());
        if !is_dot_string(&local) {
            return Err(AddressError::LocalPart);
        }
        if local.len() > Self::MAX_LOCAL_OCTETS {
            return Err(AddressError::TooLong { part: "local part", max_octets: Self::MAX_LOCAL_OCTETS });
        }
        Ok(Self { at: local.len(), text: format!("{local}@{}", self.domain()) })
    }

    /// Whether a server must offer SMTPUTF8 to take this address (RFC 6531 §3.2).
    pub fn needs_smtputf8(&self) -> bool {
        !self.local_part().is_ascii()
    }
}

impl FromStr for EmailAddress {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let Some((local, domain)) = text.rsplit_once('@') else {
            return Err(AddressError::NoAt);
        };
        if !(is_dot_string(local) || is_quoted_string(local)) {
            return Err(AddressError::LocalPart);
        }
        if local.len() > Self::MAX_LOCAL_OCTETS {
            return Err(AddressError::TooLong { part: "local part", max_octets: Self::MAX_LOCAL_OCTETS });
        }
        let domain: Domain = domain.parse()?;
        if !domain.as_str().contains('.') {
            return Err(AddressError::Domain { domain: domain.0, what: "at least one dot" });
        }
        let text = format!("{local}@{domain}");
        if text.len() > Self::MAX_OCTETS {
            return Err(AddressError::TooLong { part: "address", max_octets: Self::MAX_OCTETS });
        }
        Ok(Self { at: local.len(), text })
    }
}

/// `Dot-string` of RFC 5321 §4.1.2, with the letters RFC 6531 §3.3 adds.
fn is_dot_string(local: &str) -> bool {
    let is_atext = |c: char| {
        c.is_ascii_alphanumeric()
            || "!#$%&'*+-/=?^_`{|}~".contains(c)
            || (!c.is_ascii() && !c.is_control() && !c.is_whitespace())
    };
    local.split('.').all(|atom| !atom.is_empty() && atom.chars().all(is_atext))
}

/// `Quoted-string` of RFC 5321 §4.1.2: printable ASCII, `"` and `\` escaped.
fn is_quoted_string(local: &str) -> bool {
    let Some(inner) = local.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else {
        return false;
    };
    let mut escaped = false;
    for c in inner.chars() {
        match c {
            _ if !(' '..='~').contains(&c) => return false,
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return false,
            _ => {}
        }
    }
    local.len() > 2 && !escaped
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "…@{}", self.domain())
    }
}

impl Serialize for EmailAddress {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for EmailAddress {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// A display name and an address (RFC 5322 §3.4), written `Ada Lovelace <ada@example.org>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mailbox {
    pub name: Option<String>,
    pub address: EmailAddress,
}

impl FromStr for Mailbox {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let text = text.trim();
        let Some((name, rest)) = text.rsplit_once('<') else {
            return Ok(Self { name: None, address: text.parse()? });
        };
        let Some(address) = rest.strip_suffix('>') else {
            return Err(AddressError::NoAt);
        };
        let name = name.trim();
        if name.chars().any(char::is_control) {
            return Err(AddressError::Name);
        }
        let name = inside_quotes(name).map_or_else(|| name.to_owned(), unescaped);
        let name = Some(name.trim().to_owned()).filter(|name| !name.is_empty());
        Ok(Self { name, address: address.trim().parse()? })
    }
}

/// What stands between the quotes around the whole of `name`.
fn inside_quotes(name: &str) -> Option<&str> {
    name.strip_prefix('"')?.strip_suffix('"')
}

/// `quoted` without the backslashes of its quoted pairs (RFC 5322 §3.2.4).
fn unescaped(quoted: &str) -> String {
    let mut is_escaped = false;
    let is_kept = |c: &char| {
        is_escaped = *c == '\\' && !is_escaped;
        !is_escaped
    };
    quoted.chars().filter(is_kept).collect()
}

/// A name that is in quotes itself is put into quotes once more, so that it reads back as it is.
impl fmt::Display for Mailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) if inside_quotes(name).is_some() => {
                let escaped = name.replace('\\', r"\\").replace('"', "\\\"");
                write!(f, "\"{escaped}\" <{}>", self.address)
            }
            Some(name) => write!(f, "{name} <{}>", self.address),
            None => write!(f, "{}", self.address),
        }
    }
}

impl Serialize for Mailbox {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Mailbox {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// Why a text is no address. The whole address is never repeated: logs would keep it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AddressError {
    #[error("expected `local-part@domain`, found no `@`")]
    NoAt,
    #[error(
        "the part before `@` is not one a mail server accepts: expected letters, digits and `.!#$%&'*+-/=?^_`{{|}}~`"
    )]
    LocalPart,
    #[error("`{domain}` is not a domain: expected {what}")]
    Domain { domain: String, what: &'static str },
    #[error("the {part} is longer than {max_octets} octets")]
    TooLong { part: &'static str, max_octets: usize },
    #[error("the name holds a control character")]
    Name,
}

/// `text` with `…@…` in place of whatever may be an address: servers repeat them in their replies.
///
/// Takes rather too much than too little: all around an `@` as far as white space, brackets, quotes and commas.
pub fn mask(text: &str) -> String {
    let is_border = |c: char| c.is_whitespace() || "<>()[]\"':;,".contains(c);
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['@', '＠']) {
        let (before, behind) = rest.split_at(at);
        let quoted = before.strip_suffix('"').and_then(|before| before.rfind('"'));
        let bare = || before.trim_end_matches(|c| !is_border(c)).len();
        masked.push_str(&before[..quoted.unwrap_or_else(bare)]);
        masked.push_str("…@…");
        rest = behind.trim_start_matches(|c| !is_border(c));
    }
    masked + rest
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_mask_leaves_the_words_around_an_address() {
        for (given, want) in [
            ("no address here", "no address here"),
            ("<ada@example.org>: no such user", "<…@…>: no such user"),
            ("<\"ada lovelace\"@example.org>... unknown", "<…@…>... unknown"),
            ("RCPT TO:<寫信@例え.jp>, ada＠example.org", "RCPT TO:<…@…>, …@…"),
            ("@", "…@…"),
            ("a@b@c d", "…@… d"),
        ] {
            assert_eq!(mask(given), want, "given {given}");
        }
    }

    #[test]
    fn an_address_keeps_its_local_part_and_lowers_its_domain() {
        for (given, want) in [
            ("Ada@Example.ORG", "Ada@example.org"),
            (r#""a@b"@example.org"#, r#""a@b"@example.org"#),
            ("ada+news@example.org", "ada+news@example.org"),
            ("ada@bücher.example", "ada@xn--bcher-kva.example"),
            ("李@例え.example", "李@xn--r8jz45g.example"),
        ] {
            assert_eq!(given.parse::<EmailAddress>().unwrap().to_string(), want, "given {given}");
        }
    }

    #[test]
    fn what_a_server_would_guess_at_is_refused() {
        for given in [
            "",
            "ada",
            "@example.org",
            "ada@",
            "ada@example",
            "ada@@example.org",
            "a b@example.org",
            ".ada@example.org",
            "ada.@example.org",
            "ada@-example.org",
            "ada@example..org",
            "ada@192.0.2.1",
            "ada\r\n@example.org",
            "ada@exa mple.org",
            "<ada@example.org>",
            "\"\"@example.org",
            "\"a\"b\"@example.org",
        ] {
            assert!(given.parse::<EmailAddress>().is_err(), "given {given:?}");
        }
        let long = format!("{}@example.org", "a".repeat(65));
        assert_eq!(
            long.parse::<EmailAddress>(),
            Err(AddressError::TooLong { part: "local part", max_octets: 64 })
        );
    }

    #[test]
    fn one_person_has_one_identity_however_the_address_is_typed() {
        let identity = |text: &str| text.parse::<EmailAddress>().unwrap().identity();
        assert_eq!(identity("Ada@Example.org"), identity("ada@EXAMPLE.org"));
        assert_eq!(identity("ada@bücher.example"), identity("ada@XN--BCHER-KVA.example"));
    }

    #[test]
    fn a_detail_stands_behind_a_plus_sign_and_keeps_the_local_part_legal() {
        let bounces: EmailAddress = "bounces@example.org".parse().unwrap();
        assert_eq!(bounces.with_detail("x1").unwrap(), "bounces+x1@example.org".parse().unwrap());
        assert_eq!(bounces.with_detail("a b"), Err(AddressError::LocalPart));
        let too_long = AddressError::TooLong { part: "local part", max_octets: 64 };
        assert_eq!(bounces.with_detail(&"a".repeat(57)), Err(too_long));
    }

    #[test]
    fn debug_and_errors_do_not_show_who_it_is() {
        let address: EmailAddress = "ada@example.org".parse().unwrap();
        assert_eq!(format!("{address:?}"), "…@example.org");
        let error = "secret person@example.org".parse::<EmailAddress>().unwrap_err();
        assert!(!error.to_string().contains("secret"), "{error}");
    }

    #[test]
    fn a_mailbox_printed_and_parsed_is_the_same() {
        for given in ["Ada Lovelace <ada@example.org>", "ada@example.org", "山田 花子 <hanako@example.org>"]
        {
            let mailbox: Mailbox = given.parse().unwrap();
            assert_eq!(mailbox.to_string(), given);
            assert_eq!(mailbox.to_string().parse::<Mailbox>().unwrap(), mailbox);
        }
        for (given, want) in [
            (r#""Lovelace, Ada" <ada@example.org>"#, "Lovelace, Ada"),
            (r#""Ada \"A\" \\o/" <ada@example.org>"#, r#"Ada "A" \o/"#),
            (r#""\"Ada\"" <ada@example.org>"#, r#""Ada""#),
        ] {
            let mailbox: Mailbox = given.parse().unwrap();
            assert_eq!(mailbox.name.as_deref(), Some(want), "given {given}");
            assert_eq!(mailbox.to_string().parse::<Mailbox>().unwrap(), mailbox, "given {given}");
        }
    }

    proptest! {
        #[test]
        fn any_name_printed_and_parsed_is_the_same(name in r#"["\\<>, a語]{0,6}["\\>a語]"#) {
            let name = Some(name.trim().to_owned());
            let mailbox = Mailbox { name, address: "ada@example.org".parse().unwrap() };
            prop_assert_eq!(mailbox.to_string().parse::<Mailbox>(), Ok(mailbox));
        }
    }
}
