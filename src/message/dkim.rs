//! DKIM signatures (RFC 6376; RFC 8301 for RSA, RFC 8463 for Ed25519).
//!
//! Relaxed canonicalisation of header and body, because relays fold lines anew. The fields a reader acts on
//! are named once more than they occur, so that nobody can put a second `Subject` above ours (RFC 6376 §8.15).
//! The list fields are named just once: software that passes lists on adds its own. No `l=`, which lets text
//! be appended (§8.2). `t=` is the draft's date, so that each attempt gives the same octets.
//!
//! Leaves out: verifying.

use std::fmt;

use data_encoding::BASE64;
use jiff::Timestamp;
use ring::digest::{self, SHA256};
use ring::rand::SystemRandom;
use ring::signature::{Ed25519KeyPair, RSA_PKCS1_SHA256, RsaKeyPair};

use crate::address::Domain;
use crate::message::canonical::{relaxed_body_digest, relaxed_field};
use crate::message::{ComposeError, MailObject, SignerError, pem};

/// How often a field is named in `h=`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Naming {
    /// As often as it occurs.
    Once,
    /// Once more, whether it occurs or not.
    OnceMore,
}

/// RFC 6376 §5.4.1, RFC 8058 §4.
const SIGNED: [(&str, Naming); 20] = [
    ("From", Naming::OnceMore),
    ("Reply-To", Naming::OnceMore),
    ("Sender", Naming::OnceMore),
    ("To", Naming::OnceMore),
    ("Cc", Naming::OnceMore),
    ("Subject", Naming::OnceMore),
    ("Date", Naming::OnceMore),
    ("Message-ID", Naming::OnceMore),
    ("In-Reply-To", Naming::Once),
    ("References", Naming::Once),
    ("MIME-Version", Naming::OnceMore),
    ("Content-Type", Naming::OnceMore),
    ("Content-Transfer-Encoding", Naming::OnceMore),
    ("List-Id", Naming::Once),
    ("List-Unsubscribe", Naming::Once),
    ("List-Unsubscribe-Post", Naming::Once),
    ("List-Post", Naming::Once),
    ("List-Archive", Naming::Once),
    ("Archived-At", Naming::Once),
    ("Feedback-ID", Naming::Once),
];

/// The signers of a publication: at least one. Each signs for itself.
#[derive(Debug)]
pub struct Signers(Vec<Signer>);

impl Signers {
    /// An RSA key first, because not every receiver knows Ed25519 (RFC 8463 §5).
    pub fn new(first: Signer, others: impl IntoIterator<Item = Signer>) -> Self {
        let mut signers = vec![first];
        signers.extend(others);
        Self(signers)
    }

    /// Puts a signature of each signer on top of the content.
    ///
    /// # Errors
    ///
    /// If a key refuses to sign.
    pub fn sign(&self, mail: &mut MailObject, signed_at: Timestamp) -> Result<(), ComposeError> {
        let signatures: Vec<String> = self
            .0
            .iter()
            .map(|signer| signer.signature(&mail.content, signed_at))
            .collect::<Result<_, _>>()?;
        mail.content.splice(..0, signatures.concat().into_bytes());
        Ok(())
    }
}

/// A domain's key under a selector. `Debug` shows no octet of the key.
pub struct Signer {
    domain: Domain,
    selector: String,
    key: Key,
}

enum Key {
    Rsa(Box<RsaKeyPair>),
    Ed25519(Ed25519KeyPair),
}

impl Signer {
    /// A signer from an unencrypted private key in PEM: PKCS#8 (RSA or Ed25519) or PKCS#1 (RSA).
    ///
    /// # Errors
    ///
    /// If the text is no such key, an RSA key has fewer than 2048 bits, or the selector is none.
    pub fn from_pem(domain: Domain, selector: &str, text: &str) -> Result<Self, SignerError> {
        if selector.parse::<Domain>().is_err() {
            return Err(SignerError::Selector { text: selector.to_owned() });
        }
        let block = pem::private_key(text)?;
        let key = match block.label {
            pem::Label::Pkcs1 => rsa(RsaKeyPair::from_der(&block.der))?,
            pem::Label::Pkcs8 => match Ed25519KeyPair::from_pkcs8_maybe_unchecked(&block.der) {
                Ok(pair) => Key::Ed25519(pair),
                Err(_) => rsa(RsaKeyPair::from_pkcs8(&block.der))?,
            },
        };
        Ok(Self { domain, selector: selector.to_owned(), key })
    }

