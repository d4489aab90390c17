//! One conversation with a relay, stage by stage.
//!
//! In: an envelope, then its content. Out: what the server answered, and whether the final dot can have reached it.
//! Before the dot has left, nothing was sent, whatever happened; behind it, only a 2yz, 4yz or 5yz reply tells
//! (RFC 1047, RFC 5321 §4.2.5). lettre opens the conversation; [`Wire`] is the socket, and what is said of mails goes
//! through it. [`Transfer`] is the second half.
//!
//! Follows RFC 5321, RFC 2920 (see [`Pipelining`]; DATA is never in a group with RCPT, so that no content can be asked
//! for whose envelope was refused), RFC 1870 (SIZE), RFC 6531 (SMTPUTF8), RFC 3207 (STARTTLS)
//! and RFC 4954 (AUTH PLAIN, and LOGIN for servers that know nothing else). Leaves out: several recipients in one
//! transaction, since every copy has its own leave link.

use std::fmt::Display;
use std::time::Duration;

use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Ehlo, Quit};
use lettre::transport::smtp::extension::ClientId;
use tokio::time::error::Elapsed;
use tokio::time::timeout;

use crate::delivery::capabilities::Capabilities;
use crate::delivery::dial::{dial, encrypt, exchange, greet, late};
use crate::delivery::pipelining::Pipelining;
use crate::delivery::relay::Security;
use crate::delivery::reply::{Class, Fault, Reply, Stage, Trouble, read};
use crate::delivery::route::{Deadlines, Route};
use crate::delivery::transaction::{Group, MailCommand, RcptCommand, needs_smtputf8};
use crate::delivery::transfer::Transfer;
use crate::delivery::wire::Wire;
use crate::message::{Envelope, MailObject};

/// How long a goodbye may take; nothing depends on it.
const QUIT_DEADLINE: Duration = Duration::from_secs(2);

/// Why an envelope was not taken. Nothing left this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The connection or the server failed; the recipient has nothing to do with it.
    Lane(Trouble),
    /// Only the operator can help: it would be the same for every recipient.
    Operator(Trouble),
    /// The server refused this recipient, for now (4yz) or for good (5yz).
    Recipient(Reply),
    /// This server cannot carry mail to this address.
    Unsendable(String),
}

/// What became of a mail object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// 2yz to the final dot: the server answers for it now.
    Sent(Reply),
    /// The dot never left, or the server refused for now: not accepted.
    NotSent(Trouble),
    /// 5yz to DATA or to the final dot: not accepted, for good.
    Refused(Reply),
    /// The dot left and no valid reply came.
    Doubt(Trouble),
}

/// An open connection to a relay.
pub struct Courier {
    connection: AsyncSmtpConnection,
    pub(super) wire: Wire,
    server: Capabilities,
    pipelining: Pipelining,
    pub(super) deadlines: Deadlines,
    /// Whether another mail can go over it.
    pub(super) is_open: bool,
    /// Whether a transaction was begun and not ended.
    pub(super) needs_reset: bool,
    /// Whose MAIL and RCPT were sent ahead of their turn. Two replies wait to be read.
    pub(super) ahead: Option<Envelope>,
}

impl Courier {
    /// Opens a connection: TCP, TLS, greeting, EHLO, STARTTLS, AUTH, as the route says.
    ///
    /// # Errors
    ///
    /// If any of these fails.
    pub async fn connect(route: &Route) -> Result<Self, Trouble> {
        let socket = match timeout(route.deadlines.connect, dial(&route.relay)).await {
            Ok(connected) => connected.map_err(|error| Trouble::cut(Stage::Connect, error))?,
            Err(_) => return Err(late(Stage::Connect, route.deadlines.connect)),
        };
        let local = socket.local_addr().map_err(|error| Trouble::cut(Stage::Connect, error))?;
        let wire = Wire::plain(socket).map_err(|error| Trouble::cut(Stage::Connect, error))?;
        if route.relay.security == Security::Implicit {
            encrypt(&wire, route).await?;
        }
        let client = route.client_id(local);
        let mut courier = Self {
            connection: greet(&wire, &client, &route.deadlines).await?,
            wire,
            server: Capabilities::default(),
            pipelining: route.pipelining,
            deadlines: route.deadlines.clone(),
            is_open: true,
            needs_reset: false,
            ahead: None,
        };
        courier.introduce(&client).await?;
        if route.relay.security == Security::StartTls {
            courier.start_tls(route).await?;
            courier.introduce(&client).await?;
        }
        if let Some(credentials) = &route.credentials {
            courier.authenticate(credentials, route).await?;
        }
        Ok(courier)
    }

