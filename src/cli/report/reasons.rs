//! Servers' words, sorted: those that differ in numbers alone are one reason.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use crate::ledger::{DeliveryRow, RowState};

/// Reasons kept apart, so that a server with a new text for each mail fills no memory.
const MOST_REASONS: usize = 1_000;

/// Why recipients stand where they stand, in the server's own words or ours.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Reason {
    pub state: RowState,
    /// With `…` for what differs from one mail to the next.
    pub words: String,
}

/// How many recipients a reason has, and when they are due again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Extent {
    pub recipients: u64,
    /// The first and the last time at which one of them is due again.
    pub due: Option<(Timestamp, Timestamp)>,
}

/// Reasons, counted.
#[derive(Clone, Debug, Default)]
pub struct Reasons(BTreeMap<Reason, Extent>);

impl Reasons {
    /// Counts one recipient.
    pub fn add(&mut self, row: &DeliveryRow) {
        let words = row.reply.as_deref().map_or_else(|| unsaid(row.state).to_owned(), without_numbers);
        let mut reason = Reason { state: row.state, words };
        if self.0.len() >= MOST_REASONS && !self.0.contains_key(&reason) {
            "other words".clone_into(&mut reason.words);
        }
        let extent = self.0.entry(reason).or_default();
        extent.recipients += 1;
        if let Some(at) = row.next_due {
            let (first, last) = extent.due.unwrap_or((at, at));
            extent.due = Some((first.min(at), last.max(at)));
        }
    }

    /// The reasons for one state, those of most recipients first.
    pub fn of(&self, state: RowState) -> Vec<(&Reason, &Extent)> {
        let mut found: Vec<_> = self.0.iter().filter(|(reason, _)| reason.state == state).collect();
        found.sort_by_key(|(_, extent)| std::cmp::Reverse(extent.recipients));
        found
    }

    /// All of them, by state, those of most recipients first.
    pub fn all(&self) -> Vec<(&Reason, &Extent)> {
        let mut all: Vec<_> = self.0.iter().collect();
        all.sort_by_key(|(reason, extent)| (reason.state, std::cmp::Reverse(extent.recipients)));
        all
    }
}

/// What is said of a recipient of whom nobody said anything.
fn unsaid(state: RowState) -> &'static str {
    match state {
        RowState::Queued | RowState::Claimed | RowState::InFlight => "not tried yet",
        RowState::Excluded => "left, or does not work, since the issue was frozen",
        _ => "no words were kept",
    }
}

/// A reply without what differs from one mail to the next: `queued as 4B1C2D` is `queued as …`.
///
/// The code and the enhanced status code (RFC 3463) are kept, and so is the stage before them.
pub fn without_numbers(reply: &str) -> String {
    let mut kept: Vec<String> = Vec::new();
    let mut may_be_code = true;
    for word in reply.split_whitespace() {
        let is_code = may_be_code && is_code(word);
        let has_digits = word.contains(|c: char| c.is_ascii_digit()) || is_hexadecimal(word);
        may_be_code = is_code
            || !has_digits && may_be_code && word.ends_with(|c: char| c.is_ascii_alphabetic() || c == ':');
        kept.push(if has_digits && !is_code { masked(word) } else { word.to_owned() });
    }
    kept.dedup_by(|next, last| next == "…" && last == "…");
    kept.join(" ")
}

/// `550` or `5.1.1`, also as some servers write it: `550-5.1.1`.
fn is_code(word: &str) -> bool {
    let is_digits = |part: &str| (1..=3).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    word.starts_with(['2', '4', '5']) && word.split(['.', '-']).all(is_digits)
}

/// A long number that happens to have letters only.
fn is_hexadecimal(word: &str) -> bool {
    word.len() >= 8 && word.bytes().all(|b| b.is_ascii_hexdigit())
}

/// A word without what stands between its marks: `(id=4B1C)` is `(…)`.
fn masked(word: &str) -> String {
    let is_mark = |c: char| "()[]<>\"';:,.!?".contains(c);
    let start = word.len() - word.trim_start_matches(is_mark).len();
    let end = word.trim_end_matches(is_mark).len();
    format!("{}…{}", &word[..start], &word[end.max(start)..])
}

