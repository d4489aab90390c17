//! One value each: a text, a list of texts, a picture, a file, with words for what it is not.

use std::fmt::Display;

use unicode_normalization::UnicodeNormalization;
use url::Url;

use crate::post::alias::alias_file;
use crate::post::matter::{Entry, Kind, Node, Scalar, Value};
use crate::post::remarks::Flaw;
use crate::post::{Image, Slug, SlugStyle, slug};

/// An author as named by a post.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::post) struct Named {
    pub name: String,
    pub url: Option<Url>,
}

/// An enclosure as front matter gives it; what is missing is told by its file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::post) struct Bill {
    pub url: String,
    pub octets: Option<u64>,
    pub media_type: Option<String>,
    pub duration_secs: Option<u64>,
    pub is_explicit: Option<bool>,
    /// Address and, if given, media type.
    pub transcript: Option<(String, Option<String>)>,
}

pub(super) fn expected(what: impl Display, key: &str, found: &Node) -> Flaw {
    Flaw::new(found.line, format!("`{key}`: expected {what}, found {}", found.name()))
}

/// Text without line breaks and without spaces around it.
pub(in crate::post) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether a reader sees anything of `text`: spaces, controls and what only guides layout show nothing.
pub(in crate::post) fn is_visible(text: &str) -> bool {
    let is_guide = |c: char| {
        matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{e0000}'..='\u{e0fff}')
    };
    text.chars().any(|c| !c.is_whitespace() && !c.is_control() && !is_guide(c))
}

pub(super) fn text(key: &str, node: &Node) -> Result<String, Flaw> {
    match &node.value {
        Value::Scalar(scalar) => Ok(scalar.text.trim().to_owned()),
        _ => Err(expected("text", key, node)),
    }
}

pub(super) fn is(key: &str, node: &Node) -> Result<bool, Flaw> {
    match &node.value {
        Value::Scalar(Scalar { kind: Kind::Bool(is), .. }) => Ok(*is),
        Value::Scalar(Scalar { text, .. }) if text == "true" => Ok(true),
        Value::Scalar(Scalar { text, .. }) if text == "false" => Ok(false),
        _ => Err(expected("`true` or `false`", key, node)),
    }
}

/// A list of texts, or one text with commas; each with its line.
pub(super) fn texts(key: &str, node: &Node) -> Result<Vec<(usize, String)>, Flaw> {
    let all = match &node.value {
        Value::Scalar(scalar) => {
            scalar.text.split([',', '，', '、']).map(|part| (node.line, one_line(part))).collect()
        }
        Value::List(nodes) => {
            nodes.iter().map(|node| Ok((node.line, item(key, node)?))).collect::<Result<_, _>>()?
        }
        Value::Null => Vec::new(),
        Value::Table(_) => return Err(expected("a list", key, node)),
    };
    Ok(all.into_iter().filter(|(_, text): &(usize, String)| !text.is_empty()).collect())
}

fn item(key: &str, node: &Node) -> Result<String, Flaw> {
    match node.value {
        Value::Null => Ok(String::new()),
        _ => text(key, node).map(|text| one_line(&text)),
    }
}

/// Jekyll's `tags: maps feeds`: a text without commas is a list of words.
pub(super) fn words(node: &Node) -> Option<Vec<String>> {
    match &node.value {
        Value::Scalar(scalar) if !scalar.text.contains(',') => {
            Some(scalar.text.split_whitespace().map(str::to_owned).collect())
        }
        _ => None,
    }
}

pub(super) fn slug(entry: &Entry, text: &str) -> Result<Slug, Flaw> {
    let text: String = text.trim_matches('/').nfc().collect();
    text.parse().map_err(|error| {
        let flaw = Flaw::new(entry.line, format!("`{}`: {error}", entry.key));
        let made = slug::make(&text, SlugStyle::Keep, &"en".parse().expect("a language tag"));
        match made {
            Some(made) => flaw.with_help(format!("write it as `{}`", made.slug)),
            None => flaw,
        }
    })
}

