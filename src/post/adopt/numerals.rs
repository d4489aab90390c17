//! Numbers written with Han characters: `二〇二六`, `十一`, `廿二`, `一百一十五`.

/// The number that `text` is, if it is one and nothing else.
pub(super) fn value(text: &str) -> Option<u32> {
    let digits: Option<Vec<u32>> = text.chars().map(digit).collect();
    match digits {
        Some(digits) if (1..=4).contains(&digits.len()) => {
            Some(digits.iter().fold(0, |number, digit| number * 10 + digit))
        }
        Some(_) => None,
        None => by_places(text),
    }
}

/// Whether `c` may stand in a number.
pub(super) fn is_numeral(c: char) -> bool {
    digit(c).is_some() || place(c).is_some() || score(c).is_some()
}

fn digit(c: char) -> Option<u32> {
    // A circle of any make serves as zero.
    if matches!(c, '〇' | '○' | '◯' | '零' | 'Ｏ') {
        return Some(0);
    }
    "一二三四五六七八九".chars().zip(1..).find(|(han, _)| *han == c).map(|(_, value)| value)
}

fn place(c: char) -> Option<u32> {
    match c {
        '十' => Some(10),
        '百' => Some(100),
        _ => None,
    }
}

/// `廿` and `卅`: twenty and thirty in one character.
fn score(c: char) -> Option<u32> {
    match c {
        '廿' => Some(20),
        '卅' => Some(30),
        _ => None,
    }
}

fn by_places(text: &str) -> Option<u32> {
    let (mut sum, mut pending, mut last_place) = (0, None, u32::MAX);
    for c in text.chars() {
        if let Some(place) = place(c) {
            if place >= last_place || pending == Some(0) {
                return None;
            }
            sum += pending.take().unwrap_or(1) * place;
            last_place = place;
        } else if let Some(score) = score(c) {
            if sum > 0 || pending.is_some() {
                return None;
            }
            (sum, last_place) = (score, 10);
        } else if pending.is_none() || pending == Some(0) {
            pending = Some(digit(c)?);
        } else {
            return None;
        }
    }
    Some(sum + pending.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn han_numbers_are_read_by_digits_and_by_places() {
        for (text, want) in [
            ("二〇二六", Some(2026)),
            ("二○二六", Some(2026)),
            ("一九八七", Some(1987)),
            ("十一", Some(11)),
            ("二十二", Some(22)),
            ("廿二", Some(22)),
            ("卅", Some(30)),
            ("十", Some(10)),
            ("一百一十五", Some(115)),
            ("一百零五", Some(105)),
            ("三", Some(3)),
            ("十十", None),
            ("二三十", None),
            ("一二三四五", None),
            ("山", None),
        ] {
            assert_eq!(value(text), want, "given {text}");
        }
    }
}
