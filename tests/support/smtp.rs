//! An SMTP server for tests that can do the wrong thing at every step, and remembers what it took.
//!
//! By default it takes everything. [`Script`] says where it refuses, hangs up, is silent or talks nonsense: always,
//! for one recipient, or a few times. It listens on a free port of 127.0.0.1 and ends when it is dropped.

#![allow(dead_code, reason = "each test file uses another part of it")]

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// Where in the conversation a rule applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Greeting,
    Ehlo,
    StartTls,
    Auth,
    Mail,
    Rcpt,
    Data,
    /// After some of the content.
    Content,
    /// After the final dot. The mail counts as taken if the act begins with a `2`, or says so.
    Dot,
    /// After the reply to the final dot was written.
    Replied,
}

/// What the server does instead of what it should.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Says this, CRLF added, and goes on if it is a 2yz or 3yz reply.
    Say(&'static str),
    /// Says this and hangs up.
    SayAndDrop(&'static str),
    /// Hangs up.
    Drop,
    /// Takes the mail, and hangs up before it says so: RFC 1047.
    TakeAndDrop,
    /// Says nothing until the client gives up.
    Hang,
    /// Says `250-` lines for ever.
    Endless,
    /// Writes these octets and nothing else, and goes on; a mail is taken.
    Write(&'static [u8]),
    /// Writes a reply line of so many octets and goes on; a mail is taken.
    Long(usize),
    /// Says this one octet at a time, with a pause before each, and goes on if it is a 2yz or 3yz reply.
    Drip(&'static str, Duration),
}

/// Where a conversation is when a [`Judge`] is asked.
#[derive(Clone, Copy, Debug)]
pub struct Moment<'a> {
    pub step: Step,
    /// The forward-path; empty before RCPT.
    pub recipient: &'a str,
    /// Which connection of the server, from 0.
    pub connection: usize,
}

/// Decides at every step what the server does, before the rules are asked; `None` leaves it to them.
#[derive(Clone)]
pub struct Judge(Arc<dyn Fn(Moment<'_>) -> Option<Act> + Send + Sync>);

impl Judge {
    pub fn new(decide: impl Fn(Moment<'_>) -> Option<Act> + Send + Sync + 'static) -> Self {
        Self(Arc::new(decide))
    }
}

impl std::fmt::Debug for Judge {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Judge(..)")
    }
}

/// What happens where, to whom. Made by [`Script::at`] and [`Script::for_recipient`].
#[derive(Clone, Debug)]
pub struct Rule {
    step: Step,
    /// Local part; None for all.
    recipient: Option<String>,
    act: Act,
    /// How many times it still applies; None for ever.
    left: Option<u32>,
}

/// How a server behaves.
#[derive(Clone, Debug)]
pub struct Script {
    /// Lines of the EHLO reply, without code.
    pub capabilities: Vec<&'static str>,
    /// How long each reply takes.
    pub latency: Duration,
    /// Whether TLS begins with the first octet.
    pub implicit_tls: bool,
    pub certificate: Option<Certificate>,
    /// User and password that AUTH takes.
    pub login: Option<(&'static str, &'static str)>,
    pub rules: Vec<Rule>,
    pub judge: Option<Judge>,
    /// Keeps neither commands nor content, for lists that would not fit into memory.
    pub is_forgetful: bool,
}

impl Default for Script {
    fn default() -> Self {
        Self {
            capabilities: vec!["PIPELINING", "SIZE 20000000", "8BITMIME", "SMTPUTF8"],
            latency: Duration::ZERO,
            implicit_tls: false,
            certificate: None,
            login: None,
            rules: Vec::new(),
            judge: None,
            is_forgetful: false,
        }
    }
}

impl Script {
    /// Does `act` at `step`, whoever the recipient is.
    pub fn at(mut self, step: Step, act: Act) -> Self {
        self.rules.push(Rule { step, recipient: None, act, left: None });
        self
    }

    /// Does `act` at `step` for the recipient with this local part.
    pub fn for_recipient(mut self, local_part: &str, step: Step, act: Act) -> Self {
        self.rules.push(Rule { step, recipient: Some(local_part.to_owned()), act, left: None });
        self
    }

    /// The rule added last applies so many times and then no more.
    pub fn times(mut self, times: u32) -> Self {
        self.rules.last_mut().expect("a rule was added before").left = Some(times);
        self
    }
}

/// A mail the server saw the end of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    pub reverse_path: String,
    pub forward_path: String,
    pub message_id: String,
    /// Dots unstuffed, without the final dot. Empty if the server is forgetful.
    pub content: Vec<u8>,
    /// Tells one content from another.
    pub digest: u64,
    /// Whether the server answers for it.
    pub is_accepted: bool,
    /// Whether the client was told.
    pub is_replied: bool,
}

/// A running server.
pub struct Server {
    pub address: SocketAddr,
    shared: Arc<Shared>,
    listening: Option<JoinHandle<()>>,
}

struct Shared {
    script: Script,
    rules: Mutex<Vec<Rule>>,
    taken: Mutex<Vec<Taken>>,
    commands: Mutex<Vec<String>>,
    turns: AtomicUsize,
    connections: AtomicUsize,
    open: AtomicUsize,
    most_open: AtomicUsize,
    is_over: AtomicBool,
    /// The open ones, by number of connection.
    sockets: Mutex<HashMap<usize, TcpStream>>,
}

impl Server {
    pub fn start(script: Script) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port on this machine");
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            rules: Mutex::new(script.rules.clone()),
            script,
            taken: Mutex::default(),
            commands: Mutex::default(),
            turns: AtomicUsize::new(0),
            connections: AtomicUsize::new(0),
            open: AtomicUsize::new(0),
            most_open: AtomicUsize::new(0),
            is_over: AtomicBool::new(false),
            sockets: Mutex::default(),
        });
        let listening = thread::spawn({
            let shared = Arc::clone(&shared);
            move || shared.listen(&listener)
        });
        Self { address, shared, listening: Some(listening) }
    }

    /// The URL that leads here without TLS.
    pub fn url(&self) -> String {
        format!("smtp://{}", self.address)
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Every mail whose final dot was seen, in order.
    pub fn taken(&self) -> MutexGuard<'_, Vec<Taken>> {
        self.shared.taken.lock().unwrap()
    }

    /// How many mails the server answers for.
    pub fn accepted(&self) -> usize {
        self.taken().iter().filter(|mail| mail.is_accepted).count()
    }

    /// Every command line, in order of arrival.
    pub fn commands(&self) -> Vec<String> {
        self.shared.commands.lock().unwrap().clone()
    }

    /// How often the server had said all it had to say and waited for the client: round trips.
    pub fn turns(&self) -> usize {
        self.shared.turns.load(Ordering::SeqCst)
    }

    /// Connections so far.
    pub fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::SeqCst)
    }

    /// The most connections that were open at once.
    pub fn most_open(&self) -> usize {
        self.shared.most_open.load(Ordering::SeqCst)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::SeqCst);
        for (_, socket) in self.shared.sockets.lock().unwrap().drain() {
            let _ = socket.shutdown(Shutdown::Both);
        }
        let _ = TcpStream::connect(self.address);
        if let Some(listening) = self.listening.take() {
            let _ = listening.join();
        }
    }
}

