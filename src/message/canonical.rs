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
    let mut line_text = Vec::with_capacity(128);
    for line in body.split(|octet| *octet == b'\n') {
        relax_line(line.strip_suffix(b"\r").unwrap_or(line), &mut line_text);
        if line_text.is_empty() {
            empty_lines += 1;
            continue;
        }
        for _ in 0..empty_lines {
            context.update(b"\r\n");
        }
        empty_lines = 0;
        line_text.extend_from_slice(b"\r\n");
        context.update(&line_text);
    }
    octets(context.finish())
}

fn relax_line(line: &[u8], out: &mut Vec<u8>) {
    out.clear();
    for &octet in line.trim_ascii_end() {
        let octet = if octet == b'\t' { b' ' } else { octet };
        if octet != b' ' || out.last() != Some(&b' ') {
            out.push(octet);
        }
    }
}

fn octets(digest: Digest) -> [u8; 32] {
    digest.as_ref().try_into().expect("SHA-256 gives 32 octets")
}

#[cfg(test)]
mod tests {
    use data_encoding::BASE64;
    use ring::digest::digest;

    use super::*;

    #[test]
    fn the_example_of_rfc_6376_3_4_5_comes_out_as_printed() {
        assert_eq!(relaxed_field("A: X\r\n"), "a:X\r\n");
        assert_eq!(relaxed_field("B : Y\t\r\n\tZ  \r\n"), "b:Y Z\r\n");
        let want = digest(&SHA256, b" C\r\nD E\r\n");
        assert_eq!(relaxed_body_digest(b" C \r\nD \t E\r\n\r\n\r\n"), want.as_ref());
    }

    #[test]
    fn an_empty_body_has_the_digest_of_nothing() {
        for body in [&b""[..], b"\r\n", b" \t\r\n\r\n"] {
            let digest = BASE64.encode(&relaxed_body_digest(body));
            assert_eq!(digest, "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
        }
    }
}
