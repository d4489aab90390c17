//! A server's words, fit to be kept: evidence, but no reader's address.

use crate::address::mask;

/// Most characters of a reply that are kept.
const MAX_CHARS: usize = 300;

/// The reply in one line with every address in it masked, since servers repeat the forward-path.
pub(super) fn kept(reply: &str) -> String {
    let words = reply.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    let line = mask(&words.collect::<Vec<_>>().join(" "));
    match line.char_indices().nth(MAX_CHARS) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_is_kept_without_the_address_it_repeats() {
        for (given, want) in [
            ("250 2.0.0 Ok: queued as 4B1C2D", "250 2.0.0 Ok: queued as 4B1C2D"),
            ("550 5.1.1 <ada@example.org>: no such user", "550 5.1.1 <…@…>: no such user"),
            ("451 try\r\n451 later\t ada@example.org", "451 try 451 later …@…"),
            ("", ""),
        ] {
            assert_eq!(kept(given), want, "given {given:?}");
        }
        assert_eq!(kept(&"あ".repeat(400)).chars().count(), MAX_CHARS + 1);
    }
}