/// What a reply means, in words that name nobody: `550 5.1.1 no such mailbox`.
///
/// Servers repeat local parts and names of small domains; a page to be shown around must not.
pub fn meaning(reply: &str) -> String {
    let codes: Vec<&str> = reply.split_whitespace().flat_map(|word| word.split('-')).collect();
    let Some(place) = codes.iter().position(|word| word.len() == 3 && is_code(word) && !word.contains('.'))
    else {
        return "no reply of the server".to_owned();
    };
    let code = codes[place];
    let enhanced = codes.get(place + 1).filter(|word| is_code(word) && word.split('.').count() == 3);
    match enhanced {
        Some(enhanced) => match enhanced_words(enhanced) {
            Some(words) => format!("{code} {enhanced} {words}"),
            None => format!("{code} {enhanced} {}", code_words(code)),
        },
        None => format!("{code} {}", code_words(code)),
    }
}

/// RFC 3463 §3, RFC 7372, RFC 7504, in a few words.
fn enhanced_words(enhanced: &str) -> Option<&'static str> {
    Some(match enhanced.get(2..)? {
        "1.1" => "no such mailbox",
        "1.2" => "no such domain",
        "1.3" => "the address is malformed",
        "1.6" => "the mailbox has moved",
        "1.10" => "the domain takes no mail",
        "2.0" => "trouble with the mailbox",
        "2.1" => "the mailbox is closed",
        "2.2" => "the mailbox is full",
        "2.3" => "too long for the mailbox",
        "3.1" => "the system is full",
        "3.2" => "the system takes no mail now",
        "4.1" | "4.2" => "no answer from the reader's server",
        "4.3" | "4.4" => "no way to the reader's server",
        "4.7" => "it took too long",
        "5.3" => "too many recipients",
        "6.0" | "6.1" | "6.2" | "6.3" => "the content is refused",
        "7.0" | "7.1" | "7.2" => "not allowed by the server's rules",
        "7.20" | "7.21" | "7.22" | "7.23" | "7.24" | "7.25" | "7.26" | "7.27" => {
            "the sender is not authenticated"
        }
        _ => return None,
    })
}

/// RFC 5321 §4.2.3, in a few words.
fn code_words(code: &str) -> &'static str {
    match code {
        "421" => "the server is not available now",
        "450" => "the mailbox is not available now",
        "451" => "trouble at the server",
        "452" => "the server is full",
        "521" | "556" => "the domain takes no mail",
        "550" => "the mailbox is not available",
        "551" => "the reader is elsewhere",
        "552" => "too long for the mailbox",
        "553" => "the address is not allowed",
        "554" => "the mail is refused",
        other if other.starts_with('4') => "not now",
        _ => "refused",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_differ_from_mail_to_mail_are_one_reason() {
        for (given, want) in [
            ("250 2.0.0 Ok: queued as 4B1C2D", "250 2.0.0 Ok: queued as …"),
            ("550 5.1.1 <…@…>: user unknown", "550 5.1.1 <…@…>: user unknown"),
            ("450 4.2.0 <…@…>: greylisted for 300 seconds", "450 4.2.0 <…@…>: greylisted for … seconds"),
            (
                "550-5.7.26 not authenticated a640c23a62f3a-b765.25 12 - gsmtp",
                "550-5.7.26 not authenticated … - gsmtp",
            ),
            ("end of data: 451 4.3.0 (id=4B1C) try later", "end of data: 451 4.3.0 (…) try later"),
            ("250 ok aeabcafadd", "250 ok …"),
            ("DATA: no reply within 120 s", "DATA: no reply within … s"),
            ("554 banned, see http://example.org/?ip=192.0.2.1", "554 banned, see …"),
            ("", ""),
        ] {
            assert_eq!(without_numbers(given), want, "given {given}");
        }
    }

    #[test]
    fn a_meaning_repeats_no_word_of_the_server() {
        for (given, want) in [
            ("550 5.1.1 ada: no such user here", "550 5.1.1 no such mailbox"),
            ("550-5.7.26 mail from small.example", "550 5.7.26 the sender is not authenticated"),
            ("450 4.2.0 ada is greylisted", "450 4.2.0 trouble with the mailbox"),
            ("550 ada is gone", "550 the mailbox is not available"),
            ("599 5.9.9 ada", "599 5.9.9 refused"),
            ("end of data: 451 4.3.0 small.example", "451 4.3.0 trouble at the server"),
            ("end of data: connection reset by small.example", "no reply of the server"),
            ("", "no reply of the server"),
        ] {
            assert_eq!(meaning(given), want, "given {given}");
        }
    }
}
