//! Marks that keep lines of plain text in their direction (UAX 9). Programs that show mail take each line for a paragraph of its
//! own and give it the direction of its first letter: a line that begins with a foreign word would change sides.

/// U+200E: has no width and counts as a letter from left to right.
pub const LEFT_TO_RIGHT: char = '\u{200e}';

/// U+200F: likewise from right to left.
pub const RIGHT_TO_LEFT: char = '\u{200f}';

/// Whether `text` has any letter that is written from right to left.
pub fn has_right_to_left(text: &str) -> bool {
    text.chars().any(is_right_to_left)
}

/// Lines of one paragraph from right to left: one that begins with another letter, or has none, is marked.
pub fn from_right_to_left(lines: Vec<String>) -> Vec<String> {
    let begins_so = |line: &str| line.chars().find(|c| is_letter(*c)).is_some_and(is_right_to_left);
    let marked = |line: String| match line.is_empty() || begins_so(&line) {
        true => line,
        false => format!("{RIGHT_TO_LEFT}{line}"),
    };
    lines.into_iter().map(marked).collect()
}

/// A line from left to right, such as of code: marked if its first letter is another.
pub fn from_left_to_right(line: String) -> String {
    let begins_so = line.chars().find(|c| is_letter(*c)).is_some_and(is_right_to_left);
    if begins_so { format!("{LEFT_TO_RIGHT}{line}") } else { line }
}

fn is_letter(c: char) -> bool {
    c.is_alphabetic() || matches!(c, LEFT_TO_RIGHT | RIGHT_TO_LEFT)
}

/// Hebrew, Arabic and their neighbours, with their presentation forms.
fn is_right_to_left(c: char) -> bool {
    let block = matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}'
        | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}');
    c == RIGHT_TO_LEFT || block && c.is_alphabetic()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_a_paragraph_has_its_direction_whatever_it_begins_with() {
        for (given, want) in [
            ("שלום HTML", "שלום HTML"),
            ("HTML هو لغة", "\u{200f}HTML هو لغة"),
            ("1. مقدمة", "1. مقدمة"),
            ("=====", "\u{200f}====="),
            ("\u{200f}a", "\u{200f}a"),
            ("", ""),
        ] {
            assert_eq!(from_right_to_left(vec![given.to_owned()]), [want], "given {given}");
        }
        assert_eq!(from_left_to_right("// שלום".to_owned()), "\u{200e}// שלום");
        assert_eq!(from_left_to_right("let a = \"שלום\";".to_owned()), "let a = \"שלום\";");
    }
}
