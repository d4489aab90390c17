//! A draft: an edition rendered once, no recipient yet.
//!
//! It holds all that the mails of an edition have in common, already encoded, so that the ledger can freeze
//! it and every attempt, on any machine, gives the same octets.

use std::fmt::Write;

use data_encoding::HEXLOWER;
use jiff::{Timestamp, Zoned};
use ring::digest;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::address::{Domain, EmailAddress};
use crate::message::hole::Markers;
use crate::message::leaving::LeaveWays;
use crate::message::transfer::{Markup, Part, settled};
use crate::message::{DraftError, Finding, Masthead, field};
use crate::token::{KeyId, Keys};
use crate::words::Lang;

/// The version of the form [`Draft::to_bytes`] writes.
const FORMAT: u32 = 1;
/// Longest URL a header field can carry (RFC 5322 §2.1.1: lines of 998 octets).
const MAX_URL_OCTETS: usize = 900;

/// An edition rendered once, no recipient yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    format: u32,
    key: u8,
    subject: String,
    date: Timestamp,
    pub(super) list_id: Domain,
    pub(super) bounces: Bounces,
    pub(super) leave: LeaveWays,
    pub(super) greeting: Greeting,
    /// Header fields before the recipient's own.
    pub(super) opening: String,
    /// Header fields after the recipient's own, up to the empty line.
    pub(super) closing: String,
    boundary: String,
    pub(super) parts: Vec<Part>,
    /// Where its copy on the web stands, if its mails link to one.
    pub(super) web_copy: Option<Url>,
    findings: Vec<Finding>,
}

/// Where bounces go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Bounces {
    /// To an address of its own for each recipient.
    Each(EmailAddress),
    /// To one address for all.
    One(EmailAddress),
}

/// The greeting in the language of the draft, for readers with and without a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Greeting {
    pub(super) before_name: String,
    pub(super) after_name: String,
    pub(super) without_name: String,
}

/// Both parts as templates rendered them, with markers where a recipient's own words go.
#[derive(Clone, Debug)]
pub(super) struct Rendered {
    pub(super) subject: String,
    pub(super) text: String,
    pub(super) html: String,
    pub(super) markers: Markers,
    pub(super) greeting: Greeting,
    pub(super) findings: Vec<Finding>,
}

/// What the header section says beside the subject.
#[derive(Clone, Debug)]
pub(super) struct Imprint<'a> {
    pub(super) masthead: &'a Masthead,
    pub(super) lang: &'a Lang,
    pub(super) date: &'a Zoned,
    pub(super) key: KeyId,
    /// The name, such as `weekly/2026-W47`.
    pub(super) label: &'a str,
    /// Where this very mail stands on the web.
    pub(super) web_copy: Option<&'a Url>,
    /// Where this very mail, or the one essay in it, stands on the web.
    pub(super) archived_at: Option<Url>,
    pub(super) archive: &'a Url,
}

impl Draft {
    /// Encodes what was rendered.
    pub(super) fn new(rendered: Rendered, imprint: &Imprint<'_>) -> Result<Self, DraftError> {
        let masthead = imprint.masthead;
        let leave = LeaveWays::new(&masthead.leave);
        check_urls(imprint, &leave)?;
        let text = Part::encode(Markup::Text, &rendered.markers.cut(&settled(&rendered.text)));
        let html = Part::encode(Markup::Html, &rendered.markers.cut(&settled(&rendered.html)));
        let boundary = boundary(&rendered);
        Ok(Self {
            format: FORMAT,
            key: imprint.key.0,
            date: imprint.date.timestamp(),
            list_id: masthead.list_id.clone(),
            bounces: bounces(masthead)?,
            leave,
            greeting: rendered.greeting,
            opening: opening(imprint, &rendered.subject)?,
            closing: closing(imprint, &boundary),
            boundary,
            parts: vec![text, html],
            web_copy: imprint.web_copy.cloned(),
            findings: rendered.findings,
            subject: field::clean(&rendered.subject),
        })
    }

    /// Its subject, in plain text.
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// The time every copy is dated.
    pub fn date(&self) -> Timestamp {
        self.date
    }

    /// The key that seals its tokens.
    pub fn key(&self) -> KeyId {
        KeyId(self.key)
    }

