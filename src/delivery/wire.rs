//! The socket under an SMTP connection.
//!
//! lettre opens the conversation over it; mails are spoken of through [`push`](Wire::push) and [`hear`](Wire::hear). Why
//! not lettre's own socket: it leaves Nagle's algorithm on and writes a body and its dot apart, which costs 41 ms a
//! mail; it reads a reply line of any length; it takes a reply that is not UTF-8 for a broken connection; and after
//! STARTTLS it goes on reading what came in the clear. This one
//!
//! - holds back what is written until somebody reads, so that a command, or a body with its dot, leaves in one write;
//! - counts the octets the network took, so that "the dot has left" is a fact and not a guess;
//! - hands out one reply line per read, ended by CRLF, in ASCII, bounded in length and number (RFC 5321 §4.5.3.1.5);
//! - changes to TLS in place and refuses octets that came before the handshake (RFC 3207 §6).

use std::fmt;
use std::future::poll_fn;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll, ready};

use lettre::transport::smtp::client::AsyncTokioStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::pki_types::ServerName;

use crate::delivery::dots::stuff_dots;
use crate::delivery::reply::{Fault, Reply};
use crate::delivery::reply_lines::ReplyLines;

/// Longest reply line taken, in octets; RFC 5321 §4.5.3.1.5 asks for 512.
const MAX_LINE_OCTETS: usize = 2048;
/// What of a line is handed on; lettre takes a longer one for a broken connection.
const KEPT_LINE_OCTETS: usize = 900;
/// Most lines of one reply.
const MAX_REPLY_LINES: usize = 64;
/// How much may wait before a write goes to the network without being read for.
const HELD_BACK_OCTETS: usize = 256 * 1024;

/// One end for lettre, one for the courier: clones share the socket.
#[derive(Clone)]
pub(super) struct Wire(Arc<Mutex<Line>>);

enum Socket {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
    /// Between the two.
    Changing,
}

struct Line {
    socket: Socket,
    peer: SocketAddr,
    outgoing: Vec<u8>,
    /// How much of `outgoing` the network has taken.
    taken: usize,
    /// Octets taken before what `outgoing` holds now.
    taken_before: u64,
    incoming: Vec<u8>,
    /// Lines of the reply that is being read.
    reply_lines: usize,
}

impl Wire {
    /// Wraps a connected socket.
    ///
    /// # Errors
    ///
    /// If the socket is no longer connected.
    pub(super) fn plain(socket: TcpStream) -> io::Result<Self> {
        let peer = socket.peer_addr()?;
        socket.set_nodelay(true)?;
        Ok(Self(Arc::new(Mutex::new(Line {
            socket: Socket::Plain(socket),
            peer,
            outgoing: Vec::with_capacity(16 * 1024),
            taken: 0,
            taken_before: 0,
            incoming: Vec::with_capacity(512),
            reply_lines: 0,
        }))))
    }

    /// Changes to TLS: at once for implicit TLS, or behind the reply to STARTTLS.
    ///
    /// # Errors
    ///
    /// If octets are waiting that came in the clear, or the handshake fails.
    pub(super) async fn upgrade(&self, tls: &TlsConnector, name: ServerName<'static>) -> io::Result<()> {
        let plain = self.line().take_plain()?;
        let encrypted = tls.connect(name, plain).await?;
        self.line().socket = Socket::Tls(Box::new(encrypted));
        Ok(())
    }

    pub(super) fn is_encrypted(&self) -> bool {
        matches!(self.line().socket, Socket::Tls(_))
    }

    /// Queues mail content, dot-stuffed (RFC 5321 §4.5.2), with the final dot. It leaves with the next read.
    ///
    /// Gives how many octets the network will have taken just before the line end that ends the content: as long
    /// as [`taken`](Self::taken) is not beyond it, the server cannot have seen the final dot.
    pub(super) fn push_content(&self, content: &[u8]) -> u64 {
        let mut line = self.line();
        let body = content.strip_suffix(b"\r\n").unwrap_or(content);
        stuff_dots(body, &mut line.outgoing);
        let before_dot = line.taken_before + line.outgoing.len() as u64;
        line.outgoing.extend_from_slice(b"\r\n.\r\n");
        before_dot
    }

