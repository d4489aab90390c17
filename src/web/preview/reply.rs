//! Answers to requests for files: conditions, ranges, headers (RFC 9110).

use std::convert::Infallible;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use data_encoding::HEXLOWER;
use futures_util::stream;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::Frame;
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use hyper::{Response, StatusCode};
use ring::digest::{SHA256, digest};

/// What an answer carries.
pub(super) type Body = BoxBody<Bytes, Infallible>;

/// A file as it is sent.
pub(super) struct Sending {
    pub(super) status: StatusCode,
    pub(super) media_type: String,
    /// A strong validator (RFC 9110 §8.8.3), in its quotes.
    pub(super) etag: String,
    pub(super) source: Source,
}

/// Where the octets come from.
pub(super) enum Source {
    Octets(Bytes),
    File { path: PathBuf, octets: u64 },
}

/// The validator of `octets`, which also changes with `more`.
pub(super) fn etag_of(octets: &[u8], more: &str) -> String {
    let whole = [digest(&SHA256, octets).as_ref(), more.as_bytes()].concat();
    format!("\"{}\"", &HEXLOWER.encode(digest(&SHA256, &whole).as_ref())[..24])
}

/// The validator of a file that is not read for it.
pub(super) fn etag_of_file(octets: u64, changed: Option<SystemTime>) -> String {
    let since = changed.and_then(|changed| changed.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
    format!("\"{octets:x}-{:x}\"", since.as_nanos())
}

impl Sending {
    /// The answer to a request with `headers`; of one for the head alone the body is left out by whoever sends it.
    pub(super) fn answer(self, headers: &HeaderMap, wants_body: bool) -> Response<Body> {
        let asked = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
        let is_found = self.status == StatusCode::OK;
        if is_found && asked(header::IF_NONE_MATCH).is_some_and(|tags| lists(tags, &self.etag)) {
            return self.with(StatusCode::NOT_MODIFIED, None, false);
        }
        let is_same = asked(header::IF_RANGE).is_none_or(|tag| tag == self.etag);
        let range = asked(header::RANGE).filter(|_| is_found && is_same && wants_body);
        match range.map(|range| part(range, self.source.octets())) {
            Some(Part::Of(range)) => self.with(StatusCode::PARTIAL_CONTENT, Some(range), wants_body),
            Some(Part::Beyond) => self.beyond(),
            Some(Part::Ignored) | None => {
                let status = self.status;
                self.with(status, None, wants_body)
            }
        }
    }

    fn with(self, status: StatusCode, range: Option<Range<u64>>, has_body: bool) -> Response<Body> {
        let octets = self.source.octets();
        let sent = range.clone().unwrap_or(0..octets);
        let mut response = plain(status, &self.media_type);
        let headers = response.headers_mut();
        headers.insert(header::ETAG, text(&self.etag));
        headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
        if let Some(Range { start, end }) = range {
            headers.insert(header::CONTENT_RANGE, text(&format!("bytes {start}-{}/{octets}", end - 1)));
        }
        if status != StatusCode::NOT_MODIFIED {
            headers.insert(header::CONTENT_LENGTH, HeaderValue::from(sent.end - sent.start));
        }
        if has_body {
            *response.body_mut() = self.source.body(sent);
        }
        response
    }

    fn beyond(self) -> Response<Body> {
        let mut response = plain(StatusCode::RANGE_NOT_SATISFIABLE, "text/plain; charset=utf-8");
        let range = text(&format!("bytes */{}", self.source.octets()));
        response.headers_mut().insert(header::CONTENT_RANGE, range);
        response
    }
}

impl Source {
    fn octets(&self) -> u64 {
        match self {
            Self::Octets(octets) => octets.len() as u64,
            Self::File { octets, .. } => *octets,
        }
    }

    fn body(self, range: Range<u64>) -> Body {
        match self {
            Self::Octets(octets) => {
                let at = |place: u64| usize::try_from(place).expect("a place in memory");
                Full::new(octets.slice(at(range.start)..at(range.end))).boxed()
            }
            Self::File { path, .. } => from_disk(path, range),
        }
    }
}

/// Octets read at once from a file.
const BLOCK: u64 = 256 * 1024;

/// A part of a file, read as it is sent. It ends early where the file became shorter meanwhile.
fn from_disk(path: PathBuf, range: Range<u64>) -> Body {
    let blocks = stream::unfold((path, range), |(path, range)| async move {
        if range.is_empty() {
            return None;
        }
        let next = range.start.saturating_add(BLOCK).min(range.end);
        let (from, start) = (path.clone(), range.start);
        let read = tokio::task::spawn_blocking(move || read_part(&from, start, next - start));
        let block = read.await.ok()?.ok().filter(|block| !block.is_empty())?;
        Some((Ok(Frame::data(Bytes::from(block))), (path, next..range.end)))
    });
    BodyExt::boxed(StreamBody::new(blocks))
}

fn read_part(path: &std::path::Path, start: u64, octets: u64) -> std::io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(start))?;
    let mut block = Vec::new();
    file.take(octets).read_to_end(&mut block)?;
    Ok(block)
}

