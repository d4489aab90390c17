//! From a request to its answer.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream;
use http_body_util::{BodyExt, StreamBody};
use hyper::body::Frame;
use hyper::header::{self, HeaderValue};
use hyper::{Method, Request, Response, StatusCode};
use percent_encoding::percent_decode_str;
use serde_json::json;
use tokio::sync::watch;
use tokio::time::timeout;

use super::open_pages::OpenPages;
use super::reply::{Body, Sending, Source, etag_of, etag_of_file, plain, words};
use super::tree::Content;
use super::{Shown, guard, kinds, page};

/// What every request is answered from.
#[derive(Clone)]
pub(super) struct Service {
    pub(super) shown: watch::Receiver<Arc<Shown>>,
    /// Path of the publication's address, with `/` at both ends.
    pub(super) base: Arc<str>,
    pub(super) open_pages: OpenPages,
}

/// So often a browser hears that the server is there.
const HEARTBEAT: Duration = Duration::from_secs(20);

impl Service {
    pub(super) fn answer<B>(&self, request: &Request<B>) -> Response<Body> {
        if !guard::is_local(request.headers()) {
            return words(StatusCode::FORBIDDEN, "Ask for this machine by its address, or as localhost.\n");
        }
        let method = request.method();
        if *method != Method::GET && *method != Method::HEAD {
            let mut response = words(StatusCode::METHOD_NOT_ALLOWED, "There is only GET and HEAD.\n");
            response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
            return response;
        }
        match request.uri().path() {
            page::EVENTS_PATH => self.events(request.uri().query()),
            page::SCRIPT_PATH => self.script(request),
            path => self.file(path, request),
        }
    }

    fn script<B>(&self, request: &Request<B>) -> Response<Body> {
        let octets = Bytes::from_static(page::SCRIPT.as_bytes());
        let etag = etag_of(&octets, "");
        let media_type = kinds::media_type("live.js");
        let sending = Sending { status: StatusCode::OK, media_type, etag, source: Source::Octets(octets) };
        sending.answer(request.headers(), *request.method() == Method::GET)
    }

    fn file<B>(&self, path: &str, request: &Request<B>) -> Response<Body> {
        let shown = Arc::clone(&self.shown.borrow());
        let wants_body = *request.method() == Method::GET;
        let Some(tree) = &shown.tree else {
            let mut response = plain(StatusCode::SERVICE_UNAVAILABLE, &kinds::media_type(".html"));
            *response.body_mut() = http_body_util::Full::new(page::shell(&shown.error_text()).into()).boxed();
            return response;
        };
        if !path.starts_with(&*self.base) {
            return match path == "/" || *path == self.base[..self.base.len() - 1] {
                true => sent_on(&self.base),
                false => shown.not_found(request),
            };
        }
        let Some(name) = self.name_of(path) else { return shown.not_found(request) };
        match tree.get(&name) {
            Some(content) => {
                shown.sending(&name, content, StatusCode::OK).answer(request.headers(), wants_body)
            }
            None if tree.holds(&format!("{name}/index.html")) => {
                let query = request.uri().query().map(|query| format!("?{query}")).unwrap_or_default();
                sent_on(&format!("{path}/{query}"))
            }
            None => shown.not_found(request),
        }
    }

    /// The file in the public tree that stands at `path`; none where nothing can.
    fn name_of(&self, path: &str) -> Option<String> {
        let name = percent_decode_str(path.strip_prefix(&*self.base)?).decode_utf8().ok()?;
        let is_folder = name.is_empty() || name.ends_with('/');
        Some(if is_folder { format!("{name}index.html") } else { name.into_owned() })
    }

    /// What is shown, now and whenever it changes (Server-Sent Events, HTML §9.2). Who asks says at which
    /// path they are.
    fn events(&self, path: Option<&str>) -> Response<Body> {
        let seat = path.and_then(|path| self.name_of(path)).map(|page| self.open_pages.take(page));
        let mut shown = self.shown.clone();
        shown.mark_changed();
        let events = stream::unfold((shown, seat), |(mut shown, seat)| async move {
            let text = match timeout(HEARTBEAT, shown.changed()).await {
                Ok(changed) => {
                    changed.ok()?;
                    event(&shown.borrow_and_update())
                }
                Err(_) => ": still here\n\n".to_owned(),
            };
            Some((Ok::<_, Infallible>(Frame::data(Bytes::from(text))), (shown, seat)))
        });
        let mut response = plain(StatusCode::OK, "text/event-stream");
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        *response.body_mut() = BodyExt::boxed(StreamBody::new(events));
        response
    }
}

fn event(shown: &Shown) -> String {
    let state = json!({ "files": shown.files, "errors": shown.errors });
    format!("retry: 500\ndata: {state}\n\n")
}

/// Elsewhere, for this time: a browser would keep a move for good.
fn sent_on(to: &str) -> Response<Body> {
    let mut response = words(StatusCode::TEMPORARY_REDIRECT, "");
    if let Ok(to) = HeaderValue::from_str(to) {
        response.headers_mut().insert(header::LOCATION, to);
    }
    response
}

impl Shown {
    fn sending(&self, path: &str, content: &Content, status: StatusCode) -> Sending {
        let media_type = kinds::media_type(path);
        match content {
            Content::File { path, octets, changed } => {
                let source = Source::File { path: path.clone(), octets: *octets };
                Sending { status, media_type, etag: etag_of_file(*octets, *changed), source }
            }
            Content::Octets(octets, _) if kinds::is_page(path) => {
                let octets = octets.to_vec();
                let marks = self.tree.as_ref().map(|tree| tree.marks().clone()).unwrap_or_default();
                let etag = etag_of(&octets, &format!("{marks:?}"));
                let page = page::with_script(&octets, &etag, path, &marks);
                Sending { status, media_type, etag, source: Source::Octets(page.into()) }
            }
            Content::Octets(octets, _) => {
                let octets = Bytes::from(octets.to_vec());
                Sending { status, media_type, etag: etag_of(&octets, ""), source: Source::Octets(octets) }
            }
        }
    }

    fn not_found<B>(&self, request: &Request<B>) -> Response<Body> {
        let page = self.tree.as_ref().and_then(|tree| tree.get("404.html"));
        match page {
            Some(content) => self
                .sending("404.html", content, StatusCode::NOT_FOUND)
                .answer(request.headers(), *request.method() == Method::GET),
            None => words(StatusCode::NOT_FOUND, "There is nothing here.\n"),
        }
    }
}
