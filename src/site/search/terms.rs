//! The terms of a post: its words, folded so that case and accents make no difference, and of Chinese, Japanese and
//! Korean each two letters that stand side by side.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::post::Post;

/// Longest term in octets; what is longer is no word.
const MAX_OCTETS: usize = 40;

/// Terms for which there is room from the beginning: few essays have more.
const FEW_TERMS: usize = 1500;

/// The terms of one post, each once, in one text: each ends in a line feed, and one that stands in title, tags or
/// names of authors begins with `!`.
pub(crate) fn terms(post: &Post) -> String {
    let names = post.tags.iter().map(|tag| tag.name.as_str());
    let names = names.chain(post.authors.iter().map(|author| author.name.as_str()));
    let mut head = post.title.clone();
    names.for_each(|name| {
        head.push('\n');
        head.push_str(name);
    });
    let (head, body) = (folded(&head), folded(&post.body.source()));
    let mut seen = Seen::with_capacity_and_hasher(FEW_TERMS, Fast::default());
    let mut out = String::with_capacity(body.len() / 2);
    for (text, mark) in [(&head, "!"), (&body, "")] {
        each_term(text, &mut |term| {
            if seen.insert(term, ()).is_none() {
                out.extend([mark, term, "\n"]);
            }
        });
    }
    out
}

type Seen<'a> = HashMap<&'a str, (), Fast>;

/// Hashes short words quickly (FNV-1a). Authors do not attack their own publication.
pub(super) type Fast = BuildHasherDefault<Fnv>;

pub(super) struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher for Fnv {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// `text` in small letters without accents; targets of links and HTML tags left out, signs become spaces.
fn folded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    loop {
        // Most of most essays are such runs.
        let run = rest.bytes().position(|octet| !octet.is_ascii_alphanumeric()).unwrap_or(rest.len());
        let start = out.len();
        out.push_str(&rest[..run]);
        out[start..].make_ascii_lowercase();
        let Some(c) = rest[run..].chars().next() else { return out };
        rest = &rest[run + c.len_utf8()..];
        if c.is_ascii() {
            out.push(' ');
            rest = after_aside(c, rest);
        } else {
            push_folded(c, &mut out);
        }
    }
}

/// What follows the target of a link (`](…)`) or an HTML tag that begins with `c`.
fn after_aside(c: char, rest: &str) -> &str {
    let end = match c {
        ']' if rest.starts_with('(') => ')',
        '<' if rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/') => '>',
        _ => return rest,
    };
    let line = rest.find('\n').unwrap_or(rest.len());
    rest[..line].find(end).map_or(rest, |at| &rest[at..])
}

fn push_folded(c: char, out: &mut String) {
    if is_east_asian(c) {
        return out.push(c);
    }
    for c in std::iter::once(c).nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase) {
        out.push(if c.is_alphanumeric() { c } else { ' ' });
    }
}

/// Han, kana and Hangul syllables.
fn is_east_asian(c: char) -> bool {
    matches!(c, '\u{3005}'..='\u{3007}' | '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}'
        | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// Calls `take` on each term of a folded text, where all that is no letter is a space.
fn each_term<'a>(text: &'a str, take: &mut impl FnMut(&'a str)) {
    for word in text.split(' ') {
        match word.is_ascii() {
            true => whole(word, take),
            false => each_run(word, take),
        }
    }
}

/// Takes a word if it is neither a single letter nor too long to be one.
fn whole<'a>(word: &'a str, take: &mut impl FnMut(&'a str)) {
    if (2..=MAX_OCTETS).contains(&word.len()) {
        take(word);
    }
}

/// Parts a word where letters of East Asia begin or end.
fn each_run<'a>(word: &'a str, take: &mut impl FnMut(&'a str)) {
    let mut rest = word;
    while let Some(first) = rest.chars().next() {
        let is_wide = is_east_asian(first);
        let end = rest.find(|c| is_east_asian(c) != is_wide).unwrap_or(rest.len());
        let (run, after) = rest.split_at(end);
        rest = after;
        match is_wide {
            true => each_pair(run, take),
            false => whole(run, take),
        }
    }
}

/// Each letter with the next; the last stands alone, so that a search for it finds it.
fn each_pair<'a>(run: &'a str, take: &mut impl FnMut(&'a str)) {
    for (at, first) in run.char_indices() {
        let next = run[at + first.len_utf8()..].chars().next().map_or(0, char::len_utf8);
        take(&run[at..at + first.len_utf8() + next]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        let mut found = Vec::new();
        each_term(&folded(text), &mut |term| found.push(term.to_owned()));
        found
    }

    #[test]
    fn words_are_folded_and_letters_of_east_asia_are_paired() {
        for (text, want) in [
            ("On Maps, don't", vec!["on", "maps", "don"]),
            ("Café ÉTÉ Straße", vec!["cafe", "ete", "straße"]),
            ("雪の記憶と手紙", vec!["雪の", "の記", "記憶", "憶と", "と手", "手紙", "紙"]),
            ("使用SMTP送信", vec!["使用", "用", "smtp", "送信", "信"]),
            ("편지 한 통", vec!["편지", "지", "한", "통"]),
            ("see [the map](https://example.org/x) <b class=\"y\">now</b>", vec!["see", "the", "map", "now"]),
            ("Письмо Ёлка ＡＢ", vec!["письмо", "елка", "ab"]),
        ] {
            assert_eq!(found(text), want, "given {text}");
        }
    }
}
