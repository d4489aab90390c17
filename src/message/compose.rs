//! A draft and a recipient become a mail object: the header section is written, the holes are filled.

use crate::message::draft::{Bounces, Draft, Greeting};
use crate::message::hole::Hole;
use crate::message::transfer::{Markup, Part, Segment};
use crate::message::{ComposeError, Envelope, IssueId, MailObject, Recipient, Signers, field};
use crate::token::{Keys, Purpose, Sealed};

/// Room for what a recipient adds, so that the content is allocated once.
const OWN_OCTETS: usize = 4096;

/// Makes the mail for one recipient. The same arguments give the same octets.
///
/// # Errors
///
/// If `keys` lacks the key the draft was frozen with, or a signature cannot be made.
pub fn compose(
    draft: &Draft,
    keys: &Keys,
    issue: IssueId,
    recipient: &Recipient,
    signers: Option<&Signers>,
) -> Result<MailObject, ComposeError> {
    let seal = |purpose| {
        let sealed = Sealed { subscriber: recipient.subscriber.0, issue: issue.0 };
        keys.seal(draft.key(), purpose, sealed)
    };
    let reverse_path = match &draft.bounces {
        Bounces::Each(address) => address
            .with_detail(&seal(Purpose::Bounce)?)
            .expect("the draft was made only with an address that takes a token"),
        Bounces::One(address) => address.clone(),
    };
    let own = Own {
        message_id: format!("{}@{}", seal(Purpose::MessageId)?, draft.list_id),
        leave_token: seal(Purpose::Leave)?,
        name: recipient.name.as_deref().map(field::clean).filter(|name| !name.is_empty()),
        recipient,
    };
    let envelope = Envelope { reverse_path, forward_path: recipient.address.clone() };
    let content = content(draft, &own);
    let mut mail = MailObject { envelope, message_id: format!("<{}>", own.message_id), content };
    if let Some(signers) = signers {
        signers.sign(&mut mail, draft.date())?;
    }
    Ok(mail)
}

/// What differs from one mail of a draft to the next.
struct Own<'a> {
    message_id: String,
    leave_token: String,
    name: Option<String>,
    recipient: &'a Recipient,
}

fn content(draft: &Draft, own: &Own<'_>) -> Vec<u8> {
    let fixed: usize = draft.parts.iter().map(Part::fixed_octets).sum();
    let mut out = Vec::with_capacity(fixed + draft.opening.len() + draft.closing.len() + OWN_OCTETS);
    push_header_section(&mut out, draft, own);
    let delimiter = draft.delimiter();
    for part in &draft.parts {
        push_all(&mut out, &[&delimiter, "\r\n", media_type(part.markup), "\r\n"]);
        push_all(&mut out, &["Content-Transfer-Encoding: ", part.encoding.name(), "\r\n\r\n"]);
        push_part(&mut out, part, draft, own);
        out.extend_from_slice(b"\r\n");
    }
    push_all(&mut out, &[&delimiter, "--\r\n"]);
    out
}

fn push_header_section(out: &mut Vec<u8>, draft: &Draft, own: &Own<'_>) {
    let mut fields = String::with_capacity(1024);
    field::named(&mut fields, "To", own.name.as_deref(), &own.recipient.address);
    field::urls(&mut fields, "Message-ID", [own.message_id.as_str()]);
    draft.leave.push_fields(&mut fields, &own.leave_token);
    push_all(out, &[&draft.opening, &fields, &draft.closing]);
}

fn push_part(out: &mut Vec<u8>, part: &Part, draft: &Draft, own: &Own<'_>) {
    for segment in &part.segments {
        match segment {
            Segment::Fixed(text) => out.extend_from_slice(text.as_bytes()),
            Segment::Hole { hole, lead } => part.push_value(out, lead, &value(*hole, draft, own)),
        }
    }
}

fn value(hole: Hole, draft: &Draft, own: &Own<'_>) -> String {
    match hole {
        Hole::Greeting => greeting(&draft.greeting, own.name.as_deref()),
        Hole::Leave => draft.leave.visible(&own.leave_token),
        Hole::Address => own.recipient.address.as_str().to_owned(),
    }
}

fn greeting(greeting: &Greeting, name: Option<&str>) -> String {
    match name {
        Some(name) => [&greeting.before_name, name, &greeting.after_name].concat(),
        None => greeting.without_name.clone(),
    }
}

fn media_type(markup: Markup) -> &'static str {
    match markup {
        Markup::Text => "Content-Type: text/plain; charset=utf-8",
        Markup::Html => "Content-Type: text/html; charset=utf-8",
    }
}

fn push_all(out: &mut Vec<u8>, texts: &[&str]) {
    texts.iter().for_each(|text| out.extend_from_slice(text.as_bytes()));
}
