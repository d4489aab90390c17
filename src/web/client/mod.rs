//! Asks one server one thing: HTTP/1.1 over a connection whose address was judged first.
//!
//! In: a URL, and what to post there. Out: an [`Answer`]. Every step has a time limit, header section and body a bound.
//! Redirects are followed on the same host only, a few times; each is looked up and judged anew. The environment's
//! proxies are not used: a proxy would look the name up again, and connect to what nobody judged.

mod connect;
mod reach;
mod redirect;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper::header::{self, HeaderValue};
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use url::{Url, form_urlencoded};

use self::connect::Destination;
use super::{Step, WebError};

pub use reach::Reach;

/// How long each step may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    pub lookup: Duration,
    /// For each address of the name.
    pub connect: Duration,
    pub handshake: Duration,
    /// From the request to the end of the answer's header section.
    pub answer: Duration,
    /// For the whole body.
    pub body: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        let secs = Duration::from_secs;
        Self { lookup: secs(5), connect: secs(5), handshake: secs(10), answer: secs(20), body: secs(30) }
    }
}

/// Octets that the header section of an answer may have.
const MOST_HEAD_OCTETS: usize = 32 * 1024;

/// Requests that one question may take.
const MOST_HOPS: usize = 4;

const USER_AGENT: HeaderValue = HeaderValue::from_static(concat!("Postrider/", env!("CARGO_PKG_VERSION")));

/// Asks servers.
#[derive(Clone, Debug)]
pub struct Client {
    reach: Reach,
    limits: Limits,
    tls: Arc<ClientConfig>,
}

/// What a server answered.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: StatusCode,
    /// How long it asks to be left alone (RFC 9110 §10.2.3).
    pub retry_after: Option<Duration>,
    pub body: Vec<u8>,
    /// Whether there was more than the bound allowed.
    pub is_cut: bool,
}

/// What is asked of a server.
struct Question {
    method: Method,
    form: Bytes,
    most_body_octets: usize,
}

impl Client {
    /// A client that believes servers by `tls`.
    pub fn new(reach: Reach, limits: Limits, tls: Arc<ClientConfig>) -> Self {
        Self { reach, limits, tls }
    }

    /// What stands at `url`, up to `most_octets` of it.
    ///
    /// # Errors
    ///
    /// If there is no answer in time, or the way there leads into a private network or to another host.
    pub async fn get(&self, url: &Url, most_octets: usize) -> Result<Answer, WebError> {
        let form = Bytes::new();
        self.ask(url, &Question { method: Method::GET, form, most_body_octets: most_octets }).await
    }

    /// Posts `fields` as a form; of the answer the first `most_octets` are kept.
    ///
    /// # Errors
    ///
    /// As [`Client::get`].
    pub async fn post(
        &self,
        url: &Url,
        fields: &[(&str, &str)],
        most_octets: usize,
    ) -> Result<Answer, WebError> {
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let form = Bytes::from(form);
        self.ask(url, &Question { method: Method::POST, form, most_body_octets: most_octets }).await
    }

    async fn ask(&self, url: &Url, question: &Question) -> Result<Answer, WebError> {
        let mut url = url.clone();
        for _ in 0..MOST_HOPS {
            let destination = Destination::of(&url)?;
            let response = self.exchange(&destination, &url, question).await?;
            match redirect::target(&url, &question.method, &response)? {
                Some(next) => url = next,
                None => return self.answer(&destination, response, question.most_body_octets).await,
            }
        }
        let host = url.host_str().unwrap_or_default().to_owned();
        Err(WebError::Redirect { host, to: url.into(), why: "that is once too often" })
    }

    /// One request and the header section of its answer.
    async fn exchange(
        &self,
        to: &Destination,
        url: &Url,
        question: &Question,
    ) -> Result<Response<Incoming>, WebError> {
        let wire = to.connect(self.reach, &self.limits, &self.tls).await?;
        let garbled = |source| WebError::Protocol { host: to.host.clone(), source };
        let talk = async {
            let mut builder = http1::Builder::new();
            let handshake = builder.max_buf_size(MOST_HEAD_OCTETS).handshake(TokioIo::new(wire)).await;
            let (mut sender, connection) = handshake.map_err(garbled)?;
            // It ends by itself: the request asks for the connection to be closed, and dropping the answer closes it.
            tokio::spawn(connection);
            sender.send_request(request(url, question)).await.map_err(garbled)
        };
        to.in_time(Step::Answer, self.limits.answer, talk).await?
    }

    async fn answer(
        &self,
        from: &Destination,
        response: Response<Incoming>,
        most_octets: usize,
    ) -> Result<Answer, WebError> {
        let (head, mut body) = response.into_parts();
        let mut octets = Vec::new();
        let read = async {
            while let Some(frame) = body.frame().await.transpose()? {
                octets.extend_from_slice(frame.data_ref().map_or(&[][..], |data| data));
                if octets.len() > most_octets {
                    octets.truncate(most_octets);
                    return Ok(true);
                }
            }
            Ok(false)
        };
        let is_cut = from.in_time(Step::Body, self.limits.body, read).await?;
        let is_cut = is_cut.map_err(|source| WebError::Protocol { host: from.host.clone(), source })?;
        let retry_after = redirect::retry_after(&head.headers);
        Ok(Answer { status: head.status, retry_after, body: octets, is_cut })
    }
}

fn request(url: &Url, question: &Question) -> Request<Full<Bytes>> {
    let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    let mut request = Request::builder()
        .method(&question.method)
        .uri(format!("{}{query}", url.path()))
        .header(header::HOST, format!("{}{port}", url.host_str().unwrap_or_default()))
        .header(header::USER_AGENT, USER_AGENT)
        .header(header::ACCEPT, "*/*")
        .header(header::ACCEPT_ENCODING, "identity")
        .header(header::CACHE_CONTROL, "no-cache")
        .header(header::CONNECTION, "close");
    if question.method == Method::POST {
        request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    }
    request.body(Full::new(question.form.clone())).expect("a parsed URL makes a request")
}
