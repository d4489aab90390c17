//! Cuts text where a sentence ends, or failing that between words.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// Abbreviations that a sentence does not end with though a capital follows.
const ABBREVIATIONS: [&str; 12] =
    ["Mr.", "Mrs.", "Ms.", "Dr.", "Prof.", "St.", "Mt.", "No.", "vs.", "Fig.", "Jr.", "Sr."];

/// As many whole sentences of `text` as fit into `columns`, if they fill a third of them.
pub fn first_sentences(text: &str, columns: usize) -> Option<String> {
    let mut end = 0;
    for sentence_end in sentence_ends(text) {
        if text[..sentence_end].trim_end().width() > columns {
            break;
        }
        end = sentence_end;
    }
    let sentences = text[..end].trim_end();
    (sentences.width() * 3 >= columns).then(|| sentences.to_owned())
}

/// Where the sentences of `text` end (UAX 29), but for abbreviations, and for speech that the
/// sentence goes on after: `「はい。」と`.
fn sentence_ends(text: &str) -> impl Iterator<Item = usize> {
    text.split_sentence_bound_indices().filter_map(|(start, sentence)| {
        let end = start + sentence.len();
        let is_abbreviated = ABBREVIATIONS.iter().any(|short| ends_with_word(sentence.trim_end(), short));
        let is_speech = sentence.ends_with(['」', '』', '”', '》']) && text[end..].starts_with(['と', 'っ']);
        (!is_abbreviated && !is_speech).then_some(end)
    })
}

fn ends_with_word(text: &str, word: &str) -> bool {
    text.strip_suffix(word).is_some_and(|before| !before.ends_with(char::is_alphanumeric))
}

/// The beginning of `text` with `…`, at most `columns` wide, cut between words where the script has
/// them and never within a grapheme.
pub fn shortened(text: &str, columns: usize) -> String {
    let room = columns.saturating_sub(1);
    let mut end = 0;
    for (at, piece) in text.split_word_bound_indices() {
        if text[..at + piece.len()].width() > room {
            break;
        }
        end = at + piece.len();
    }
    if end == 0 {
        end = graphemes_within(text, room);
    }
    let kept = text[..end].trim_end_matches(|c: char| c.is_whitespace() || "、，,;；:：（(「『“".contains(c));
    format!("{kept}…")
}

fn graphemes_within(text: &str, room: usize) -> usize {
    let fitting = text.grapheme_indices(true).map(|(at, grapheme)| at + grapheme.len());
    fitting.take_while(|end| text[..*end].width() <= room).last().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_falls_at_the_end_of_a_sentence() {
        for (given, columns, want) in [
            ("Maps lie. They must. Every map leaves out.", 22, Some("Maps lie. They must.")),
            ("Ask Dr. Ada about it. She knows all.", 24, Some("Ask Dr. Ada about it.")),
            (
                "雪が降る。夜の底が白くなった。信号所に汽車が止まった。",
                32,
                Some("雪が降る。夜の底が白くなった。"),
            ),
            ("彼は「はい。」と言った。次の日も。", 26, Some("彼は「はい。」と言った。")),
            ("他说：“好。”我们走了。天黑了，路还长。", 24, Some("他说：“好。”我们走了。")),
            ("One sentence that is far too long to fit.", 20, None),
            ("No. Then a sentence that is far too long.", 30, None),
        ] {
            assert_eq!(first_sentences(given, columns).as_deref(), want, "given {given}");
        }
    }

    #[test]
    fn a_long_sentence_is_cut_between_words_and_graphemes() {
        for (given, columns, want) in [
            ("A sentence that is too long", 14, "A sentence…"),
            ("夜の底が白くなった信号所に", 11, "夜の底が白…"),
            ("一二三，四五六", 9, "一二三…"),
            ("👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦", 5, "👩‍👩‍👧‍👦👩‍👩‍👧‍👦…"),
        ] {
            assert_eq!(shortened(given, columns), want, "given {given}");
        }
    }
}
