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
    let local = meanings(essay, url).iter().find_map(|path| assets.get(path).copied());
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
    let media_type =
        media_type.clone().or_else(|| media_type_of(url).map(str::to_owned)).unwrap_or_else(|| {
            let what = format!("`enclosure`: the type of `{url}` cannot be told from its name");
            remarks.finding(Flaw::new(*line, what).with_help("add `type`, such as `audio/mpeg`"));
            "application/octet-stream".to_owned()
        });
    let transcript = transcript.as_ref().and_then(|(url, told)| {
        let media_type = told.clone().or_else(|| media_type_of(url).map(str::to_owned));
        if media_type.is_none() {
            let what =
                format!("`enclosure`: the type of the transcript `{url}` cannot be told from its name");
            remarks.finding(Flaw::new(*line, what).with_help("add `type`, such as `text/vtt`"));
        }
        Some(Transcript { url: url.clone(), media_type: media_type? })
    });
    Some(Enclosure {
        url: url.clone(),
        octets: octets.or(local).unwrap_or(0),
        media_type,
        duration_secs: *duration_secs,
        is_explicit: *is_explicit,
        transcript,
    })
}

fn media_type_of(url: &str) -> Option<&'static str> {
    let path = url.split(['?', '#']).next().unwrap_or(url);
    let extension = path.rsplit('/').next()?.rsplit_once('.')?.1.to_ascii_lowercase();
    MEDIA_TYPES.iter().find(|(known, _)| *known == extension).map(|(_, media_type)| *media_type)
}
