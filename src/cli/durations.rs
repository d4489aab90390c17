//! Durations in words.

/// `4 s`, `12 min`, `3 h 20 min`, `2 d 4 h`. Less than a second is told as one.
pub fn words(secs: u64) -> String {
    let two = |whole: u64, unit: &str, rest: u64, small: &str| match rest {
        0 => format!("{whole} {unit}"),
        rest => format!("{whole} {unit} {rest} {small}"),
    };
    match secs {
        0 => "1 s".to_owned(),
        1..120 => format!("{secs} s"),
        120..5_400 => format!("{} min", (secs + 30) / 60),
        5_400..172_800 => two(secs / 3_600, "h", secs % 3_600 / 60, "min"),
        _ => two(secs / 86_400, "d", secs % 86_400 / 3_600, "h"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_told_in_its_two_largest_units() {
        for (secs, want) in [
            (0, "1 s"),
            (119, "119 s"),
            (300, "5 min"),
            (7_200, "2 h"),
            (12_000, "3 h 20 min"),
            (187_200, "2 d 4 h"),
        ] {
            assert_eq!(words(secs), want);
        }
    }
}
