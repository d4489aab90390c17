//! What a header section says of where and when to ask again.

use std::time::Duration;

use hyper::header::{self, HeaderMap};
use hyper::{Method, Response, StatusCode};
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use url::Url;

use crate::web::WebError;

/// Where an answer from `url` sends on to; none where it is an answer itself.
///
/// # Errors
///
/// If it sends to another host, or a post to where it would become something else.
pub(super) fn target<B>(url: &Url, method: &Method, response: &Response<B>) -> Result<Option<Url>, WebError> {
    let is_kept = [StatusCode::TEMPORARY_REDIRECT, StatusCode::PERMANENT_REDIRECT];
    let is_changed = [StatusCode::MOVED_PERMANENTLY, StatusCode::FOUND, StatusCode::SEE_OTHER];
    let status = response.status();
    if !is_kept.contains(&status) && !is_changed.contains(&status) {
        return Ok(None);
    }
    let location = response.headers().get(header::LOCATION).map(|to| String::from_utf8_lossy(to.as_bytes()));
    let to = location.unwrap_or_default().into_owned();
    let host = url.host_str().unwrap_or_default().to_owned();
    let refused = |why| Err(WebError::Redirect { host: host.clone(), to: to.clone(), why });
    let Ok(next) = url.join(&to) else { return refused("expected an address") };
    if !is_same_host(url, &next) {
        return refused("only the same host is followed");
    }
    if *method == Method::POST && !is_kept.contains(&status) {
        return refused("a post is not sent on");
    }
    Ok(Some(next))
}

/// Whether both are one host, by the same way or from http to https.
fn is_same_host(from: &Url, to: &Url) -> bool {
    let is_same_way = from.scheme() == to.scheme() && from.port() == to.port();
    let is_upgrade = from.scheme() == "http" && to.scheme() == "https" && to.port().is_none();
    from.host() == to.host() && (is_same_way || is_upgrade)
}

/// How long an answer asks to be left alone: in seconds, or until a time, seen from its own `Date`.
pub(super) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name| headers.get(name)?.to_str().ok().map(str::trim);
    let wanted = text(header::RETRY_AFTER)?;
    if let Ok(secs) = wanted.parse() {
        return Some(Duration::from_secs(secs));
    }
    let moment = |text: &str| Some(rfc2822::parse(text).ok()?.timestamp());
    let (until, now): (Timestamp, Timestamp) = (moment(wanted)?, moment(text(header::DATE)?)?);
    Some(until.duration_since(now).try_into().unwrap_or(Duration::ZERO))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent_on(from: &str, method: &Method, status: u16, to: &str) -> Result<Option<String>, String> {
        let response = Response::builder().status(status).header("location", to).body(()).unwrap();
        let found = target(&from.parse().unwrap(), method, &response);
        found.map(|url| url.map(String::from)).map_err(|error| error.to_string())
    }

    #[test]
    fn a_redirect_is_followed_on_the_same_host_only() {
        for (from, to, want) in [
            ("https://hub.example/", "/push", "https://hub.example/push"),
            ("http://hub.example/", "https://hub.example/", "https://hub.example/"),
            ("https://hub.example:8443/", "//hub.example:8443/a", "https://hub.example:8443/a"),
        ] {
            assert_eq!(sent_on(from, &Method::POST, 308, to), Ok(Some(want.to_owned())), "{from} to {to}");
        }
        for (from, to) in [
            ("https://hub.example/", "https://other.example/"),
            ("https://hub.example/", "http://hub.example/"),
            ("http://hub.example/", "http://hub.example:6379/"),
            ("http://hub.example/", "https://hub.example:8443/"),
            ("https://hub.example/", "//[::1]/"),
            ("https://hub.example/", "file:///etc/passwd"),
        ] {
            let error = sent_on(from, &Method::GET, 302, to).unwrap_err();
            assert_eq!(error, format!("hub.example sends on to `{to}`: only the same host is followed"));
        }
    }

    #[test]
    fn a_post_is_not_sent_on_to_where_it_would_become_something_else() {
        let error = sent_on("http://hub.example/", &Method::POST, 301, "https://hub.example/").unwrap_err();
        assert_eq!(error, "hub.example sends on to `https://hub.example/`: a post is not sent on");
        let got = sent_on("http://hub.example/", &Method::GET, 301, "https://hub.example/");
        assert_eq!(got, Ok(Some("https://hub.example/".to_owned())));
        assert_eq!(sent_on("http://hub.example/", &Method::GET, 200, "https://hub.example/"), Ok(None));
    }

    #[test]
    fn retry_after_is_read_in_seconds_and_as_a_date() {
        let asked = |pairs: &[(&'static str, &str)]| {
            let mut headers = HeaderMap::new();
            pairs.iter().for_each(|(name, value)| drop(headers.insert(*name, value.parse().unwrap())));
            retry_after(&headers).map(|wait| wait.as_secs())
        };
        let date = ("date", "Sun, 22 Nov 2026 09:00:00 GMT");
        assert_eq!(asked(&[("retry-after", "120")]), Some(120));
        assert_eq!(asked(&[("retry-after", "Sun, 22 Nov 2026 09:00:30 GMT"), date]), Some(30));
        assert_eq!(asked(&[("retry-after", "Sun, 22 Nov 2026 08:00:00 GMT"), date]), Some(0));
        assert_eq!(asked(&[("retry-after", "Sun, 22 Nov 2026 09:00:30 GMT")]), None);
        assert_eq!(asked(&[("retry-after", "soon"), date]), None);
        assert_eq!(asked(&[]), None);
    }
}
