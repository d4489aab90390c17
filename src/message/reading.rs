//! A mail object read again: the text part as a reader sees it.
//!
//! Reads only what `compose` writes: one multipart/alternative, text first (RFC 2046 §5.1.4).

use crate::message::MailObject;
use crate::message::transfer::Encoding;

impl MailObject {
    /// Its text part in plain, lines ending in LF.
    ///
    /// # Panics
    ///
    /// If the content is not one that [`compose`](crate::message::compose()) made.
    pub fn text(&self) -> String {
        let content = std::str::from_utf8(&self.content).expect("composed mail is ASCII");
        let (header, body) = content.split_once("\r\n\r\n").expect("a header section ends in an empty line");
        let boundary = header
            .split_once("boundary=\"")
            .and_then(|(_, rest)| rest.split_once('"'))
            .expect("composed mail is a multipart");
        let delimiter = format!("--{}\r\n", boundary.0);
        let part = body.split(&delimiter).nth(1).expect("a multipart has a part");
        let (fields, sent) = part.split_once("\r\n\r\n").expect("a part has a header section");
        let encoding = match fields.contains("base64") {
            true => Encoding::Base64,
            false => Encoding::QuotedPrintable,
        };
        let sent = sent.strip_suffix("\r\n").unwrap_or(sent);
        encoding.decode(sent.as_bytes())
    }
}