/// An answer without a body, for a browser that keeps nothing unasked.
pub(super) fn plain(status: StatusCode, media_type: &str) -> Response<Body> {
    let mut response = Response::new(Full::default().boxed());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, text(media_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// An answer of a few words.
pub(super) fn words(status: StatusCode, words: &'static str) -> Response<Body> {
    let mut response = plain(status, "text/plain; charset=utf-8");
    *response.body_mut() = Full::new(Bytes::from_static(words.as_bytes())).boxed();
    response
}

fn text(value: &str) -> HeaderValue {
    HeaderValue::from_str(value).expect("ASCII of our own")
}

/// Whether `tags`, a list, holds `etag` or is `*`. Weak ones count (RFC 9110 §13.1.2).
fn lists(tags: &str, etag: &str) -> bool {
    tags.split(',').map(str::trim).any(|tag| tag == "*" || tag.trim_start_matches("W/") == etag)
}

/// What a `Range` asks of `octets`.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Of(Range<u64>),
    Beyond,
    /// Another unit, several ranges, or no range at all: all of it is sent (RFC 9110 §14.2).
    Ignored,
}

fn part(range: &str, octets: u64) -> Part {
    let Some((first, last)) = range.strip_prefix("bytes=").and_then(|range| range.split_once('-')) else {
        return Part::Ignored;
    };
    let (first, last) = (first.trim(), last.trim());
    let (start, end) = match (first.parse::<u64>(), last.parse::<u64>()) {
        (Ok(start), Ok(last)) if start <= last => (start, last.saturating_add(1).min(octets)),
        (Ok(start), Err(_)) if last.is_empty() => (start, octets),
        (Err(_), Ok(suffix)) if first.is_empty() => (octets.saturating_sub(suffix), octets),
        _ => return Part::Ignored,
    };
    if start < end { Part::Of(start..end) } else { Part::Beyond }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_read_as_it_is_meant() {
        for (range, want) in [
            ("bytes=0-0", Part::Of(0..1)),
            ("bytes=2-", Part::Of(2..10)),
            ("bytes=-3", Part::Of(7..10)),
            ("bytes=-30", Part::Of(0..10)),
            ("bytes=8-99", Part::Of(8..10)),
            ("bytes=10-", Part::Beyond),
            ("bytes=-0", Part::Beyond),
            ("bytes=0-18446744073709551615", Part::Of(0..10)),
            ("bytes=5-2", Part::Ignored),
            ("bytes=0-1,3-4", Part::Ignored),
            ("items=0-1", Part::Ignored),
            ("bytes=-", Part::Ignored),
            ("bytes=a-b", Part::Ignored),
        ] {
            assert_eq!(part(range, 10), want, "{range}");
        }
    }

    #[test]
    fn a_validator_is_found_in_a_list() {
        for (tags, want) in [
            ("\"a\"", true),
            ("W/\"a\"", true),
            ("\"b\", \"a\"", true),
            ("*", true),
            ("\"b\"", false),
            ("a", false),
        ] {
            assert_eq!(lists(tags, "\"a\""), want, "{tags}");
        }
    }
}
