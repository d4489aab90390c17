//! The ways to leave: what stands in `List-Unsubscribe` and behind the visible link (RFC 2369, RFC 8058).

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::address::EmailAddress;
use crate::message::{Leave, field};

/// Letters that a `mailto` URL carries as they are (RFC 6068 §2).
const MAILTO: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'+');

/// What stands before the token, for each way that exists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct LeaveWays {
    /// The better one first.
    prefixes: Vec<String>,
}

impl LeaveWays {
    pub(super) fn new(leave: &Leave) -> Self {
        let prefixes = match leave {
            Leave::Web { service } => vec![page(service)],
            Leave::Mail { address } => vec![letter(address)],
            Leave::Both { service, address } => vec![page(service), letter(address)],
        };
        Self { prefixes }
    }

    /// The URL a reader clicks.
    pub(super) fn visible(&self, token: &str) -> String {
        format!("{}{token}", self.prefixes[0])
    }

    /// Appends `List-Unsubscribe`, and `List-Unsubscribe-Post` where a click is enough.
    ///
    /// RFC 8058 §3.1 promises one click only for an https URL.
    pub(super) fn push_fields(&self, out: &mut String, token: &str) {
        let urls: Vec<String> = self.prefixes.iter().map(|prefix| format!("{prefix}{token}")).collect();
        field::urls(out, "List-Unsubscribe", urls.iter().map(String::as_str));
        if self.prefixes[0].starts_with("https:") {
            field::plain(out, "List-Unsubscribe-Post", "List-Unsubscribe=One-Click");
        }
    }

    /// Octets of the longest prefix.
    pub(super) fn longest_octets(&self) -> usize {
        self.prefixes.iter().map(String::len).max().unwrap_or_default()
    }
}

/// `SERVICE/leave/`.
fn page(service: &Url) -> String {
    let mut url = service.clone();
    url.set_query(None);
    url.set_fragment(None);
    format!("{}/leave/", url.as_str().trim_end_matches('/'))
}

/// `mailto:ADDRESS?subject=leave%20`.
fn letter(address: &EmailAddress) -> String {
    let local = utf8_percent_encode(address.local_part(), MAILTO);
    format!("mailto:{local}@{}?subject=leave%20", address.domain())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(leave: &Leave) -> String {
        let mut out = String::new();
        LeaveWays::new(leave).push_fields(&mut out, "TOKEN");
        out
    }

    #[test]
    fn a_click_is_promised_only_where_https_answers() {
        let address: EmailAddress = "leave@example.org".parse().unwrap();
        let service: Url = "https://letters.example.org/".parse().unwrap();
        let in_clear: Url = "http://127.0.0.1:8080/mail/".parse().unwrap();
        let mailto = "<mailto:leave@example.org?subject=leave%20TOKEN>";
        let https = "<https://letters.example.org/leave/TOKEN>";
        let one_click = "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n";
        for (leave, want) in [
            (Leave::Mail { address: address.clone() }, format!("List-Unsubscribe: {mailto}\r\n")),
            (Leave::Web { service: service.clone() }, format!("List-Unsubscribe: {https}\r\n{one_click}")),
            (
                Leave::Both { service, address },
                format!("List-Unsubscribe: {https},\r\n {mailto}\r\n{one_click}"),
            ),
            (
                Leave::Web { service: in_clear },
                "List-Unsubscribe: <http://127.0.0.1:8080/mail/leave/TOKEN>\r\n".to_owned(),
            ),
        ] {
            assert_eq!(fields(&leave), want);
        }
    }

    #[test]
    fn an_odd_local_part_is_percent_encoded_in_a_mailto_url() {
        let leave = Leave::Mail { address: r#""a?b"@example.org"#.parse().unwrap() };
        assert_eq!(LeaveWays::new(&leave).visible("T"), "mailto:%22a%3Fb%22@example.org?subject=leave%20T");
    }
}