impl Shared {
    fn listen(self: &Arc<Self>, listener: &TcpListener) {
        for socket in listener.incoming() {
            if self.is_over.load(Ordering::SeqCst) {
                return;
            }
            let Ok(socket) = socket else { continue };
            let number = self.connections.fetch_add(1, Ordering::SeqCst);
            let open = Open::count(self);
            self.sockets.lock().unwrap().extend(socket.try_clone().map(|socket| (number, socket)));
            let shared = Arc::clone(self);
            thread::spawn(move || {
                let _ = socket.set_nodelay(true);
                let _ = Session::new(&shared, socket, number, open).run();
                // The last clone: closed with octets unread, it resets the connection, as a dying server does.
                shared.sockets.lock().unwrap().remove(&number);
            });
        }
    }

    fn act_at(&self, step: Step, recipient: &str, connection: usize) -> Option<Act> {
        let judged = self.script.judge.as_ref();
        judged
            .and_then(|Judge(decide)| decide(Moment { step, recipient, connection }))
            .or_else(|| self.ruled_at(step, recipient))
    }

    fn ruled_at(&self, step: Step, recipient: &str) -> Option<Act> {
        let local_part = recipient.rsplit_once('@').map_or(recipient, |(local, _)| local);
        let mut rules = self.rules.lock().unwrap();
        let rule = rules.iter_mut().find(|rule| {
            rule.step == step
                && rule.left != Some(0)
                && rule.recipient.as_deref().is_none_or(|wanted| wanted == local_part)
        })?;
        rule.left = rule.left.map(|left| left - 1);
        Some(rule.act)
    }
}

