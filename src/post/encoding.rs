//! Names the encoding of octets that are no UTF-8, so that a person knows what to convert from.
//!
//! Marks decide first (Unicode 16.0 §23.8), then the octets a 16-bit form leaves empty, then which decoder
//! takes all octets and gives the commonest characters of its language. Leaves out: Latin encodings, which
//! take any octets, so that nothing tells them apart.

use encoding_rs::{BIG5, EUC_JP, EUC_KR, Encoding, GB18030, SHIFT_JIS};

/// Octets looked at: a page of text tells what a book does.
const SAMPLE_OCTETS: usize = 16 * 1024;
/// Least share, in per cent of characters beyond ASCII, that must be common ones.
const COMMON_PERCENT: usize = 12;
/// Least number of characters that tell a language.
const ENOUGH: usize = 8;

/// What the text is said to be in and what `iconv` calls it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Named {
    pub name: &'static str,
    pub iconv: &'static str,
}

const UTF_16LE: Named = Named { name: "UTF-16", iconv: "UTF-16LE" };
const UTF_16BE: Named = Named { name: "UTF-16", iconv: "UTF-16BE" };
const UTF_16: Named = Named { name: "UTF-16", iconv: "UTF-16" };
const UTF_32: Named = Named { name: "UTF-32", iconv: "UTF-32" };
const ISO_2022_JP: Named = Named { name: "ISO-2022-JP", iconv: "ISO-2022-JP" };

/// An encoding of one language, and characters that every page of that language holds.
struct Candidate {
    named: Named,
    encoding: &'static Encoding,
    common: &'static str,
}

const HIRAGANA: &str = "、。あいうおかがきくけこさしすそただちってでとなにのはひまもやよらりるれろわをん";

const CANDIDATES: &[Candidate] = &[
    Candidate {
        named: Named { name: "GB18030", iconv: "GB18030" },
        encoding: GB18030,
        common: "，。的一是不了在有人我这来们到他时上说大地中子着就那和你也她里下得",
    },
    Candidate {
        named: Named { name: "Big5", iconv: "BIG5" },
        encoding: BIG5,
        common: "，。的一是不了在有人我這來們到他時上說大地中子著就那和你也她裡下得",
    },
    Candidate {
        named: Named { name: "Shift_JIS", iconv: "SHIFT_JIS" },
        encoding: SHIFT_JIS,
        common: HIRAGANA,
    },
    Candidate { named: Named { name: "EUC-JP", iconv: "EUC-JP" }, encoding: EUC_JP, common: HIRAGANA },
    Candidate {
        named: Named { name: "EUC-KR", iconv: "EUC-KR" },
        encoding: EUC_KR,
        common: "이다는을에의가고하지를은도한로나그서리사아기어시있었자들으것",
    },
];

/// The encoding that `bytes` are most likely in; none where nothing tells.
pub(super) fn guess(bytes: &[u8]) -> Option<Named> {
    by_mark(bytes).or_else(|| by_zeros(bytes)).or_else(|| by_language(bytes))
}

fn by_mark(bytes: &[u8]) -> Option<Named> {
    match bytes {
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => Some(UTF_32),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => Some(UTF_16),
        _ => None,
    }
}

/// UTF-16 without a mark: spaces and line ends leave an octet of their two zero.
fn by_zeros(bytes: &[u8]) -> Option<Named> {
    let (pairs, []) = bytes[..bytes.len().min(SAMPLE_OCTETS)].as_chunks::<2>() else { return None };
    let zeros = |at: usize| pairs.iter().filter(|pair| pair[at] == 0).count();
    let is_enough = |count: usize| count * 50 > pairs.len();
    match (zeros(0), zeros(1)) {
        (0, low) if is_enough(low) => Some(UTF_16LE),
        (high, 0) if is_enough(high) => Some(UTF_16BE),
        _ => None,
    }
}

fn by_language(bytes: &[u8]) -> Option<Named> {
    let sample = whole_lines(bytes);
    if sample.windows(3).any(|three| matches!(three, b"\x1b$B" | b"\x1b$@")) {
        return Some(ISO_2022_JP);
    }
    let shares = CANDIDATES.iter().filter_map(|candidate| Some((candidate.share(sample)?, candidate)));
    let (share, best) = shares.max_by_key(|(share, _)| *share)?;
    (share >= COMMON_PERCENT).then_some(best.named)
}

/// The beginning of `bytes`, ended at a line end so that no character is cut.
fn whole_lines(bytes: &[u8]) -> &[u8] {
    match bytes.get(..SAMPLE_OCTETS) {
        Some(sample) => &sample[..sample.iter().rposition(|b| *b == b'\n').map_or(sample.len(), |at| at + 1)],
        None => bytes,
    }
}

impl Candidate {
    /// How many in a hundred characters are common ones, if the octets are valid at all.
    fn share(&self, sample: &[u8]) -> Option<usize> {
        let text = self.encoding.decode_without_bom_handling_and_without_replacement(sample)?;
        let (mut beyond, mut common) = (0, 0);
        for c in text.chars().filter(|c| !c.is_ascii()) {
            beyond += 1;
            common += usize::from(self.common.contains(c));
        }
        if beyond >= ENOUGH { Some(common * 100 / beyond) } else { None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HANT: &str = "外婆寫信有一個規矩：寫好了，不馬上寄。信要在抽屜裡放一夜，第二天早上再讀一遍。\r\n";
    const HANS: &str = "订阅是一种礼貌：你把名字留下，我就知道有人在等。写信的人最怕的不是没有回信。\n";
    const JAPANESE: &str =
        "　余白を送るということについて、このところ考えている。手紙の余白は、声の息つぎに似ている。\n";
    const KOREAN: &str =
        "편지를 쓰는 사람은 언제나 조금 늦게 도착하는 말을 고른다. 그것은 기다리는 마음이다.\n";

    #[test]
    fn an_encoding_is_known_by_its_commonest_characters() {
        for (text, encoding, want) in [
            (HANT, BIG5, "Big5"),
            (HANS, GB18030, "GB18030"),
            (HANT, GB18030, "GB18030"),
            (JAPANESE, SHIFT_JIS, "Shift_JIS"),
            (JAPANESE, EUC_JP, "EUC-JP"),
            (KOREAN, EUC_KR, "EUC-KR"),
        ] {
            let (bytes, _, is_lossy) = encoding.encode(text);
            assert!(!is_lossy, "given {text}");
            assert_eq!(guess(&bytes).map(|named| named.name), Some(want), "given {text}");
            let long = bytes.repeat(600);
            assert_eq!(guess(&long).map(|named| named.name), Some(want), "given {text} often");
        }
    }

    #[test]
    fn sixteen_bit_forms_are_known_with_and_without_their_mark() {
        let little: Vec<u8> = "On maps\n論".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = "On maps\n論".encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(guess(&little), Some(UTF_16LE));
        assert_eq!(guess(&big), Some(UTF_16BE));
        assert_eq!(guess(&[&[0xff, 0xfe][..], &little].concat()), Some(UTF_16));
        assert_eq!(guess(b"\xff\xfe\0\0a\0\0\0"), Some(UTF_32));
        assert_eq!(guess(b"\x1b$B$\"\x1b(B\n"), Some(ISO_2022_JP));
    }

    #[test]
    fn what_may_be_anything_is_not_guessed() {
        assert_eq!(guess(b"caf\xe9 cr\xe8me\n"), None);
        assert_eq!(guess(b"a\nb\xa4\xa4\n"), None);
    }
}
