//! Lines become a reply (RFC 5321 §4.2).
//!
//! lettre does this too, and opens connections with it; for every mail its parser costs more than the sockets' own
//! bookkeeping, so what is said of mails is read here.

use crate::delivery::reply::{Fault, Reply};

/// A reply whose last line has not come yet.
#[derive(Debug, Default)]
pub(super) struct ReplyLines {
    code: Option<u16>,
    text: String,
}

impl ReplyLines {
    /// Takes the next line, tidied, with its CRLF. Gives the reply once that was the last.
    ///
    /// # Errors
    ///
    /// If the line belongs to no reply, or to another.
    pub(super) fn add(&mut self, line: &[u8]) -> Result<Option<Reply>, Fault> {
        let Some((code, is_last, text)) = parts(line).filter(|(code, ..)| self.agrees(*code)) else {
            return Err(Fault::no_reply(&String::from_utf8_lossy(line)));
        };
        if self.code.replace(code).is_some() {
            self.text.push(' ');
        }
        self.text.push_str(text);
        Ok(is_last.then(|| Reply::new(code, &self.text)))
    }

    fn agrees(&self, code: u16) -> bool {
        self.code.is_none_or(|before| before == code)
    }
}

/// Code, whether no line follows, and words.
fn parts(line: &[u8]) -> Option<(u16, bool, &str)> {
    let text = std::str::from_utf8(line.strip_suffix(b"\r\n")?).ok()?;
    let &[first @ b'2'..=b'5', second @ b'0'..=b'5', third @ b'0'..=b'9', separator, ..] = text.as_bytes()
    else {
        return None;
    };
    let digit = |octet: u8| u16::from(octet - b'0');
    let code = 100 * digit(first) + 10 * digit(second) + digit(third);
    match separator {
        b' ' => Some((code, true, &text[4..])),
        b'-' => Some((code, false, &text[4..])),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(lines: &[&str]) -> Result<Option<Reply>, Fault> {
        let mut reply = ReplyLines::default();
        let mut last = None;
        for line in lines {
            last = reply.add(format!("{line}\r\n").as_bytes())?;
        }
        Ok(last)
    }

    #[test]
    fn a_reply_ends_with_the_line_that_has_no_hyphen() {
        for (given, want) in [
            (&["250 2.1.0 ok"][..], Some("250 2.1.0 ok")),
            (&["250 "], Some("250")),
            (&["250-first"], None),
            (&["550-5.1.1 no", "550-", "550 such user"], Some("550 5.1.1 no such user")),
        ] {
            assert_eq!(read(given).unwrap().map(|reply| reply.to_string()).as_deref(), want, "{given:?}");
        }
    }

    #[test]
    fn what_is_no_reply_is_told_apart() {
        for given in [&["quite so"][..], &["25"], &["650 ok"], &["260 ok"], &["250_ok"], &["250-a", "550 b"]]
        {
            let fault = read(given).unwrap_err();
            let want = format!("not a reply ({})", given[given.len() - 1]);
            assert_eq!(fault, Fault::Cut(want), "{given:?}");
        }
    }
}