/// An open connection, counted for as long as this lives.
struct Open(Arc<Shared>);

impl Open {
    fn count(shared: &Arc<Shared>) -> Self {
        let open = shared.open.fetch_add(1, Ordering::SeqCst) + 1;
        shared.most_open.fetch_max(open, Ordering::SeqCst);
        Self(Arc::clone(shared))
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Both kinds of socket.
enum Stream {
    Plain(TcpStream),
    Tls(Box<StreamOwned<ServerConnection, TcpStream>>),
}

impl Read for Stream {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(socket) => socket.read(room),
            Self::Tls(socket) => socket.read(room),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(socket) => socket.write(octets),
            Self::Tls(socket) => socket.write(octets),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(socket) => socket.flush(),
            Self::Tls(socket) => socket.flush(),
        }
    }
}

struct Session<'a> {
    shared: &'a Shared,
    number: usize,
    stream: BufReader<Stream>,
    open: Option<Open>,
    reverse_path: String,
    forward_path: String,
    /// Whether something was said since the client was waited for.
    has_spoken: bool,
}

/// Why a session ends.
fn over() -> io::Error {
    io::ErrorKind::ConnectionAborted.into()
}

impl<'a> Session<'a> {
    fn new(shared: &'a Shared, socket: TcpStream, number: usize, open: Open) -> Self {
        let mut stream = Stream::Plain(socket);
        if shared.script.implicit_tls {
            stream = shared.encrypted(stream);
        }
        Self {
            shared,
            number,
            stream: BufReader::new(stream),
            open: Some(open),
            reverse_path: String::new(),
            forward_path: String::new(),
            has_spoken: false,
        }
    }

    fn run(mut self) -> io::Result<()> {
        self.answer(Step::Greeting, "220 test.example ESMTP")?;
        loop {
            let line = self.read_line()?;
            if !self.shared.script.is_forgetful {
                self.shared.commands.lock().unwrap().push(line.clone());
            }
            let (verb, rest) = line.split_once(' ').unwrap_or((&line, ""));
            match verb.to_ascii_uppercase().as_str() {
                "EHLO" => self.ehlo()?,
                "STARTTLS" => self = self.start_tls()?,
                "AUTH" => self.auth(rest)?,
                "MAIL" => self.mail(rest)?,
                "RCPT" => self.rcpt(rest)?,
                "DATA" => self.data()?,
                "RSET" => {
                    self.reverse_path.clear();
                    self.forward_path.clear();
                    self.say("250 2.0.0 reset")?;
                }
                "QUIT" => {
                    // Who has heard the goodbye may come again before this thread is on the processor again.
                    drop(self.open.take());
                    return self.say("221 2.0.0 bye");
                }
                _ => self.say("502 5.5.2 not known")?,
            }
        }
    }

    fn ehlo(&mut self) -> io::Result<()> {
        let lines = &self.shared.script.capabilities;
        let mut reply = String::from(if lines.is_empty() { "250 test.example" } else { "250-test.example" });
        for (at, line) in lines.iter().enumerate() {
            let separator = if at + 1 == lines.len() { ' ' } else { '-' };
            reply.push_str(&format!("\r\n250{separator}{line}"));
        }
        self.answer(Step::Ehlo, &reply).map(drop)
    }

    fn start_tls(mut self) -> io::Result<Self> {
        if !self.answer(Step::StartTls, "220 2.0.0 go ahead")? {
            return Ok(self);
        }
        let stream = self.shared.encrypted(self.stream.into_inner());
        Ok(Self { stream: BufReader::new(stream), ..self })
    }

