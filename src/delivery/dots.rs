//! Dot-stuffing (RFC 5321 §4.5.2).

/// Copies `body`, doubling each dot that begins a line.
pub(super) fn stuff_dots(body: &[u8], out: &mut Vec<u8>) {
    out.reserve(body.len() + 64);
    if body.first() == Some(&b'.') {
        out.push(b'.');
    }
    if !has_dot_at_line_start(body) {
        return out.extend_from_slice(body);
    }
    for line in body.split_inclusive(|octet| *octet == b'\n') {
        if line.first() == Some(&b'.') && line.as_ptr() != body.as_ptr() {
            out.push(b'.');
        }
        out.extend_from_slice(line);
    }
}

/// Looks at every octet without branching, so that the compiler takes many at once: our own encodings never have one.
fn has_dot_at_line_start(body: &[u8]) -> bool {
    let after = body.get(1..).unwrap_or_default();
    let pairs = body.iter().zip(after);
    pairs.fold(0, |found, (before, after)| found | (u8::from(*before == b'\n') & u8::from(*after == b'.')))
        != 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stuffed(body: &str) -> String {
        let mut out = Vec::new();
        stuff_dots(body.as_bytes(), &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_dot_that_begins_a_line_is_doubled_and_no_other() {
        for (given, want) in [
            ("", ""),
            (".", ".."),
            ("a.b", "a.b"),
            (".a\r\n.\r\nb.\r\n..", "..a\r\n..\r\nb.\r\n..."),
            ("a\r\n\r\n.\r\n", "a\r\n\r\n..\r\n"),
        ] {
            assert_eq!(stuffed(given), want, "given {given:?}");
        }
    }
}
