//! The heading that opens an essay: its title, which pages show above the text and not once more in it.

/// A first-level heading before all other text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Opening<'a> {
    /// As written, without its marks.
    pub text: &'a str,
    /// The essay after it.
    pub rest: &'a str,
}

/// The heading a Markdown essay opens with: `# On maps`, or underlined with `=` (CommonMark 0.31.2 §4.2, §4.3).
pub(super) fn of_markdown(source: &str) -> Option<Opening<'_>> {
    let (first, rest) = first_line(source)?;
    if let Some(text) = atx(first) {
        return Some(Opening { text, rest });
    }
    let (underline, after) = rest.split_once('\n').unwrap_or((rest, ""));
    let underline = underline.trim_end();
    let is_underlined = !underline.is_empty() && underline.bytes().all(|b| b == b'=');
    let is_paragraph = !first.starts_with(['#', '>', '-', '*', '+', '<', '`', ' ', '\t', '|']);
    (is_underlined && is_paragraph).then_some(Opening { text: first.trim(), rest: after })
}

/// The first line of a plain essay, if it stands alone.
pub(super) fn of_plain(source: &str) -> Option<Opening<'_>> {
    let (first, rest) = first_line(source)?;
    let stands_alone = rest.lines().next().is_none_or(|line| line.trim().is_empty());
    stands_alone.then_some(Opening { text: first.trim(), rest })
}

/// The first line that is not empty, and what follows it.
fn first_line(source: &str) -> Option<(&str, &str)> {
    let blank: usize =
        source.split_inclusive('\n').take_while(|line| line.trim().is_empty()).map(str::len).sum();
    let source = &source[blank..];
    (!source.is_empty()).then(|| source.split_once('\n').unwrap_or((source, "")))
}

/// The text of `# On maps`.
pub(super) fn atx(line: &str) -> Option<&str> {
    let text = line.strip_prefix("# ")?.trim();
    let open = text.trim_end_matches('#');
    let text = if open.is_empty() || open.ends_with([' ', '\t']) { open.trim_end() } else { text };
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_essay_may_open_with_its_title() {
        for (source, want) in [
            ("# On maps\n\nText\n", Some(("On maps", "\nText\n"))),
            ("\n\n# On maps #\nText", Some(("On maps", "Text"))),
            ("# C#", Some(("C#", ""))),
            ("On maps\n===\nText", Some(("On maps", "Text"))),
            ("## On maps\n", None),
            ("#maps are #fun\n", None),
            ("Text\n\n# On maps\n", None),
            ("# \nText", None),
            ("", None),
        ] {
            let opening = of_markdown(source).map(|o| (o.text, o.rest));
            assert_eq!(opening, want, "given {source:?}");
        }
        assert_eq!(of_plain("論地圖\n\n正文").map(|o| o.text), Some("論地圖"));
        assert_eq!(of_plain("論地圖\n正文"), None);
    }
}