/// A path on this site, from its first `/`.
pub(super) fn alias(line: usize, key: &str, text: &str) -> Result<String, Flaw> {
    let flaw = |found: &str| {
        Flaw::new(
            line,
            format!("`{key}`: expected a path on this site such as /2019/on-maps/, found {found}"),
        )
    };
    let given = || format!("`{text}`");
    match text.trim_matches('/') {
        "" => Err(flaw("the front page")),
        _ if alias_file(text).is_none() => Err(flaw(&given())),
        _ if text.starts_with('/') => Ok(text.nfc().collect()),
        _ => Ok(format!("/{text}").nfc().collect()),
    }
}

/// One author or a list of them: texts, or tables with `name` and perhaps `url`.
pub(super) fn authors(key: &str, node: &Node) -> Result<Vec<Named>, Flaw> {
    match &node.value {
        Value::List(nodes) => {
            let all: Result<Vec<_>, _> = nodes.iter().map(|node| authors(key, node)).collect();
            all.map(|all| all.into_iter().flatten().collect())
        }
        Value::Table(entries) => {
            let name = required(key, "name", node, entries)?;
            let url = field(entries, &["url", "homepage", "uri"]).map(|node| text(key, node)).transpose()?;
            let url = url.map(|text| address(node.line, key, &text, &["http", "https", "mailto"]));
            Ok(vec![Named { name, url: url.transpose()? }])
        }
        // A comma parts family name from given name as often as it parts two authors.
        Value::Scalar(scalar) => {
            let name = one_line(&scalar.text);
            Ok(if name.is_empty() { Vec::new() } else { vec![Named { name, url: None }] })
        }
        Value::Null => Ok(Vec::new()),
    }
}

/// What `canonical_url` may be, and an address of a picture or a file.
pub(super) const WEB: [&str; 2] = ["http", "https"];

/// An absolute URL of one of `schemes`: a link to it is safe to follow.
pub(super) fn address(line: usize, key: &str, text: &str, schemes: &[&str]) -> Result<Url, Flaw> {
    let url: Url = text
        .parse()
        .map_err(|error| Flaw::new(line, format!("`{key}`: `{text}` is not an absolute URL: {error}")))?;
    match schemes.contains(&url.scheme()) {
        true => Ok(url),
        false => {
            let (found, schemes) = (url.scheme(), schemes.join(":, "));
            Err(Flaw::new(line, format!("`{key}`: expected a URL of {schemes}:, found one of `{found}:`")))
        }
    }
}

/// A path, or an address of the web.
fn place(key: &str, node: &Node) -> Result<String, Flaw> {
    let place = text(key, node)?;
    if Url::parse(&place).is_ok() {
        address(node.line, key, &place, &WEB)?;
    }
    Ok(place)
}

/// A picture as path or URL, as `{ src, alt }`, or the first of a list.
pub(super) fn image(key: &str, node: &Node) -> Result<Option<Image>, Flaw> {
    match &node.value {
        Value::Scalar(_) => {
            let src = place(key, node)?;
            Ok((!src.is_empty()).then(|| Image { src, alt: String::new() }))
        }
        Value::List(nodes) => nodes.first().map_or(Ok(None), |first| image(key, first)),
        Value::Table(entries) => {
            let given = field(entries, &["src", "image", "url", "path", "feature"]);
            let src = place(key, given.ok_or_else(|| lacks(key, "src", node))?)?;
            let alt = field(entries, &["alt", "caption"]).map(|node| text(key, node)).transpose()?;
            Ok(Some(Image { src, alt: alt.map(|alt| one_line(&alt)).unwrap_or_default() }))
        }
        Value::Null => Ok(None),
    }
}

