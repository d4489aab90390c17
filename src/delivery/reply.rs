//! What a server says, and whom it concerns.
//!
//! Follows RFC 5321 §4.2 (replies) and RFC 3463 (enhanced codes). A [`Reply`] keeps the server's words as evidence,
//! without any address in them: replies go into the ledger, logs and reports.

use std::fmt;
use std::time::Duration;

use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::response::Response;

use crate::address::mask;

/// Where in a conversation something happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    Connect,
    Tls,
    Greeting,
    Ehlo,
    StartTls,
    Auth,
    Mail,
    Rcpt,
    Data,
    /// The content, up to and without its final dot.
    Content,
    /// From the final dot to the reply.
    EndOfData,
}

impl Stage {
    /// Whether it comes before any mail is spoken of.
    pub(super) fn is_before_mail(self) -> bool {
        matches!(self, Self::Connect | Self::Tls | Self::Greeting | Self::Ehlo | Self::StartTls | Self::Auth)
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connect => "connect",
            Self::Tls => "TLS handshake",
            Self::Greeting => "greeting",
            Self::Ehlo => "EHLO",
            Self::StartTls => "STARTTLS",
            Self::Auth => "AUTH",
            Self::Mail => "MAIL",
            Self::Rcpt => "RCPT",
            Self::Data => "DATA",
            Self::Content => "content",
            Self::EndOfData => "end of data",
        })
    }
}

/// A server's reply: three digits and its words, lines joined, addresses masked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    code: u16,
    text: String,
}

/// The first digit of a reply (RFC 5321 §4.2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    Completion,
    Intermediate,
    Transient,
    Permanent,
}

impl Reply {
    /// A reply by its code and words, which are masked here.
    pub fn new(code: u16, text: &str) -> Self {
        Self { code, text: masked(text) }
    }

    pub(super) fn of_response(response: &Response) -> Self {
        Self::new(response.code().into(), &response.message().collect::<Vec<_>>().join(" "))
    }

    pub fn code(&self) -> u16 {
        self.code
    }

    /// The enhanced status code that opens the text: `4.2.2` as `(4, 2, 2)`.
    pub fn enhanced(&self) -> Option<(u16, u16, u16)> {
        let mut parts = self.text.split([' ', '\t']).next()?.split('.').map(|part| part.parse().ok());
        let code = (parts.next()??, parts.next()??, parts.next()??);
        (parts.next().is_none() && code.0 == self.code / 100).then_some(code)
    }

    pub fn class(&self) -> Class {
        match self.code / 100 {
            2 => Class::Completion,
            4 => Class::Transient,
            5 => Class::Permanent,
            _ => Class::Intermediate,
        }
    }

    /// Whether it speaks of the server or the connection, not of one mail or recipient: 421, 454 and full disks.
    pub fn is_about_server(&self) -> bool {
        match self.code {
            421 | 454 => true,
            400..500 => self.enhanced().is_some_and(|(_, subject, _)| subject == 3),
            _ => false,
        }
    }

    /// Whether only the operator can help: authentication is asked for or was refused, or a daily quota is used up.
    pub fn is_about_operator(&self) -> bool {
        let is_used_up = || {
            let text = self.text.to_ascii_lowercase();
            text.contains("daily") && text.contains("quota")
        };
        matches!(self.code, 530 | 534 | 535 | 538) || is_used_up()
    }

    /// Whether it says that whoever is not known yet must come again later.
    pub(super) fn speaks_of_greylisting(&self) -> bool {
        let text = self.text.to_ascii_lowercase();
        ["greylist", "graylist", "grey-list", "gray-list", "grey list", "gray list", "postgrey"]
            .iter()
            .any(|word| text.contains(word))
    }

    /// Whether it says that the mailbox or its domain does not exist or takes no mail (RFC 3463 §3.2, §3.3; RFC 7504).
    pub fn is_address_dead(&self) -> bool {
        match self.enhanced() {
            Some((5, 1, 1 | 2 | 3 | 6 | 10)) | Some((5, 2, 1)) => true,
            Some(_) => matches!(self.code, 521 | 556),
            None => matches!(self.code, 521 | 551 | 553 | 556),
        }
    }

    /// Whether the server hangs up behind this reply (RFC 5321 §3.8).
    pub(super) fn ends_connection(&self) -> bool {
        matches!(self.code, 421 | 521)
    }
}

impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.text.as_str() {
            "" => write!(f, "{}", self.code),
            text => write!(f, "{} {text}", self.code),
        }
    }
}

/// The words of a server or of the system in one line, with no address in them.
fn masked(text: &str) -> String {
    if is_plain(text) {
        return text.to_owned();
    }
    let words = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    mask(&words.collect::<Vec<_>>().join(" "))
}

/// Whether `masked` would change nothing, as with nearly every reply.
fn is_plain(text: &str) -> bool {
    let is_plain = |octet: u8| matches!(octet, b' '..=b'~') && octet != b'@';
    text.bytes().all(is_plain) && !text.contains("  ") && !text.starts_with(' ') && !text.ends_with(' ')
}

/// What went wrong at a stage, when it was not a reply that refuses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The server refused, or said what does not belong here.
    Reply(Reply),
    /// The connection failed: the system's or the parser's words.
    Cut(String),
    /// The stage took longer than it may.
    Late(Duration),
    /// The run was asked to stop and waited no longer.
    Stopped,
    /// The server lacks what we were told to insist on.
    Unfit(String),
}

impl Fault {
    pub(super) fn cut(error: impl fmt::Display) -> Self {
        Self::Cut(masked(&error.to_string()))
    }