    /// Queues commands. They leave with the next read.
    pub(super) fn push(&self, commands: fmt::Arguments<'_>) {
        self.line().outgoing.write_fmt(commands).expect("a Vec takes all octets");
    }

    /// Sends what is queued and reads the next reply.
    ///
    /// # Errors
    ///
    /// If the connection fails or what comes is no reply. Given up half-way, the connection is of no use any more.
    pub(super) async fn hear(&self) -> Result<Reply, Fault> {
        let mut lines = ReplyLines::default();
        poll_fn(|cx| self.line().poll_reply(cx, &mut lines)).await
    }

    /// Octets the network has taken since the socket was connected (before encryption).
    pub(super) fn taken(&self) -> u64 {
        let line = self.line();
        line.taken_before + line.taken as u64
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        self.0.lock().expect("nothing panics while it holds the line")
    }
}

impl Line {
    fn take_plain(&mut self) -> io::Result<TcpStream> {
        if !self.incoming.is_empty() {
            return Err(fault("octets before the TLS handshake: somebody is writing into this connection"));
        }
        match std::mem::replace(&mut self.socket, Socket::Changing) {
            Socket::Plain(socket) => Ok(socket),
            other => {
                self.socket = other;
                Err(fault("the connection is encrypted already"))
            }
        }
    }

    /// Gives the network everything that waits.
    fn poll_drain(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while self.taken < self.outgoing.len() {
            let waiting = &self.outgoing[self.taken..];
            match ready!(self.socket.poll_write(cx, waiting))? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                octets => self.taken += octets,
            }
        }
        self.taken_before += self.taken as u64;
        self.taken = 0;
        self.outgoing.clear();
        self.socket.poll_flush(cx)
    }

    /// Waits until a whole line is in `incoming`; gives its length with the LF, 0 at the end of the stream.
    fn poll_line(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let mut searched = 0;
        loop {
            if let Some(at) = self.incoming[searched..].iter().position(|octet| *octet == b'\n') {
                return Poll::Ready(Ok(searched + at + 1));
            }
            searched = self.incoming.len();
            if searched > MAX_LINE_OCTETS {
                return Poll::Ready(Err(fault("a reply line of more than 2048 octets")));
            }
            let mut room = [0; 1024];
            let mut space = ReadBuf::new(&mut room);
            ready!(self.socket.poll_read(cx, &mut space))?;
            if space.filled().is_empty() {
                return Poll::Ready(Ok(0));
            }
            self.incoming.extend_from_slice(space.filled());
        }
    }

    fn poll_reply(&mut self, cx: &mut Context<'_>, lines: &mut ReplyLines) -> Poll<Result<Reply, Fault>> {
        ready!(self.poll_drain(cx)).map_err(Fault::cut)?;
        loop {
            let octets = ready!(self.poll_line(cx)).map_err(Fault::cut)?;
            if octets == 0 {
                return Poll::Ready(Err(Fault::closed()));
            }
            let line = self.take_line(octets).map_err(Fault::cut)?;
            if let Some(reply) = lines.add(&line)? {
                return Poll::Ready(Ok(reply));
            }
        }
    }

    /// Takes a line of `octets` out and gives it in the form the parser knows.
    fn take_line(&mut self, octets: usize) -> io::Result<Vec<u8>> {
        let line = tidy(&self.incoming[..octets]);
        self.incoming.drain(..octets);
        self.reply_lines += 1;
        if self.reply_lines > MAX_REPLY_LINES {
            return Err(fault("a reply of more than 64 lines"));
        }
        if line.get(3) != Some(&b'-') {
            self.reply_lines = 0;
        }
        Ok(line)
    }
}

