//! What records promise.

use std::collections::BTreeMap;
use std::sync::Mutex;

use super::*;
use crate::post::essay::tests::settings;

/// Keeps everything in memory.
#[derive(Default)]
struct Drawer(Mutex<BTreeMap<String, Vec<u8>>>);

impl Store for Drawer {
    fn read(&self, key: &str) -> Option<Vec<u8>> {
        self.0.lock().unwrap().get(key).cloned()
    }

    fn write(&self, key: &str, octets: &[u8]) {
        self.0.lock().unwrap().insert(key.to_owned(), octets.to_vec());
    }
}

struct Case {
    root: tempfile::TempDir,
    drawer: Drawer,
    settings: PostSettings,
    program: &'static str,
    now: Timestamp,
}

impl Case {
    fn new() -> Self {
        Self {
            root: tempfile::tempdir().unwrap(),
            drawer: Drawer::default(),
            settings: settings(),
            program: "1",
            now: "2026-11-22T12:00:00Z".parse().unwrap(),
        }
    }

    fn write(&self, path: &str, text: &str) {
        fs::write(self.root.path().join(path), text).unwrap();
    }

    /// Loads, and keeps what was read, as one who comes long after all files were written.
    fn load(&self) -> Result<Posts, LoadError> {
        let later = "2200-01-01T00:00:00Z".parse().unwrap();
        let mut records = Records::open(&self.drawer, self.program, later);
        let posts = records.load(self.root.path(), Path::new("posts"), &self.settings, self.now)?;
        assert!(posts.published.iter().all(|post| post.reading_minutes() > 0));
        records.keep(&posts);
        Ok(posts)
    }

    /// What is loaded must be what would be if nothing had been kept.
    fn compare(&self) {
        let kept = self.load();
        let anew = Posts::load(self.root.path(), Path::new("posts"), &self.settings, self.now);
        if let Ok(posts) = &anew {
            assert!(posts.published.iter().all(|post| post.reading_minutes() > 0));
        }
        let sources = |posts: &Result<Posts, LoadError>| -> Vec<String> {
            let published = posts.iter().flat_map(|posts| &posts.published);
            published.map(|post| post.body.source().into_owned()).collect()
        };
        assert_eq!(sources(&kept), sources(&anew));
        assert_eq!(format!("{kept:?}"), format!("{anew:?}"));
    }
}

#[test]
fn what_is_kept_of_essays_is_what_they_would_be_if_read_anew() {
    let mut case = Case::new();
    case.write("2026-01-01-old.md", "\u{feff}# Old\r\n\r\nText with a [link](no.md) and [[no-name]].\r\n");
    case.write(
        "2026-01-02-maps.md",
        "+++\ntitle = \"On maps\"\ntags = [\"紙\"]\nextra = { a = [1, \"b\"] }\n+++\n\n地圖。\n",
    );
    case.write("2026-01-03-plain.txt", "Plain\n\nText.\n");
    case.write("2027-01-01-future.md", "# Future\n\nText");
    case.write("draft.md", "+++\ntitle = \"Draft\"\ndraft = true\n+++\n");
    case.compare();
    case.compare();
    case.write("2026-01-01-old.md", "# Older\n\nText");
    case.compare();
    case.now = "2027-02-01T12:00:00Z".parse().unwrap();
    case.compare();
    case.compare();
    case.now = "2026-01-02T12:00:00Z".parse().unwrap();
    case.compare();
    case.settings.lang = "de".parse().unwrap();
    case.compare();
    case.write("map.svg", "<svg viewBox='0 0 2 1'>\n<script/></svg>");
    case.compare();
    case.compare();
    case.write("map.svg", "<svg viewBox='0 0 4 1'>\n<style>@import '//example.org/a.css'</style></svg>");
    case.compare();
    fs::rename(case.root.path().join("map.svg"), case.root.path().join("other.svg")).unwrap();
    case.compare();
    case.write("map.mp3", "ID3");
    case.write("2026-01-04-heard.md", "+++\ntitle = \"Heard\"\nenclosure = \"map.mp3\"\n+++\n\nText.\n");
    case.compare();
    fs::remove_file(case.root.path().join("map.mp3")).unwrap();
    case.compare();
    case.write("2026-01-04-heard.md", "# Heard\n");
    fs::remove_file(case.root.path().join("2026-01-01-old.md")).unwrap();
    case.compare();
    case.compare();
}

