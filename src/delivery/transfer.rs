//! From DATA to the reply to the final dot.

use std::fmt::Display;
use std::pin::pin;

use tokio::time::timeout;

use crate::delivery::courier::{Courier, Verdict};
use crate::delivery::reply::{Class, Fault, Reply, Stage, Trouble};
use crate::delivery::stop::Stop;
use crate::message::MailObject;

/// A transaction the server has agreed to: the content may follow. Dropping it gives it up.
#[must_use = "an accepted envelope waits for its content"]
pub struct Transfer<'c> {
    pub(super) courier: &'c mut Courier,
}

impl Transfer<'_> {
    /// Hands over the content: DATA, the lines, the final dot, and waits for the reply.
    ///
    /// When `stop` is asked, it waits a few seconds more and no longer.
    pub async fn finish(self, content: &[u8], stop: &mut Stop) -> Verdict {
        self.courier.transfer(content, None, stop).await
    }

    /// The same, and MAIL and RCPT of the `next` mail leave together with the content, if it
    /// [`speaks_ahead`](Self::speaks_ahead). Offering that mail then only reads the replies.
    pub async fn finish_before(self, next: Option<&MailObject>, content: &[u8], stop: &mut Stop) -> Verdict {
        self.courier.transfer(content, next, stop).await
    }

    /// Whether the settings and the server let commands follow content without waiting for its reply.
    pub fn speaks_ahead(&self) -> bool {
        self.courier.speaks_ahead()
    }
}

impl Courier {
    async fn transfer(&mut self, content: &[u8], next: Option<&MailObject>, stop: &mut Stop) -> Verdict {
        let mut grace = pin!(stop.out_of_grace());
        let data = match self.say_within(&mut grace, Stage::Data, "DATA\r\n").await {
            Ok(reply) => reply,
            Err(trouble) => return Verdict::NotSent(trouble),
        };
        match data.class() {
            Class::Intermediate if data.code() == 354 => self.hand_over(content, next, &mut grace).await,
            Class::Permanent if !data.is_about_operator() => Verdict::Refused(data),
            Class::Transient | Class::Permanent => Verdict::NotSent(Trouble::reply(Stage::Data, data)),
            Class::Intermediate | Class::Completion => {
                self.is_open = false;
                Verdict::NotSent(Trouble::reply(Stage::Data, data))
            }
        }
    }

    /// Sends a command and reads its reply, unless the run that was asked to stop waits no longer.
    async fn say_within(
        &mut self,
        grace: &mut (impl Future<Output = ()> + Unpin),
        stage: Stage,
        command: impl Display,
    ) -> Result<Reply, Trouble> {
        tokio::select! {
            biased;
            said = self.say(stage, command) => return said,
            () = grace => {}
        }
        self.is_open = false;
        Err(Trouble { stage, fault: Fault::Stopped })
    }

    async fn hand_over(
        &mut self,
        content: &[u8],
        next: Option<&MailObject>,
        grace: &mut (impl Future<Output = ()> + Unpin),
    ) -> Verdict {
        let before_dot = self.wire.push_content(content);
        if let Some(next) = next {
            self.speak_ahead(next);
        }
        let deadline = self.deadlines.of_content(content.len());
        let heard = tokio::select! {
            biased;
            result = timeout(deadline, self.wire.hear()) => self.note(Stage::EndOfData, deadline, result),
            () = grace => {
                self.is_open = false;
                Err(Trouble { stage: Stage::EndOfData, fault: Fault::Stopped })
            }
        };
        let has_dot_left = self.wire.taken() > before_dot;
        match heard {
            Ok(reply) => self.judge(reply),
            Err(trouble) if has_dot_left => Verdict::Doubt(trouble),
            Err(trouble) => Verdict::NotSent(Trouble { stage: Stage::Content, ..trouble }),
        }
    }

    /// What the reply to the final dot means (RFC 5321 §4.2.5).
    fn judge(&mut self, reply: Reply) -> Verdict {
        self.needs_reset = self.ahead.is_some();
        match reply.class() {
            Class::Completion => Verdict::Sent(reply),
            Class::Transient => Verdict::NotSent(Trouble::reply(Stage::EndOfData, reply)),
            Class::Permanent if reply.is_about_operator() => {
                Verdict::NotSent(Trouble::reply(Stage::EndOfData, reply))
            }
            Class::Permanent => Verdict::Refused(reply),
            Class::Intermediate => {
                self.is_open = false;
                Verdict::Doubt(Trouble::reply(Stage::EndOfData, reply))
            }
        }
    }
}
