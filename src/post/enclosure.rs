//! What a feed must say of an attached file (RSS 2.0 `enclosure`): where it is, how long, of which type.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use url::Url;

use crate::post::fields::{At, Bill};
use crate::post::remarks::{Flaw, Remarks};
use crate::post::{Enclosure, Transcript, meanings};

/// Types of what people attach (the IANA registry, and what podcast players expect).
const MEDIA_TYPES: &[(&str, &str)] = &[
    ("mp3", "audio/mpeg"),
    ("m4a", "audio/mp4"),
    ("aac", "audio/aac"),
    ("ogg", "audio/ogg"),
    ("oga", "audio/ogg"),
    ("opus", "audio/ogg"),
    ("flac", "audio/flac"),
    ("wav", "audio/wav"),
    ("mp4", "video/mp4"),
    ("m4v", "video/mp4"),
    ("mov", "video/quicktime"),
    ("webm", "video/webm"),
    ("pdf", "application/pdf"),
    ("epub", "application/epub+zip"),
    ("zip", "application/zip"),
    ("jpg", "image/jpeg"),
    ("jpeg", "image/jpeg"),
    ("png", "image/png"),
    ("webp", "image/webp"),
    ("gif", "image/gif"),
    ("svg", "image/svg+xml"),
    ("txt", "text/plain"),
    ("html", "text/html"),
    ("vtt", "text/vtt"),
    ("srt", "application/x-subrip"),
    ("json", "application/json"),
];

/// Fills in what `bill` leaves out from the file it names, seen from the essay at `essay`.
pub(super) fn settle(
    essay: &Path,
    bill: &At<Bill>,
    assets: &BTreeMap<PathBuf, u64>,
    remarks: &mut Remarks,
) -> Option<Enclosure> {
    let At { line, value: Bill { url, octets, media_type, duration_secs, is_explicit, transcript } } = bill;
    let local = meanings(essay, url).into_iter().find_map(|path| Some((*assets.get(&path)?, path)));
    let octets = octets.filter(|octets| *octets > 0);
    if matches!(local, Some((0, _))) {
        let what =
            format!("`enclosure`: expected a file with something in it at `{url}`, found an empty one");
        remarks.fault(Flaw::new(*line, what));
        return None;
    }
    if local.is_none() && octets.is_none() {
        if Url::parse(url).is_err() {
            remarks.fault(Flaw::new(*line, format!("`enclosure`: expected a file at `{url}`, found none")));
            return None;
        }
        let what = format!("`enclosure`: how long `{url}` is cannot be told from here");
        remarks.finding(
            Flaw::new(*line, what).with_help("add `octets`: RSS readers show it before they download"),
        );
    }
    let media_type = media_type.clone().or_else(|| told_by_name(local.as_ref(), url)).unwrap_or_else(|| {
        let what = format!("`enclosure`: the type of `{url}` cannot be told from its name");
        remarks.finding(Flaw::new(*line, what).with_help("add `type`, such as `audio/mpeg`"));
        "application/octet-stream".to_owned()
    });
    let is_here = |url: &str| meanings(essay, url).iter().any(|path| assets.contains_key(path));
    let transcript = transcript.as_ref().and_then(|named| words(*line, named, is_here, remarks));
    Some(Enclosure {
        url: url.clone(),
        octets: octets.or(local.map(|(octets, _)| octets)).unwrap_or(0),
        media_type,
        duration_secs: *duration_secs,
        is_explicit: *is_explicit,
        transcript,
    })
}

/// The transcript that front matter names, if it is there and of a type that can be told.
fn words(
    line: usize,
    (url, told): &(String, Option<String>),
    is_here: impl Fn(&str) -> bool,
    remarks: &mut Remarks,
) -> Option<Transcript> {
    if !is_here(url) && Url::parse(url).is_err() {
        let what = format!("`enclosure`: expected a transcript at `{url}`, found none");
        let help = "name a file beside the essay (a `.txt` there is a post), or an `https:` URL";
        remarks.fault(Flaw::new(line, what).with_help(help));
        return None;
    }
    let media_type = told.clone().or_else(|| media_type_of(url).map(str::to_owned));
    if media_type.is_none() {
        let what = format!("`enclosure`: the type of the transcript `{url}` cannot be told from its name");
        remarks.finding(Flaw::new(line, what).with_help("add `type`, such as `text/vtt`"));
    }
    Some(Transcript { url: url.clone(), media_type: media_type? })
}

/// The type of the file that was found, or of what `url` names.
fn told_by_name(local: Option<&(u64, PathBuf)>, url: &str) -> Option<String> {
    let told = match local {
        Some((_, path)) => media_type_of_name(path.to_str()?),
        None => media_type_of(url),
    };
    told.map(str::to_owned)
}

fn media_type_of(url: &str) -> Option<&'static str> {
    media_type_of_name(url.split(['?', '#']).next().unwrap_or(url))
}

fn media_type_of_name(path: &str) -> Option<&'static str> {
    let extension = path.rsplit('/').next()?.rsplit_once('.')?.1.to_ascii_lowercase();
    MEDIA_TYPES.iter().find(|(known, _)| *known == extension).map(|(_, media_type)| *media_type)
}
