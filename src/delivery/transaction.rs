//! What is said before DATA: MAIL and RCPT, with what the server's extensions want to know.

use std::fmt::{self, Display};

use crate::message::Envelope;

/// Whether the server must take addresses outside ASCII (RFC 6531).
pub(super) fn needs_smtputf8(envelope: &Envelope) -> bool {
    envelope.forward_path.needs_smtputf8() || envelope.reverse_path.needs_smtputf8()
}

/// What is said before DATA, as one text.
pub(super) struct Group<'a> {
    pub(super) needs_reset: bool,
    pub(super) envelope: &'a Envelope,
    pub(super) size: Option<usize>,
    pub(super) needs_smtputf8: bool,
}

impl Display for Group<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.needs_reset {
            f.write_str("RSET\r\n")?;
        }
        write!(f, "{}{}", MailCommand(self), RcptCommand(self))
    }
}

pub(super) struct MailCommand<'a>(pub(super) &'a Group<'a>);

impl Display for MailCommand<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MAIL FROM:<{}>", self.0.envelope.reverse_path)?;
        if let Some(octets) = self.0.size {
            write!(f, " SIZE={octets}")?;
        }
        f.write_str(if self.0.needs_smtputf8 { " SMTPUTF8\r\n" } else { "\r\n" })
    }
}

pub(super) struct RcptCommand<'a>(pub(super) &'a Group<'a>);

impl Display for RcptCommand<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RCPT TO:<{}>\r\n", self.0.envelope.forward_path)
    }
}
