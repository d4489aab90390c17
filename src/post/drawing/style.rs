//! What a style sheet fetches, as far as a drawing has one.

use crate::post::drawing::foreign::is_elsewhere;

/// What an address may follow.
const BEFORE: [&str; 4] = ["url(", "@import", "image-set(", "src("];

/// Whether `css` names something of another host to be fetched.
pub fn is_of_another_host(css: &str) -> bool {
    let css = plain(css);
    BEFORE.iter().flat_map(|before| css.match_indices(before)).any(|(at, before)| {
        let address = css[at + before.len()..].trim_start().trim_start_matches(['"', '\'']);
        is_elsewhere(address) && !is_of_a_name(&css[..at])
    })
}

/// Whether what follows `css` only names what elements are: nobody fetches an XML namespace.
fn is_of_a_name(css: &str) -> bool {
    let rule = css.rsplit([';', '}']).next().unwrap_or_default();
    rule.trim_start().starts_with("@namespace")
}

/// `css` without comments, its escapes read (CSS Syntax 3 §4.3.7), in small letters.
fn plain(css: &str) -> String {
    let mut plain = String::with_capacity(css.len());
    let mut rest = css;
    while let Some(at) = rest.find(['/', '\\']) {
        plain.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some(comment) = rest.strip_prefix("/*") {
            rest = comment.split_once("*/").map_or("", |(_, after)| after);
        } else if let Some(escaped) = rest.strip_prefix('\\') {
            let (read, after) = unescaped(escaped);
            plain.extend(read);
            rest = after;
        } else {
            plain.push('/');
            rest = &rest[1..];
        }
    }
    plain.push_str(rest);
    plain.to_ascii_lowercase()
}

/// The character that is `escaped`, and what follows it.
fn unescaped(escaped: &str) -> (Option<char>, &str) {
    let digits = escaped.bytes().take(6).take_while(u8::is_ascii_hexdigit).count();
    if digits == 0 {
        let mut rest = escaped.chars();
        return (rest.next(), rest.as_str());
    }
    let (number, rest) = escaped.split_at(digits);
    let read = u32::from_str_radix(number, 16).ok().and_then(char::from_u32);
    (read, rest.strip_prefix([' ', '\t', '\n']).unwrap_or(rest))
}