    /// What deserves a word before it is mailed.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// The draft as the ledger keeps it.
    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("a draft holds texts and numbers only")
    }

    /// Reads what [`to_bytes`](Self::to_bytes) wrote.
    ///
    /// # Errors
    ///
    /// If the bytes are no draft, or one of another format than this program writes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DraftError> {
        #[derive(Deserialize)]
        struct Head {
            format: u32,
        }
        let unreadable = |source| DraftError::Unreadable { source };
        let Head { format } = serde_json::from_slice(bytes).map_err(unreadable)?;
        if format != FORMAT {
            return Err(DraftError::Format { found: format, expected: FORMAT });
        }
        serde_json::from_slice(bytes).map_err(unreadable)
    }

    /// The delimiter line before a part (RFC 2046 §5.1.1).
    pub(super) fn delimiter(&self) -> String {
        format!("--{}", self.boundary)
    }
}

/// A boundary that no encoded line holds: `=_` stands neither in quoted-printable nor in base64 (RFC 2045 §6.7).
fn boundary(rendered: &Rendered) -> String {
    let mut context = digest::Context::new(&digest::SHA256);
    context.update(rendered.subject.as_bytes());
    context.update(rendered.text.as_bytes());
    format!("=_{}", HEXLOWER.encode(&context.finish().as_ref()[..12]))
}

fn bounces(masthead: &Masthead) -> Result<Bounces, DraftError> {
    let Some(address) = &masthead.bounce_address else {
        return Ok(Bounces::One(masthead.from.address.clone()));
    };
    let longest_token = "x".repeat(Keys::TOKEN_LEN);
    address.with_detail(&longest_token).map_err(|source| DraftError::BounceAddress { source })?;
    Ok(Bounces::Each(address.clone()))
}

fn check_urls(imprint: &Imprint<'_>, leave: &LeaveWays) -> Result<(), DraftError> {
    let urls = [("archive URL", Some(imprint.archive)), ("web copy's URL", imprint.archived_at.as_ref())];
    let too_long = urls
        .into_iter()
        .filter_map(|(what, url)| Some((what, url?.as_str().len())))
        .chain([("leave URL", leave.longest_octets() + Keys::TOKEN_LEN)])
        .find(|(_, octets)| *octets > MAX_URL_OCTETS);
    match too_long {
        Some((what, octets)) => Err(DraftError::LongUrl { what, octets, max_octets: MAX_URL_OCTETS }),
        None => Ok(()),
    }
}

fn opening(imprint: &Imprint<'_>, subject: &str) -> Result<String, DraftError> {
    let masthead = imprint.masthead;
    let senders = [Some(&masthead.from), masthead.reply_to.as_ref()];
    if senders.into_iter().flatten().any(|mailbox| mailbox.address.needs_smtputf8()) {
        return Err(DraftError::Sender);
    }
    let mut out = String::new();
    let date = jiff::fmt::rfc2822::to_string(imprint.date).map_err(|source| DraftError::Date { source })?;
    field::plain(&mut out, "Date", &date);
    let sender = masthead.from.name.as_deref().unwrap_or(&masthead.title);
    field::named(&mut out, "From", Some(sender), &masthead.from.address);
    if let Some(reply_to) = &masthead.reply_to {
        field::mailbox(&mut out, "Reply-To", reply_to);
    }
    field::text(&mut out, "Subject", subject);
    Ok(out)
}

fn closing(imprint: &Imprint<'_>, boundary: &str) -> String {
    let masthead = imprint.masthead;
    let mut out = String::new();
    field::list_id(&mut out, &masthead.title, masthead.list_id.as_str());
    field::plain(&mut out, "List-Post", "NO");
    field::urls(&mut out, "List-Archive", [imprint.archive.as_str()]);
    if let Some(url) = &imprint.archived_at {
        field::urls(&mut out, "Archived-At", [url.as_str()]);
    }
    field::plain(&mut out, "Feedback-ID", &feedback_id(imprint));
    field::plain(&mut out, "Precedence", "list");
    field::plain(&mut out, "Content-Language", imprint.lang.as_str());
    field::plain(&mut out, "MIME-Version", "1.0");
    write!(out, "Content-Type: multipart/alternative;\r\n boundary=\"{boundary}\"\r\n\r\n")
        .expect("a String takes all text");
    out
}

/// Issue, pace, language and sender for a provider's complaint statistics; nothing of the recipient.
///
/// Gmail wants a sender of 5 to 15 characters that never changes.
fn feedback_id(imprint: &Imprint<'_>) -> String {
    let id = |text: &str| -> String {
        text.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).take(40).collect()
    };
    let pace = imprint.label.split('/').next().unwrap_or_default();
    let sender: String = id(imprint.masthead.list_id.as_str()).chars().take(15).collect();
    format!("{}:{}:{}:{sender:-<5}", id(imprint.label), id(pace), imprint.lang)
}