    fn auth(&mut self, rest: &str) -> io::Result<()> {
        let said = match rest.split_once(' ') {
            Some(("PLAIN", words)) => decoded(words).split('\0').skip(1).map(str::to_owned).collect(),
            _ => {
                self.say("334 VXNlcm5hbWU6")?;
                let user = decoded(&self.read_line()?);
                self.say("334 UGFzc3dvcmQ6")?;
                vec![user, decoded(&self.read_line()?)]
            }
        };
        let is_right = self.shared.script.login.is_some_and(|(user, password)| said == [user, password]);
        let reply = if is_right { "235 2.7.0 welcome" } else { "535 5.7.8 wrong user or password" };
        self.answer(Step::Auth, reply).map(drop)
    }

    fn mail(&mut self, rest: &str) -> io::Result<()> {
        if !self.reverse_path.is_empty() {
            return self.say("503 5.5.1 nested MAIL command");
        }
        if self.answer(Step::Mail, "250 2.1.0 sender ok")? {
            self.reverse_path = path_in(rest);
        }
        Ok(())
    }

    fn rcpt(&mut self, rest: &str) -> io::Result<()> {
        if self.reverse_path.is_empty() {
            return self.say("503 5.5.1 MAIL first");
        }
        self.forward_path = path_in(rest);
        if !self.answer(Step::Rcpt, "250 2.1.5 recipient ok")? {
            self.forward_path.clear();
        }
        Ok(())
    }

    fn data(&mut self) -> io::Result<()> {
        if self.forward_path.is_empty() {
            return self.say("503 5.5.1 RCPT first");
        }
        if !self.answer(Step::Data, "354 go ahead")? {
            return Ok(());
        }
        if let Some(act) = self.act_at(Step::Content) {
            self.stream.read_exact(&mut [0; 100])?;
            self.perform(act)?;
        }
        let content = self.read_content()?;
        let act = self.act_at(Step::Dot).unwrap_or(Act::Say("250 2.0.0 queued as 7"));
        let is_accepted = match act {
            Act::Say(words) | Act::SayAndDrop(words) | Act::Drip(words, _) => words.starts_with('2'),
            Act::TakeAndDrop | Act::Write(_) | Act::Long(_) => true,
            Act::Drop | Act::Hang | Act::Endless => false,
        };
        let mail = Taken {
            reverse_path: std::mem::take(&mut self.reverse_path),
            forward_path: self.forward_path.clone(),
            message_id: message_id_in(&content),
            digest: digest_of(&content),
            content: if self.shared.script.is_forgetful { Vec::new() } else { content },
            is_accepted,
            is_replied: matches!(act, Act::Say(_) | Act::SayAndDrop(_) | Act::Drip(..)),
        };
        self.shared.taken.lock().unwrap().push(mail);
        self.perform(act)?;
        let after = self.act_at(Step::Replied);
        self.forward_path.clear();
        after.map_or(Ok(()), |act| self.perform(act))
    }

    fn act_at(&self, step: Step) -> Option<Act> {
        self.shared.act_at(step, &self.forward_path, self.number)
    }

    fn read_content(&mut self) -> io::Result<Vec<u8>> {
        self.count_turn();
        let mut content = Vec::new();
        loop {
            let from = content.len();
            if self.stream.read_until(b'\n', &mut content)? == 0 {
                return Err(over());
            }
            if &content[from..] == b".\r\n" {
                content.truncate(from);
                return Ok(content);
            }
            if content[from] == b'.' {
                content.remove(from);
            }
        }
    }

    /// Says what the script wants at `step`, or else `usual`; tells whether it was a yes.
    fn answer(&mut self, step: Step, usual: &str) -> io::Result<bool> {
        match self.act_at(step) {
            Some(act) => {
                self.perform(act)?;
                Ok(matches!(act, Act::Say(words) | Act::Drip(words, _) if words.starts_with(['2', '3'])))
            }
            None => {
                self.say(usual)?;
                Ok(usual.starts_with(['2', '3']))
            }
        }
    }

    fn perform(&mut self, act: Act) -> io::Result<()> {
        match act {
            Act::Say(words) => self.say(words),
            Act::SayAndDrop(words) => {
                self.say(words)?;
                Err(over())
            }
            Act::Drop | Act::TakeAndDrop => Err(over()),
            Act::Hang => self.stream.read_to_end(&mut Vec::new()).and(Err(over())),
            Act::Endless => loop {
                self.say("250-wait")?;
            },
            Act::Write(octets) => self.write(octets),
            Act::Long(octets) => self.write_long_line(octets),
            Act::Drip(words, pause) => format!("{words}\r\n").as_bytes().iter().try_for_each(|octet| {
                thread::sleep(pause);
                self.write(&[*octet])
            }),
        }
    }

