//! A title becomes lines: as large as it fits, lines of like length, broken where its script allows.

use unicode_linebreak::linebreaks;

/// Sizes of a title in pixels, the largest first.
const SIZES: [f32; 5] = [84.0, 72.0, 62.0, 54.0, 46.0];

/// From base line to base line, in ems: tall enough for Vietnamese and Arabic marks.
pub(super) const LEADING: f32 = 1.3;

/// A title in lines.
#[derive(Debug, PartialEq)]
pub(super) struct Title {
    pub lines: Vec<String>,
    /// In pixels.
    pub size: f32,
}

/// `text` in lines that fit into `width` × `height` pixels; `measure` tells how many ems a text is long.
///
/// What does not fit at the smallest size is cut and ends in `…`.
pub(super) fn lay_out(text: &str, width: f32, height: f32, measure: &dyn Fn(&str) -> f32) -> Title {
    let fits = |size: f32| {
        let lines = lines(text, width / size, measure);
        let is_short = lines_in(height, size) >= lines.len();
        let is_narrow = lines.iter().all(|line| measure(line) * size <= width);
        (is_short && is_narrow).then_some(size)
    };
    if let Some(size) = SIZES.into_iter().find_map(fits) {
        return Title { lines: balanced(text, width / size, measure), size };
    }
    let size = SIZES[SIZES.len() - 1];
    let mut lines = lines(text, width / size, measure);
    if lines.len() > lines_in(height, size) {
        lines.truncate(lines_in(height, size).max(1));
        let last = lines.last_mut().expect("at least one line is left");
        *last = cut(last, width / size, measure);
    }
    Title { lines, size }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few lines")]
fn lines_in(height: f32, size: f32) -> usize {
    (height / (size * LEADING)).floor() as usize
}

/// The same number of lines as at `ems`, each about as long as the others.
fn balanced(text: &str, ems: f32, measure: &dyn Fn(&str) -> f32) -> Vec<String> {
    let widest = lines(text, ems, measure);
    let (mut narrow, mut wide) = (0.0, ems);
    for _ in 0..8 {
        let middle = (narrow + wide) / 2.0;
        let tried = lines(text, middle, measure);
        let holds = tried.len() == widest.len() && tried.iter().all(|line| measure(line) <= middle);
        if holds { wide = middle } else { narrow = middle }
    }
    lines(text, wide, measure)
}

/// `text` in lines of at most `ems`. A word that is longer is broken where it must be.
fn lines(text: &str, ems: f32, measure: &dyn Fn(&str) -> f32) -> Vec<String> {
    let mut lines = Vec::new();
    let (mut start, mut last) = (0, 0);
    for (at, _) in linebreaks(text) {
        if last > start && measure(text[start..at].trim_end()) > ems {
            lines.push(text[start..last].trim_end().to_owned());
            start = last;
        }
        last = at;
    }
    lines.push(text[start..].trim_end().to_owned());
    lines
}

/// The beginning of `line`, with `…`, that fits into `ems`.
fn cut(line: &str, ems: f32, measure: &dyn Fn(&str) -> f32) -> String {
    let ends = line.char_indices().map(|(at, _)| at).rev();
    let shortened = |end: usize| format!("{}…", line[..end].trim_end());
    std::iter::once(line.len())
        .chain(ends)
        .map(shortened)
        .find(|text| measure(text) <= ems)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Latin letters half an em wide, all others one em.
    fn measure(text: &str) -> f32 {
        text.chars().map(|c| if c.is_ascii() { 0.5 } else { 1.0 }).sum()
    }

    #[test]
    fn lines_are_of_like_length_and_break_where_the_script_allows() {
        for (text, want) in [
            ("On maps", vec!["On maps"]),
            ("The gap after the dot", vec!["The gap after", "the dot"]),
            ("彼は「そうだ」と言った。", vec!["彼は「そうだ」", "と言った。"]),
        ] {
            let title = lay_out(text, 640.0, 380.0, &measure);
            assert_eq!(title.lines, want, "given {text}");
        }
    }

    #[test]
    fn a_long_title_is_set_smaller_and_a_longer_one_is_cut() {
        let long = "a letter ".repeat(20);
        let title = lay_out(long.trim(), 1000.0, 380.0, &measure);
        assert!(title.size < 84.0 && title.lines.concat().ends_with("letter"), "{title:?}");
        let longer = lay_out(&"雪".repeat(400), 1000.0, 380.0, &measure);
        assert!(longer.lines.last().unwrap().ends_with('…'), "{longer:?}");
        assert!(longer.lines.iter().all(|line| measure(line) * longer.size <= 1000.0));
    }
}
