//! Kana in Latin letters, by Hepburn without macrons.

/// Hiragana with their reading; katakana are folded onto them first.
#[rustfmt::skip]
const READINGS: &[(char, &str)] = &[
    ('あ', "a"), ('い', "i"), ('う', "u"), ('え', "e"), ('お', "o"),
    ('か', "ka"), ('き', "ki"), ('く', "ku"), ('け', "ke"), ('こ', "ko"),
    ('が', "ga"), ('ぎ', "gi"), ('ぐ', "gu"), ('げ', "ge"), ('ご', "go"),
    ('さ', "sa"), ('し', "shi"), ('す', "su"), ('せ', "se"), ('そ', "so"),
    ('ざ', "za"), ('じ', "ji"), ('ず', "zu"), ('ぜ', "ze"), ('ぞ', "zo"),
    ('た', "ta"), ('ち', "chi"), ('つ', "tsu"), ('て', "te"), ('と', "to"),
    ('だ', "da"), ('ぢ', "ji"), ('づ', "zu"), ('で', "de"), ('ど', "do"),
    ('な', "na"), ('に', "ni"), ('ぬ', "nu"), ('ね', "ne"), ('の', "no"),
    ('は', "ha"), ('ひ', "hi"), ('ふ', "fu"), ('へ', "he"), ('ほ', "ho"),
    ('ば', "ba"), ('び', "bi"), ('ぶ', "bu"), ('べ', "be"), ('ぼ', "bo"),
    ('ぱ', "pa"), ('ぴ', "pi"), ('ぷ', "pu"), ('ぺ', "pe"), ('ぽ', "po"),
    ('ま', "ma"), ('み', "mi"), ('む', "mu"), ('め', "me"), ('も', "mo"),
    ('や', "ya"), ('ゆ', "yu"), ('よ', "yo"),
    ('ら', "ra"), ('り', "ri"), ('る', "ru"), ('れ', "re"), ('ろ', "ro"),
    ('わ', "wa"), ('ゐ', "i"), ('ゑ', "e"), ('を', "o"), ('ん', "n"), ('ゔ', "vu"),
    ('ぁ', "a"), ('ぃ', "i"), ('ぅ', "u"), ('ぇ', "e"), ('ぉ', "o"),
    ('ゃ', "ya"), ('ゅ', "yu"), ('ょ', "yo"), ('ゎ', "wa"),
];

/// `words` with every kana in Latin letters; the rest as it was.
pub(super) fn romanised(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    let mut is_doubling = false;
    let mut is_after_kana = false;
    for c in words.chars().map(as_hiragana) {
        match c {
            'っ' => is_doubling = true,
            'ー' => {}
            'う' if is_after_kana && out.ends_with(['o', 'u']) => {}
            _ => match reading(c) {
                Some(sound) if is_small(c) && join_small(&mut out, sound) => {}
                Some(sound) => {
                    if std::mem::take(&mut is_doubling) {
                        out.push(if sound.starts_with('c') { 't' } else { first(sound) });
                    }
                    out.push_str(sound);
                }
                None => {
                    is_doubling = false;
                    out.push(c);
                }
            },
        }
        is_after_kana = reading(c).is_some();
    }
    out
}

fn as_hiragana(c: char) -> char {
    match c {
        'ァ'..='ヴ' => char::from_u32(u32::from(c) - 0x60).unwrap_or(c),
        _ => c,
    }
}

fn reading(c: char) -> Option<&'static str> {
    READINGS.iter().find(|(kana, _)| *kana == c).map(|(_, sound)| *sound)
}

fn is_small(c: char) -> bool {
    matches!(c, 'ぁ' | 'ぃ' | 'ぅ' | 'ぇ' | 'ぉ' | 'ゃ' | 'ゅ' | 'ょ' | 'ゎ')
}

fn first(sound: &str) -> char {
    sound.chars().next().unwrap_or('n')
}

/// Joins a small kana to the sound before it: `ki` and `ya` are `kya`, `fu` and `a` are `fa`.
fn join_small(out: &mut String, small: &str) -> bool {
    let Some(before) = out.pop() else { return false };
    if before != 'i' && before != 'u' && before != 'e' {
        out.push(before);
        return false;
    }
    let is_soft = out.ends_with("sh") || out.ends_with("ch") || out.ends_with('j');
    out.push_str(if is_soft { small.trim_start_matches('y') } else { small });
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kana_are_read_as_they_sound() {
        for (kana, want) in [
            ("しゃしん", "shashin"),
            ("きょうと", "kyoto"),
            ("がっこう", "gakko"),
            ("まっちゃ", "matcha"),
            ("ファイル", "fairu"),
            ("メール", "meru"),
            ("チェック", "chekku"),
            ("ティー", "ti"),
            ("フィード", "fido"),
            ("RSSリーダー", "RSSrida"),
            ("ぁ", "a"),
            ("cloud のめも", "cloud nomemo"),
        ] {
            assert_eq!(romanised(kana), want, "given {kana}");
        }
    }
}
