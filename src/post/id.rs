//! New ids: `tag:` URIs (RFC 4151) in ASCII.

use jiff::civil::Date;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::post::PostId;

/// Everything but what may stand in a `tag:` URI as it is (RFC 3986 §2.3, unreserved).
const NAME: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// `tag:AUTHORITY,DATE:NAME`; letters beyond ASCII are percent-encoded.
pub(super) fn mint(authority: &str, date: Date, name: &str) -> PostId {
    let authority = utf8_percent_encode(authority, NAME);
    let name = utf8_percent_encode(name, NAME);
    format!("tag:{authority},{}:{name}", date.strftime("%Y-%m-%d"))
        .parse()
        .expect("a scheme and encoded text")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_a_tag_uri_in_ascii() {
        let date = jiff::civil::date(2026, 3, 1);
        assert_eq!(mint("example.org", date, "on-maps").as_str(), "tag:example.org,2026-03-01:on-maps");
        assert_eq!(
            mint("example.org", date, "地圖 #1").as_str(),
            "tag:example.org,2026-03-01:%E5%9C%B0%E5%9C%96%20%231"
        );
    }
}
