//! Relaxed canonicalisation: what remains of a mail when white space is taken lightly (RFC 6376 §3.4.2, §3.4.4).

use ring::digest::{Context, Digest, SHA256};

/// `Name : body` folded or not, as `name:body` on one line with CRLF.
pub(super) fn relaxed_field(field: &str) -> String {
    let (name, body) = field.split_once(':').unwrap_or((field, ""));
    let mut out = String::with_capacity(field.len());
    out.push_str(&name.trim_end().to_ascii_lowercase());
    out.push(':');
    let mut words = body.split([' ', '\t', '\r', '\n']).filter(|word| !word.is_empty());
    out.push_str(words.next().unwrap_or_default());
    for word in words {
        out.push(' ');
        out.push_str(word);
    }
    out.push_str("\r\n");
    out
}

/// SHA-256 of the body with runs of white space as one space, none at line ends, and no empty last lines.
pub(super) fn relaxed_body_digest(body: &[u8]) -> [u8; 32] {
    let mut context = Context::new(&SHA256);
    let mut empty_lines = 0;
    let mut relaxed = Vec::with_capacity(128);
    for line in body.split_inclusive(|octet| *octet == b'\n') {
        let line = if is_relaxed(line) {
            line
        } else {
            relax_line(line, &mut relaxed);
            &relaxed
        };
        if line == b"\r\n" {
            empty_lines += 1;
            continue;
        }
        for _ in 0..empty_lines {
            context.update(b"\r\n");
        }
        empty_lines = 0;
        context.update(line);
    }
    octets(context.finish())
}

/// Whether relaxing would leave the line as it is, as with nearly every line of our own making. Looks without branching,
/// so that the compiler takes many octets at once.
fn is_relaxed(line: &[u8]) -> bool {
    let Some(text) = line.strip_suffix(b"\r\n") else { return false };
    let is_odd = |octet: u8| u8::from(octet < b' ');
    let odd = text.iter().fold(0, |odd, octet| odd | is_odd(*octet));
    let pairs = text.iter().zip(text.get(1..).unwrap_or_default());
    let double = pairs.fold(0, |double, (a, b)| double | (u8::from(*a == b' ') & u8::from(*b == b' ')));
    odd | double == 0 && text.last() != Some(&b' ')
}

/// One line with its end, or the last one without, as a relaxed line with its end.
fn relax_line(line: &[u8], out: &mut Vec<u8>) {
    out.clear();
    for &octet in line.trim_ascii_end() {
        let octet = if octet == b'\t' { b' ' } else { octet };
        if octet != b' ' || out.last() != Some(&b' ') {
            out.push(octet);
        }
    }
    out.extend_from_slice(b"\r\n");
}

fn octets(digest: Digest) -> [u8; 32] {
    digest.as_ref().try_into().expect("SHA-256 gives 32 octets")
}

#[cfg(test)]
mod tests {
    use data_encoding::BASE64;
    use proptest::prelude::*;
    use ring::digest::digest;

    use super::*;

    #[test]
    fn the_example_of_rfc_6376_3_4_5_comes_out_as_printed() {
        assert_eq!(relaxed_field("A: X\r\n"), "a:X\r\n");
        assert_eq!(relaxed_field("B : Y\t\r\n\tZ  \r\n"), "b:Y Z\r\n");
        let want = digest(&SHA256, b" C\r\nD E\r\n");
        assert_eq!(relaxed_body_digest(b" C \r\nD \t E\r\n\r\n\r\n"), want.as_ref());
    }

    proptest! {
        #[test]
        fn the_digest_is_that_of_each_line_relaxed(body in "([ab \t\r\n]{0,8}(\r\n)?){0,8}") {
            let text = body.split('\n').map(|line| {
                let mut relaxed = Vec::new();
                relax_line(line.as_bytes(), &mut relaxed);
                String::from_utf8(relaxed).unwrap()
            });
            let all: String = text.collect();
            let lines = all.trim_end_matches("\r\n");
            let want = if lines.is_empty() { String::new() } else { format!("{lines}\r\n") };
            prop_assert_eq!(relaxed_body_digest(body.as_bytes()), octets(digest(&SHA256, want.as_bytes())));
        }
    }

    #[test]
    fn an_empty_body_has_the_digest_of_nothing() {
        for body in [&b""[..], b"\r\n", b" \t\r\n\r\n"] {
            let digest = BASE64.encode(&relaxed_body_digest(body));
            assert_eq!(digest, "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
        }
    }
}