    /// The server hung up.
    pub(super) fn closed() -> Self {
        Self::Cut("the server closed the connection".to_owned())
    }

    /// It said something, but not what a server says.
    pub(super) fn no_reply(line: &str) -> Self {
        Self::Cut(format!("not a reply ({})", masked(line)))
    }
}

/// A [`Fault`] and where it happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    pub stage: Stage,
    pub fault: Fault,
}

impl Trouble {
    pub(super) fn cut(stage: Stage, error: impl fmt::Display) -> Self {
        Self { stage, fault: Fault::cut(error) }
    }

    pub(super) fn reply(stage: Stage, reply: Reply) -> Self {
        Self { stage, fault: Fault::Reply(reply) }
    }

    pub(super) fn unfit(stage: Stage, words: impl Into<String>) -> Self {
        Self { stage, fault: Fault::Unfit(words.into()) }
    }

    /// Whether trying again is of no use until the operator has changed something.
    pub fn needs_operator(&self) -> bool {
        match &self.fault {
            Fault::Unfit(_) => true,
            Fault::Reply(reply) if reply.is_about_operator() => true,
            Fault::Reply(reply) => {
                matches!(self.stage, Stage::Auth | Stage::Mail) && reply.class() == Class::Permanent
            }
            _ => false,
        }
    }

    /// The server's reply, if it gave one.
    pub fn as_reply(&self) -> Option<&Reply> {
        match &self.fault {
            Fault::Reply(reply) => Some(reply),
            _ => None,
        }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.stage)?;
        match &self.fault {
            Fault::Reply(reply) => write!(f, "{reply}"),
            Fault::Cut(words) | Fault::Unfit(words) => f.write_str(words),
            Fault::Late(deadline) => write!(f, "no reply within {} s", deadline.as_secs_f32()),
            Fault::Stopped => f.write_str("no reply before the run was stopped"),
        }
    }
}

/// Sorts lettre's two ways to give a reply, and its ways to give none, into ours.
pub(super) fn read(result: Result<Response, SmtpError>) -> Result<Reply, Fault> {
    match result {
        Ok(response) => Ok(Reply::of_response(&response)),
        Err(error) => reply_of_error(&error).ok_or_else(|| Fault::Cut(words_of(&error))),
    }
}

/// The reply that lettre turned into an error.
pub(super) fn reply_of_error(error: &SmtpError) -> Option<Reply> {
    let words = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
    Some(Reply::new(error.status()?.into(), &words))
}

/// Why there was no reply, in words for the operator.
pub(super) fn words_of(error: &SmtpError) -> String {
    let words = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
    match words.as_str() {
        "incomplete response" => "the server closed the connection".to_owned(),
        words if error.is_response() => format!("not a reply ({})", masked(words)),
        "" => error.to_string(),
        words => masked(words),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_keeps_the_words_of_the_server_and_no_address() {
        for (text, want) in [
            ("4.2.2 mailbox full", "450 4.2.2 mailbox full"),
            ("<ada@example.org>: no such user", "450 <…@…>: no such user"),
            ("4.1.1 <ada@example.org>... ada@example.org unknown", "450 4.1.1 <…@…>... …@… unknown"),
            ("4.2.2\u{1b}[31m full\r\n", "450 4.2.2 [31m full"),
            ("", "450"),
        ] {
            assert_eq!(Reply::new(450, text).to_string(), want, "given {text}");
        }
    }

    #[test]
    fn a_reply_says_whom_it_concerns() {
        for (code, text, server, operator, dead) in [
            (421, "4.3.2 shutting down", true, false, false),
            (454, "Throttling failure: Maximum sending rate exceeded", true, false, false),
            (454, "Throttling failure: Daily message quota exceeded", true, true, false),
            (452, "4.3.1 out of disk space", true, false, false),
            (452, "4.2.2 mailbox full", false, false, false),
            (450, "4.2.0 greylisted", false, false, false),
            (451, "greylisted", false, false, false),
            (530, "5.7.0 authentication required", false, true, false),
            (535, "5.7.8 wrong password", false, true, false),
            (550, "5.1.1 no such user", false, false, true),
            (550, "5.1.10 null MX", false, false, true),
            (550, "5.2.1 disabled", false, false, true),
            (550, "5.7.1 blocked", false, false, false),
            (550, "go away", false, false, false),
            (553, "no such mailbox", false, false, true),
            (553, "5.7.1 not allowed", false, false, false),
            (556, "5.1.10 does not accept mail", false, false, true),
            (521, "no mail here", false, false, true),
            (552, "5.2.2 over quota", false, false, false),
        ] {
            let reply = Reply::new(code, text);
            assert_eq!(reply.is_about_server(), server, "{reply}: server");
            assert_eq!(reply.is_about_operator(), operator, "{reply}: operator");
            assert_eq!(reply.is_address_dead(), dead, "{reply}: dead");
        }
    }

    #[test]
    fn an_enhanced_code_counts_only_where_it_agrees_with_the_reply() {
        for (code, text, want) in [
            (550, "5.1.1 unknown", Some((5, 1, 1))),
            (550, "4.1.1 unknown", None),
            (550, "5.1 unknown", None),
            (550, "5.1.1.1 unknown", None),
            (250, "2.0.0 Ok: queued as 4F", Some((2, 0, 0))),
            (550, "unknown", None),
        ] {
            assert_eq!(Reply::new(code, text).enhanced(), want, "given {code} {text}");
        }
    }
}