/// An attached file as path or URL, or as `{ url, octets, type }`.
pub(super) fn enclosure(key: &str, node: &Node) -> Result<Bill, Flaw> {
    match &node.value {
        Value::Scalar(_) => Ok(Bill { url: place(key, node)?, ..Bill::default() }),
        Value::Table(entries) => {
            let octets = field(entries, &["octets", "length", "size"]);
            let media_type = field(entries, MEDIA_TYPE);
            let duration = field(entries, &["duration"]);
            Ok(Bill {
                url: required_place(key, "url", node, entries)?,
                octets: octets.map(|node| whole_number(key, node)).transpose()?,
                media_type: media_type.map(|node| self::media_type(key, node)).transpose()?,
                duration_secs: duration.map(|node| duration_secs(key, node)).transpose()?,
                is_explicit: field(entries, &["explicit"]).map(|node| is(key, node)).transpose()?,
                transcript: field(entries, &["transcript"]).map(|node| transcript(key, node)).transpose()?,
            })
        }
        _ => Err(expected("a path, a URL or a table with `url`", key, node)),
    }
}

const MEDIA_TYPE: &[&str] = &["type", "media_type", "mime_type"];

/// A type and a subtype (RFC 6838 §4.2), without parameters.
fn media_type(key: &str, node: &Node) -> Result<String, Flaw> {
    let given = text(key, node)?;
    let is_letter = |c: char| c.is_ascii_alphanumeric() || "!#$&-^_.+".contains(c);
    let is_name = |name: &str| {
        name.starts_with(|c: char| c.is_ascii_alphanumeric())
            && name.len() <= 127
            && name.chars().all(is_letter)
    };
    let essence = given.split(';').next().unwrap_or_default().trim();
    match essence.split_once('/') {
        Some((kind, subtype)) if is_name(kind) && is_name(subtype) => Ok(essence.to_ascii_lowercase()),
        _ => Err(expected("a media type such as `audio/mpeg`", key, node)),
    }
}

/// Seconds, or hours, minutes and seconds between colons.
fn duration_secs(key: &str, node: &Node) -> Result<u64, Flaw> {
    let given = text(key, node)?;
    let parts = given.trim().split(':').map(str::parse::<u64>).collect::<Result<Vec<_>, _>>();
    match parts.as_deref() {
        Ok([seconds]) => Ok(*seconds),
        Ok([minutes, seconds @ 0..60]) => Ok(minutes * 60 + seconds),
        Ok([hours, minutes @ 0..60, seconds @ 0..60]) => Ok((hours * 60 + minutes) * 60 + seconds),
        _ => Err(expected("a `duration` in seconds or such as 1:02:03", key, node)),
    }
}

fn transcript(key: &str, node: &Node) -> Result<(String, Option<String>), Flaw> {
    match &node.value {
        Value::Table(entries) => {
            let media_type = field(entries, MEDIA_TYPE).map(|node| media_type(key, node)).transpose()?;
            Ok((required_place(key, "url", node, entries)?, media_type))
        }
        _ => Ok((place(key, node)?, None)),
    }
}

fn whole_number(key: &str, node: &Node) -> Result<u64, Flaw> {
    text(key, node)?.replace('_', "").parse().map_err(|_| expected("a number of octets", key, node))
}

fn field<'a>(entries: &'a [Entry], names: &[&str]) -> Option<&'a Node> {
    names
        .iter()
        .find_map(|name| entries.iter().find(|entry| entry.key.eq_ignore_ascii_case(name)))
        .map(|e| &e.node)
}

fn required(key: &str, name: &str, node: &Node, entries: &[Entry]) -> Result<String, Flaw> {
    let given = text(key, field(entries, &[name]).ok_or_else(|| lacks(key, name, node))?)?;
    if given.is_empty() { Err(lacks(key, name, node)) } else { Ok(one_line(&given)) }
}

fn required_place(key: &str, name: &str, node: &Node, entries: &[Entry]) -> Result<String, Flaw> {
    required(key, name, node, entries)?;
    place(key, field(entries, &[name]).ok_or_else(|| lacks(key, name, node))?)
}

fn lacks(key: &str, name: &str, node: &Node) -> Flaw {
    Flaw::new(node.line, format!("`{key}`: expected `{name}` in the table, found none"))
}