    /// One `DKIM-Signature` field for `content`.
    fn signature(&self, content: &[u8], signed_at: Timestamp) -> Result<String, ComposeError> {
        let (fields, body) = sections(content);
        let (names, mut signed) = selected(&fields);
        let mut field = self.unsigned_field(&names, &relaxed_body_digest(body), signed_at);
        signed.push_str(relaxed_field(&field).trim_end());
        for line in BASE64.encode(&self.sign(signed.as_bytes())?).as_bytes().chunks(72) {
            field.push_str("\r\n ");
            field.push_str(std::str::from_utf8(line).expect("base64 is ASCII"));
        }
        field.push_str("\r\n");
        Ok(field)
    }

    /// The field with an empty `b=`, as it is signed itself (RFC 6376 §3.5).
    fn unsigned_field(&self, names: &[&str], body_digest: &[u8], signed_at: Timestamp) -> String {
        format!(
            "DKIM-Signature: v=1; a={}; c=relaxed/relaxed;\r\n d={};\r\n s={}; t={};\r\n h={};\r\n bh={};\r\n b=",
            self.algorithm(),
            self.domain,
            self.selector,
            signed_at.as_second(),
            names.chunks(4).map(|line| line.join(":")).collect::<Vec<_>>().join(":\r\n  "),
            BASE64.encode(body_digest),
        )
    }

    fn algorithm(&self) -> &'static str {
        match self.key {
            Key::Rsa(_) => "rsa-sha256",
            Key::Ed25519(_) => "ed25519-sha256",
        }
    }

    /// PKCS#1 v1.5 gives the same signature each time; the random source only blinds the computation.
    fn sign(&self, signed: &[u8]) -> Result<Vec<u8>, ComposeError> {
        match &self.key {
            Key::Rsa(pair) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed, &mut signature)
                    .map_err(|_| ComposeError::Signature { selector: self.selector.clone() })?;
                Ok(signature)
            }
            Key::Ed25519(pair) => Ok(pair.sign(digest::digest(&SHA256, signed).as_ref()).as_ref().to_vec()),
        }
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signer({}, {}, {})", self.domain, self.selector, self.algorithm())
    }
}

fn rsa(pair: Result<RsaKeyPair, ring::error::KeyRejected>) -> Result<Key, SignerError> {
    let pair = pair.map_err(|why| SignerError::Key { why: why.to_string() })?;
    Ok(Key::Rsa(Box::new(pair)))
}

/// The header fields, each with its CRLF, and the body.
fn sections(content: &[u8]) -> (Vec<&str>, &[u8]) {
    let end = content.windows(4).position(|octets| octets == b"\r\n\r\n").map_or(content.len(), |at| at + 2);
    let header = std::str::from_utf8(&content[..end]).expect("content is ASCII");
    let mut fields = Vec::new();
    let mut start = 0;
    for (at, _) in header.match_indices("\r\n") {
        let next = at + 2;
        if !header[next..].starts_with([' ', '\t']) {
            fields.push(&header[start..next]);
            start = next;
        }
    }
    (fields, content.get(end + 2..).unwrap_or_default())
}

/// The names for `h=` and the canonical text of the fields they name.
fn selected<'a>(fields: &[&'a str]) -> (Vec<&'static str>, String) {
    let mut names = Vec::new();
    let mut text = String::new();
    for (name, naming) in SIGNED {
        let is_named = |field: &&&'a str| {
            field.split_once(':').is_some_and(|(given, _)| given.eq_ignore_ascii_case(name))
        };
        for field in fields.iter().rev().filter(is_named) {
            names.push(name);
            text.push_str(&relaxed_field(field));
        }
        if naming == Naming::OnceMore {
            names.push(name);
        }
    }
    (names, text)
}