    /// Whether another mail can go over this connection.
    pub fn is_open(&self) -> bool {
        self.is_open
    }

    /// Offers a mail of `octets` octets: MAIL and RCPT.
    ///
    /// # Errors
    ///
    /// If the server refused either, or the connection failed. Nothing was sent then.
    pub async fn offer(&mut self, envelope: &Envelope, octets: usize) -> Result<Transfer<'_>, Refusal> {
        self.check(envelope, octets)?;
        let (mail, rcpt) = match self.ahead.take() {
            Some(said) if said == *envelope => self.hear_group(false).await?,
            Some(_) => {
                // Another mail was given up between the two: its replies come first.
                self.hear_group(false).await?;
                self.ask(envelope, octets).await?
            }
            None => self.ask(envelope, octets).await?,
        };
        accepted(Stage::Mail, mail)?;
        match rcpt.class() {
            Class::Completion => Ok(Transfer { courier: self }),
            _ => Err(of_recipient(rcpt)),
        }
    }

    pub(super) fn speaks_ahead(&self) -> bool {
        self.server.pipelining && self.pipelining == Pipelining::Full
    }

    /// Queues MAIL and RCPT of the mail behind the one whose content is queued.
    pub(super) fn speak_ahead(&mut self, next: &MailObject) {
        let MailObject { envelope, content, .. } = next;
        if self.speaks_ahead() && self.check(envelope, content.len()).is_ok() {
            self.wire.push(format_args!("{}", self.group(envelope, content.len(), false)));
            self.ahead = Some(envelope.clone());
        }
    }

    /// Says goodbye, if the server still listens.
    pub async fn quit(mut self) {
        if self.is_open {
            let _ = timeout(QUIT_DEADLINE, self.connection.command(Quit)).await;
        }
    }

    /// What can be known without asking the server.
    fn check(&self, envelope: &Envelope, octets: usize) -> Result<(), Refusal> {
        if needs_smtputf8(envelope) && !self.server.smtputf8 {
            return Err(Refusal::Unsendable(
                "the relay does not offer SMTPUTF8, which this address needs".into(),
            ));
        }
        match self.server.size {
            Some(most) if most > 0 && octets as u64 > most => {
                let words = format!("a mail of {octets} octets: the relay takes at most {most}");
                Err(Refusal::Operator(Trouble::unfit(Stage::Mail, words)))
            }
            _ => Ok(()),
        }
    }

    fn group<'e>(&self, envelope: &'e Envelope, octets: usize, needs_reset: bool) -> Group<'e> {
        Group {
            needs_reset,
            envelope,
            size: self.server.size.map(|_| octets),
            needs_smtputf8: needs_smtputf8(envelope),
        }
    }

    async fn ask(&mut self, envelope: &Envelope, octets: usize) -> Result<(Reply, Reply), Refusal> {
        let group = self.group(envelope, octets, self.needs_reset);
        self.needs_reset = true;
        if !self.server.pipelining || self.pipelining == Pipelining::Off {
            return self.ask_one_by_one(&group).await;
        }
        self.wire.push(format_args!("{group}"));
        self.hear_group(group.needs_reset).await
    }

    /// The replies to commands that went in one write, in their order (RFC 2920 §3.1).
    async fn hear_group(&mut self, is_behind_reset: bool) -> Result<(Reply, Reply), Refusal> {
        if is_behind_reset {
            self.hear(Stage::Mail).await?;
        }
        let mail = self.hear(Stage::Mail).await?;
        if !self.is_open {
            return Err(of_server(Stage::Mail, mail));
        }
        Ok((mail, self.hear(Stage::Rcpt).await?))
    }

    async fn ask_one_by_one(&mut self, group: &Group<'_>) -> Result<(Reply, Reply), Refusal> {
        if group.needs_reset {
            self.say(Stage::Mail, "RSET\r\n").await?;
        }
        let mail = accepted(Stage::Mail, self.say(Stage::Mail, MailCommand(group)).await?)?;
        Ok((mail, self.say(Stage::Rcpt, RcptCommand(group)).await?))
    }

    /// EHLO, once more than lettre's own, which forgets most of what the server says.
    async fn introduce(&mut self, client: &ClientId) -> Result<(), Trouble> {
        let ehlo = Ehlo::new(client.clone());
        let result = timeout(self.deadlines.command, self.connection.command(ehlo)).await;
        if let Ok(Ok(response)) = &result {
            self.server = Capabilities::of(response.message().skip(1));
            return Ok(());
        }
        let reply = self.note(Stage::Ehlo, self.deadlines.command, result.map(read))?;
        Err(Trouble::reply(Stage::Ehlo, reply))
    }

    async fn start_tls(&mut self, route: &Route) -> Result<(), Trouble> {
        if !self.server.starttls {
            let words = "the relay does not offer it: expected TLS, or `?tls=none` behind the URL";
            return Err(Trouble::unfit(Stage::StartTls, words));
        }
        let reply = self.say(Stage::StartTls, "STARTTLS\r\n").await?;
        if reply.class() != Class::Completion {
            return Err(Trouble::reply(Stage::StartTls, reply));
        }
        encrypt(&self.wire, route).await
    }

    async fn authenticate(&mut self, credentials: &Credentials, route: &Route) -> Result<(), Trouble> {
        if !self.wire.is_encrypted() && !route.relay.is_loopback() {
            return Err(Trouble::unfit(Stage::Auth, "the connection is not encrypted"));
        }
        let mechanism = match (self.server.auth_plain, self.server.auth_login) {
            (true, _) => Mechanism::Plain,
            (_, true) => Mechanism::Login,
            _ => return Err(Trouble::unfit(Stage::Auth, "the relay offers neither PLAIN nor LOGIN")),
        };
        let deadline = self.deadlines.command;
        let result = timeout(deadline, exchange(&mut self.connection, mechanism, credentials)).await;
        let reply = self.note(Stage::Auth, deadline, result.map(read))?;
        match reply.class() {
            Class::Completion => Ok(()),
            _ => Err(Trouble::reply(Stage::Auth, reply)),
        }
    }

    /// Sends a command and reads its reply.
    pub(super) async fn say(&mut self, stage: Stage, command: impl Display) -> Result<Reply, Trouble> {
        self.wire.push(format_args!("{command}"));
        self.hear(stage).await
    }

    /// Reads the reply to a command that was sent before.
    async fn hear(&mut self, stage: Stage) -> Result<Reply, Trouble> {
        let deadline = self.deadlines.of(stage);
        let result = timeout(deadline, self.wire.hear()).await;
        self.note(stage, deadline, result)
    }

    /// Notes whether the connection can go on behind this.
    pub(super) fn note(
        &mut self,
        stage: Stage,
        deadline: Duration,
        result: Result<Result<Reply, Fault>, Elapsed>,
    ) -> Result<Reply, Trouble> {
        let heard = result.unwrap_or(Err(Fault::Late(deadline)));
        self.is_open &= heard.as_ref().is_ok_and(|reply| !reply.ends_connection());
        heard.map_err(|fault| Trouble { stage, fault })
    }
}

/// Lets a 2yz reply pass; another concerns the server or the operator.
fn accepted(stage: Stage, reply: Reply) -> Result<Reply, Refusal> {
    match reply.class() {
        Class::Completion => Ok(reply),
        _ => Err(of_server(stage, reply)),
    }
}

fn of_server(stage: Stage, reply: Reply) -> Refusal {
    Trouble::reply(stage, reply).into()
}

/// Sorts a reply to RCPT that was no consent.
fn of_recipient(reply: Reply) -> Refusal {
    let is_ours =
        reply.is_about_server() || reply.is_about_operator() || reply.class() == Class::Intermediate;
    if is_ours { of_server(Stage::Rcpt, reply) } else { Refusal::Recipient(reply) }
}

impl From<Trouble> for Refusal {
    fn from(trouble: Trouble) -> Self {
        if trouble.needs_operator() { Self::Operator(trouble) } else { Self::Lane(trouble) }
    }
}