/// WAV of `seconds` seconds at `per_second` octets each, with all octets of the sound the same.
pub(in crate::post) fn recording(seconds: u32, per_second: u32) -> Vec<u8> {
    let octets = seconds * per_second;
    let format =
        [&b"WAVEfmt \x10\0\0\0\x01\0\x01\0"[..], &per_second.to_le_bytes(), &per_second.to_le_bytes()];
    let head = [&b"RIFF\0\0\0\0"[..], &format.concat(), b"\x01\0\x08\0data", &octets.to_le_bytes()];
    [head.concat(), vec![0; octets as usize]].concat()
}

#[test]
fn a_post_with_a_recording_is_recorded_until_the_recording_changes() {
    let case = Case::new();
    let put = |octets: &[u8]| fs::write(case.root.path().join("talk.wav"), octets).unwrap();
    let files_read = || {
        let later = "2200-01-01T00:00:00Z".parse().unwrap();
        let mut records = Records::open(&case.drawer, case.program, later);
        let posts = records.load(case.root.path(), Path::new("posts"), &case.settings, case.now).ok();
        let length = posts.and_then(|posts| posts.published[0].enclosure.as_ref()?.duration_secs);
        (records.fresh.len(), length)
    };
    put(&recording(4, 100));
    case.write("2026-01-04-heard.md", "+++\ntitle = \"Heard\"\nenclosure = \"talk.wav\"\n+++\n\nText.\n");
    case.compare();
    assert_eq!(files_read(), (0, Some(4)), "nothing changed");
    // As many octets as before, but another length.
    put(&recording(2, 200));
    assert_eq!(files_read(), (1, Some(2)), "another recording");
    case.compare();
    put(&recording(2, 200));
    assert_eq!(files_read(), (1, Some(2)), "replaced by the same");
    fs::rename(case.root.path().join("talk.wav"), case.root.path().join("other.wav")).unwrap();
    assert_eq!(files_read(), (0, None), "a fault: it is gone");
    case.compare();
    put(b"");
    case.compare();
    put(b"RIFF of nothing");
    case.compare();
    case.compare();
}

#[test]
fn an_essay_that_looks_as_it_did_is_read_when_its_words_are_asked_for() {
    let mut case = Case::new();
    case.write("2026-01-01-maps.md", "# Maps\n\nText");
    case.load().unwrap();
    let posts = case.load().unwrap();
    assert_eq!((posts.published[0].body.source().as_ref(), posts.changed()), ("\nText", None));
    let posts = case.load().unwrap();
    case.write("2026-01-01-maps.md", "# Maps\n\nTexts");
    assert_eq!(posts.published[0].body.source(), "", "what came late is not taken");
    assert_eq!(posts.changed(), Some(Path::new("2026-01-01-maps.md")));
    case.program = "2";
    let posts = case.load().unwrap();
    assert_eq!((posts.published[0].body.source().as_ref(), posts.changed()), ("\nTexts", None));
}

#[test]
fn a_file_that_was_changed_a_moment_ago_is_not_recorded() {
    let case = Case::new();
    case.write("2026-01-01-maps.md", "# Maps\n\nText");
    let written = fs::metadata(case.root.path().join("2026-01-01-maps.md")).unwrap().modified().unwrap();
    let mut records = Records::open(&case.drawer, case.program, written.try_into().unwrap());
    let posts = records.load(case.root.path(), Path::new("posts"), &case.settings, case.now).unwrap();
    assert_eq!(posts.published[0].word_count(), 1);
    records.keep(&posts);
    let kept = case.drawer.0.lock().unwrap();
    assert!(kept.is_empty(), "{kept:?}");
}

#[test]
fn an_essay_is_recorded_although_nobody_asked_how_long_it_is() {
    let case = Case::new();
    case.write("2026-01-01-maps.md", "# Maps\n\nText of four words");
    let later = "2200-01-01T00:00:00Z".parse().unwrap();
    let load = || {
        let mut records = Records::open(&case.drawer, case.program, later);
        let posts = records.load(case.root.path(), Path::new("posts"), &case.settings, case.now).unwrap();
        let (words, fresh) =
            (posts.published[0].survey.get().map(|survey| survey.word_count), records.fresh.len());
        records.keep(&posts);
        (words, fresh)
    };
    assert_eq!(load(), (None, 1), "it is read, and nothing more is asked");
    assert_eq!(load(), (Some(4), 0), "it is not read again");
}

#[test]
fn records_that_make_no_sense_are_none() {
    let case = Case::new();
    case.write("2026-01-01-maps.md", "# Maps\n\nText");
    case.load().unwrap();
    let whole = case.drawer.0.lock().unwrap().clone();
    for (key, octets) in &whole {
        for end in 0..octets.len() {
            case.drawer.write(key, &octets[..end]);
            case.compare();
        }
    }
}