/// A reply line in printable ASCII, ended by CRLF, with a space behind a bare code (RFC 5321 §4.2: clients take both).
fn tidy(line: &[u8]) -> Vec<u8> {
    let text = line.strip_suffix(b"\n").unwrap_or(line);
    let text = text.strip_suffix(b"\r").unwrap_or(text);
    let kept = &text[..text.len().min(KEPT_LINE_OCTETS)];
    let mut tidied: Vec<u8> =
        kept.iter().map(|octet| if matches!(octet, b' '..=b'~') { *octet } else { b'?' }).collect();
    if tidied.len() == 3 {
        tidied.push(b' ');
    }
    tidied.extend_from_slice(b"\r\n");
    tidied
}

fn fault(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

impl Socket {
    fn poll_write(&mut self, cx: &mut Context<'_>, octets: &[u8]) -> Poll<io::Result<usize>> {
        match self {
            Self::Plain(socket) => Pin::new(socket).poll_write(cx, octets),
            Self::Tls(socket) => Pin::new(socket.as_mut()).poll_write(cx, octets),
            Self::Changing => Poll::Ready(Err(io::ErrorKind::NotConnected.into())),
        }
    }

    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self {
            Self::Plain(socket) => Pin::new(socket).poll_flush(cx),
            Self::Tls(socket) => Pin::new(socket.as_mut()).poll_flush(cx),
            Self::Changing => Poll::Ready(Err(io::ErrorKind::NotConnected.into())),
        }
    }

    fn poll_read(&mut self, cx: &mut Context<'_>, space: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self {
            Self::Plain(socket) => Pin::new(socket).poll_read(cx, space),
            Self::Tls(socket) => Pin::new(socket.as_mut()).poll_read(cx, space),
            Self::Changing => Poll::Ready(Err(io::ErrorKind::NotConnected.into())),
        }
    }

    fn poll_shutdown(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self {
            Self::Plain(socket) => Pin::new(socket).poll_shutdown(cx),
            Self::Tls(socket) => Pin::new(socket.as_mut()).poll_shutdown(cx),
            Self::Changing => Poll::Ready(Ok(())),
        }
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        space: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let mut line = self.line();
        ready!(line.poll_drain(cx))?;
        let octets = ready!(line.poll_line(cx))?;
        if octets == 0 {
            return Poll::Ready(Ok(()));
        }
        let tidied = line.take_line(octets)?;
        if space.remaining() < tidied.len() {
            return Poll::Ready(Err(fault("a reply line longer than the room for it")));
        }
        space.put_slice(&tidied);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Wire {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, octets: &[u8]) -> Poll<io::Result<usize>> {
        let mut line = self.line();
        if line.outgoing.len() > HELD_BACK_OCTETS {
            ready!(line.poll_drain(cx))?;
        }
        line.outgoing.extend_from_slice(octets);
        Poll::Ready(Ok(octets.len()))
    }

    /// Does nothing: lettre flushes behind every piece, and the pieces belong together. Reading flushes.
    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut line = self.line();
        ready!(line.poll_drain(cx))?;
        line.socket.poll_shutdown(cx)
    }
}

impl AsyncTokioStream for Wire {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.line().peer)
    }
}

impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Wire(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_line_is_brought_into_the_form_the_parser_knows() {
        let long = [b"250 ".as_slice(), &[b'x'; 1500], b"\r\n"].concat();
        for (given, want) in [
            (b"250 ok\r\n".as_slice(), b"250 ok\r\n".to_vec()),
            (b"250 ok\n", b"250 ok\r\n".to_vec()),
            (b"250\r\n", b"250 \r\n".to_vec()),
            (b"250-PIPELINING\r\n", b"250-PIPELINING\r\n".to_vec()),
            (b"550 \xd3\xca\xcf\xe4\x07\r\n", b"550 ?????\r\n".to_vec()),
            (&long, [b"250 ".as_slice(), &[b'x'; 896], b"\r\n"].concat()),
        ] {
            assert_eq!(tidy(given), want, "given {:?}", String::from_utf8_lossy(given));
        }
    }
}
