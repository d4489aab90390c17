//! Text cut to a width: for subjects and for the line an inbox shows below them.

use unicode_linebreak::linebreaks;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// `text` if it is at most `columns` wide, else its beginning and `…`.
///
/// It is cut where a line may break, or between graphemes where that would lose more than half. Wide characters take two columns.
pub(super) fn excerpt(text: &str, columns: usize) -> String {
    if text.width() <= columns {
        return text.to_owned();
    }
    let fits = |end: &usize| text[..*end].trim_end().width() < columns;
    let at_break = linebreaks(text).map(|(at, _)| at).take_while(fits).last().unwrap_or_default();
    let at_grapheme =
        text.grapheme_indices(true).map(|(at, _)| at).take_while(fits).last().unwrap_or_default();
    let end = if at_break * 2 > at_grapheme { at_break } else { at_grapheme };
    let kept = text[..end].trim_end_matches(|c: char| c.is_whitespace() || "、，,;；:：".contains(c));
    format!("{kept}…")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_where_a_line_may_break() {
        for (given, columns, want) in [
            ("short", 10, "short"),
            ("On maps, and on silence", 18, "On maps, and on…"),
            ("On maps, and on silence", 13, "On maps, and…"),
            ("On maps, and on silence", 10, "On maps…"),
            ("地圖上的沉默與空白", 11, "地圖上的沉…"),
            ("Donaudampfschifffahrtsgesellschaft", 10, "Donaudamp…"),
        ] {
            assert_eq!(excerpt(given, columns), want, "given {given}");
            assert!(excerpt(given, columns).width() <= columns, "given {given}");
        }
    }
}
