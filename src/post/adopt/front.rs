//! Front matter that is written: a whole one for an essay without, one line for a post without an id.

use std::fmt::Write as _;

use crate::post::adopt::day::Day;
use crate::post::adopt::lines::{line_end, lines};
use crate::post::matter;
use crate::post::remarks::Flaw;
use crate::post::source::{self, Syntax};
use crate::post::{PostId, PostIdError};
use crate::words::Lang;

/// What front matter is written from.
pub(super) struct Front<'a> {
    pub id: &'a PostId,
    pub title: &'a str,
    pub day: &'a Day,
    pub lang: Option<&'a Lang>,
    pub authors: &'a [String],
    pub is_draft: bool,
}

impl Front<'_> {
    /// The front matter in TOML between its fences, each line ended with `end`.
    pub fn to_text(&self, end: &str) -> String {
        let quoted = |text: &str| toml::Value::from(text).to_string();
        let mut text = String::from("+++\n");
        let mut line = |key: &str, value: &str| {
            writeln!(text, "{key} = {value}").expect("a string takes every write");
        };
        line("id", &quoted(self.id.as_str()));
        line("title", &quoted(self.title));
        line("date", &self.day.to_toml());
        if let Some(lang) = self.lang {
            line("lang", &quoted(lang.as_str()));
        }
        if !self.authors.is_empty() {
            line("authors", &toml::Value::from(self.authors.to_vec()).to_string());
        }
        if self.is_draft {
            line("draft", "true");
        }
        text.push_str("+++\n");
        text.replace('\n', end)
    }
}

/// `bytes` with `id` as the first line of their front matter, every other octet as it was; and that line.
///
/// # Errors
///
/// If the front matter is written so that one more line does not add one field to it.
pub(super) fn with_id(bytes: &[u8], id: &PostId) -> Result<(Vec<u8>, String), Flaw> {
    let flaw = || {
        Flaw::new(1, "the front matter takes no `id` as its first line")
            .with_help(format!("write it in by hand, as the quoted text {id}"))
    };
    let text = source::text_of(bytes)?;
    let (line, at) = id_line(text, id).ok_or_else(flaw)?;
    let at = bytes.len() - text.len() + at;
    let stored = [&bytes[..at], line.as_bytes(), &bytes[at..]].concat();
    if says_only_the_id_more(bytes, &stored, id) { Ok((stored, line)) } else { Err(flaw()) }
}

/// The line to write and the place for it.
fn id_line(text: &str, id: &PostId) -> Option<(String, usize)> {
    let mut lines = lines(text).skip_while(|line| line.is_blank());
    let fence = lines.next()?;
    let end = line_end(text);
    match fence.text {
        "+++" => Some((format!("id = \"{id}\"{end}"), fence.range.end)),
        _ => {
            // YAML's fields stand at one indent.
            let first = lines.find(|line| !line.is_blank() && !line.text.starts_with('#'))?;
            Some((format!("{}id: \"{id}\"{end}", first.indent), fence.range.end))
        }
    }
}

fn says_only_the_id_more(before: &[u8], after: &[u8], id: &PostId) -> bool {
    let (Some(before), Some(after)) = (entries(before), entries(after)) else { return false };
    let is_id = |entry: &(String, serde_json::Value)| {
        entry.0 == "id"
            && entry.1.as_str().map(str::parse::<PostId>) == Some(Ok::<_, PostIdError>(id.clone()))
    };
    let (ids, others): (Vec<_>, Vec<_>) = after.into_iter().partition(is_id);
    ids.len() == 1 && others == before
}

/// Keys and values of a file's front matter.
fn entries(bytes: &[u8]) -> Option<Vec<(String, serde_json::Value)>> {
    let text = source::decode(bytes).ok()?;
    let front = source::split(&text).ok()?.front?;
    debug_assert!(matches!(front.syntax, Syntax::Toml | Syntax::Yaml));
    let entries = matter::parse(front).ok()?;
    Some(entries.into_iter().map(|entry| (entry.key, entry.node.to_json())).collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn id() -> PostId {
        "tag:example.org,2026-11-22:on-maps".parse().unwrap()
    }

    #[test]
    fn front_matter_reads_back_as_it_was_meant() {
        let at = "2026-11-22T00:00:00+00:00[UTC]".parse().unwrap();
        let front = Front {
            id: &id(),
            title: r#"On "maps" \ 論地圖"#,
            day: &Day::of(&at),
            lang: Some(&"zh-Hant".parse().unwrap()),
            authors: &["Ada Marlow".to_owned(), "林晚舟".to_owned()],
            is_draft: true,
        };
        let text = front.to_text("\r\n");
        assert_eq!(
            text.replace("\r\n", "\n"),
            "+++\nid = \"tag:example.org,2026-11-22:on-maps\"\ntitle = 'On \"maps\" \\ 論地圖'\ndate = 2026-11-22\n\
             lang = \"zh-Hant\"\nauthors = [\"Ada Marlow\", \"林晚舟\"]\ndraft = true\n+++\n"
        );
        assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
        let entries = entries(text.as_bytes()).unwrap();
        assert_eq!(entries[1].1, r#"On "maps" \ 論地圖"#);
    }

    #[test]
    fn an_id_is_stored_and_every_other_octet_stays() {
        for (before, after) in [
            (
                "+++\ntitle = 'a'\n[extra]\nid = 1\n+++\nText",
                "+++\nid = \"ID\"\ntitle = 'a'\n[extra]\nid = 1\n+++\nText",
            ),
            ("---\r\ntitle: a\r\n---\r\nText", "---\r\nid: \"ID\"\r\ntitle: a\r\n---\r\nText"),
            (
                "\u{feff}\n--- \n# note\n  title: a\n...\n",
                "\u{feff}\n--- \n  id: \"ID\"\n# note\n  title: a\n...\n",
            ),
        ] {
            let (stored, _) = with_id(before.as_bytes(), &id()).unwrap();
            assert_eq!(
                String::from_utf8(stored).unwrap(),
                after.replace("ID", id().as_str()),
                "given {before:?}"
            );
        }
    }

    #[test]
    fn front_matter_that_takes_no_line_is_refused() {
        for text in ["---\n{title: a}\n---\n", "---\nid:\ntitle: a\n---\n"] {
            let flaw = with_id(text.as_bytes(), &id()).unwrap_err();
            assert_eq!(flaw.what, "the front matter takes no `id` as its first line", "given {text:?}");
        }
    }

    proptest! {
        #[test]
        fn an_id_adds_one_line_and_nothing_else(
            title in "[a-zé圖 ]{1,12}",
            body in "\\PC{0,40}",
            end in prop::sample::select(vec!["\n", "\r\n"]),
            fence in prop::sample::select(vec!["+++", "---"]),
        ) {
            let sign = if fence == "+++" { " = " } else { ": " };
            let text = [fence, &format!("title{sign}\"{title}\""), fence, &body].join(end);
            let stored = String::from_utf8(with_id(text.as_bytes(), &id()).unwrap().0).unwrap();
            let lines: Vec<&str> = stored.split_inclusive('\n').collect();
            prop_assert_eq!([&lines[..1], &lines[2..]].concat().concat(), text);
        }
    }
}
