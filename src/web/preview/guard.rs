//! Who may ask: a page on another site must not read drafts through a name that leads here.

use std::net::IpAddr;

use hyper::header::{self, HeaderMap};
use url::Host;

/// Whether the `Host` of a request is a name of this machine: `localhost`, or an address.
///
/// A name in public DNS can be made to lead here after its page was loaded (DNS rebinding); an address cannot.
pub(super) fn is_local(headers: &HeaderMap) -> bool {
    let mut hosts = headers.get_all(header::HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else { return false };
    let Ok(host) = host.to_str() else { return false };
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|octet| octet.is_ascii_digit()) => name,
        _ => host,
    };
    let bare = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
    match Host::parse(name) {
        Ok(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Ok(_) => bare.parse::<IpAddr>().is_ok(),
        Err(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_and_localhost_are_answered() {
        let of = |host: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, host.parse().unwrap());
            is_local(&headers)
        };
        for host in
            ["localhost", "localhost:8000", "LOCALHOST:1", "127.0.0.1:8000", "[::1]:8000", "192.168.1.5"]
        {
            assert!(of(host), "{host}");
        }
        for host in [
            "evil.example",
            "evil.example:8000",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "",
            ":8000",
        ] {
            assert!(!of(host), "{host}");
        }
        assert!(!is_local(&HeaderMap::new()));
        let mut two = HeaderMap::new();
        for host in ["localhost", "evil.example"] {
            two.append(header::HOST, host.parse().unwrap());
        }
        assert!(!is_local(&two));
    }
}
