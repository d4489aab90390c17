//! How much is said before a reply is waited for (RFC 2920).

use schemars::JsonSchema;
use serde::Deserialize;

/// How far commands are grouped, where the server offers it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Pipelining {
    /// Each command waits for the reply to the one before: four round trips a mail.
    Off,
    /// MAIL and RCPT go together: three round trips.
    #[default]
    Envelope,
    /// MAIL and RCPT of the next mail go with the content of the one before, as RFC 2920 §3.1 has it: two round trips.
    ///
    /// DATA still waits for the intent, so no more mails are in doubt than connections are open.
    Full,
}