    fn write(&mut self, octets: &[u8]) -> io::Result<()> {
        let stream = self.stream.get_mut();
        stream.write_all(octets)?;
        stream.flush()
    }

    fn write_long_line(&mut self, octets: usize) -> io::Result<()> {
        self.write(b"250 ")?;
        let piece = [b'x'; 64 * 1024];
        let mut left = octets;
        while left > 0 {
            let next = left.min(piece.len());
            self.write(&piece[..next])?;
            left -= next;
        }
        self.write(b"\r\n")
    }

    fn say(&mut self, words: &str) -> io::Result<()> {
        if !self.shared.script.latency.is_zero() {
            thread::sleep(self.shared.script.latency);
        }
        self.has_spoken = true;
        self.write(format!("{words}\r\n").as_bytes())
    }

    fn count_turn(&mut self) {
        if self.stream.buffer().is_empty() && std::mem::take(&mut self.has_spoken) {
            self.shared.turns.fetch_add(1, Ordering::SeqCst);
        }
    }

    fn read_line(&mut self) -> io::Result<String> {
        self.count_turn();
        let mut line = String::new();
        match self.stream.read_line(&mut line)? {
            0 => Err(over()),
            _ => Ok(line.trim_end_matches(['\r', '\n']).to_owned()),
        }
    }
}

impl Shared {
    fn encrypted(&self, stream: Stream) -> Stream {
        let Stream::Plain(socket) = stream else { panic!("encrypted already") };
        let certificate = self.script.certificate.as_ref().expect("a certificate for TLS");
        let connection = ServerConnection::new(certificate.server_config()).unwrap();
        Stream::Tls(Box::new(StreamOwned::new(connection, socket)))
    }
}

fn path_in(rest: &str) -> String {
    let path = rest.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
    path.map(|(path, _)| path.to_owned()).unwrap_or_default()
}

fn message_id_in(content: &[u8]) -> String {
    let text = String::from_utf8_lossy(content);
    let field = text.lines().find_map(|line| line.strip_prefix("Message-ID: "));
    field.unwrap_or_default().to_owned()
}

fn digest_of(content: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    content.hash(&mut hasher);
    hasher.finish()
}

fn decoded(words: &str) -> String {
    let octets = data_encoding::BASE64.decode(words.trim().as_bytes()).unwrap_or_default();
    String::from_utf8(octets).unwrap_or_default()
}

/// A certificate for `localhost` and 127.0.0.1, and the authority that signed it.
#[derive(Clone, Debug)]
pub struct Certificate {
    folder: PathBuf,
}

impl Certificate {
    /// Makes both with `openssl` in `folder`.
    pub fn make(folder: &Path) -> Self {
        let names = "subjectAltName=DNS:localhost,IP:127.0.0.1";
        std::fs::write(folder.join("names"), names).unwrap();
        let key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";
        for arguments in [
            format!("req -x509 {key} -days 30 -subj /CN=Authority -keyout ca.key -out ca.pem"),
            format!("req {key} -subj /CN=localhost -keyout key.pem -out request.pem"),
            "x509 -req -in request.pem -CA ca.pem -CAkey ca.key -CAcreateserial -days 30 -extfile names -out cert.pem"
                .to_owned(),
        ] {
            let made = Command::new("openssl")
                .args(arguments.split(' '))
                .current_dir(folder)
                .output()
                .expect("openssl is installed");
            assert!(made.status.success(), "openssl: {}", String::from_utf8_lossy(&made.stderr));
        }
        Self { folder: folder.to_owned() }
    }

    /// What a client must believe in.
    pub fn authority(&self) -> PathBuf {
        self.folder.join("ca.pem")
    }

    fn server_config(&self) -> Arc<ServerConfig> {
        let chain = CertificateDer::pem_file_iter(self.folder.join("cert.pem")).unwrap();
        let key = PrivateKeyDer::from_pem_file(self.folder.join("key.pem")).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(chain.map(Result::unwrap).collect(), key)
            .unwrap();
        Arc::new(config)
    }
}
