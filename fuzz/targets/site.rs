//! Any text in any field of a post: every file of the public tree is written, every XML document is well-formed, every feed in
//! JSON is JSON, and no page carries a script that is not ours.

#![no_main]

use std::sync::Mutex;

use libfuzzer_sys::fuzz_target;
use postrider::site::{Artifact, Source, build};
use postrider_fuzz::{DESK, is_xml_char, read, strict};

/// Fields, in the order of the texts in the input; between two stands an octet that is in no UTF-8.
const FIELDS: [&str; 8] = ["title", "summary", "tags", "authors", "image", "enclosure", "aliases", "updated"];

fuzz_target!(|octets: &[u8]| {
    let texts: Vec<String> =
        octets.split(|octet| *octet == 0xff).map(|text| String::from_utf8_lossy(text).into_owned()).collect();
    let fields: String = FIELDS
        .iter()
        .zip(&texts)
        .filter(|(_, text)| !text.is_empty())
        .map(|(name, text)| field(name, text))
        .collect();
    let essay = texts.get(FIELDS.len()).map_or("Text.", String::as_str);
    let file = format!("+++\nid = \"tag:letters.example,2026:e\"\n{fields}+++\n\n# A title\n\n{essay}");
    let Ok(posts) = read("2026-03-01-essay.md", file.as_bytes()) else { return };
    let source = Source {
        posts: &posts,
        settings: &DESK.site,
        templates: &DESK.templates,
        markup: &DESK.markup,
        cache: None,
        pictures: None,
        cards: None,
        has_records: false,
        program: None,
    };
    let files = Mutex::new(Vec::new());
    let built = build(&source, &|file| {
        files.lock().expect("nothing panics while it is held").push(file);
        Ok(())
    });
    match built {
        Ok(_) => files.into_inner().expect("nothing panics while it is held").iter().for_each(assert_whole),
        Err(error) => assert!(!error.to_string().contains("fault of the program"), "{error}: {file}"),
    }
});

fn field(name: &str, text: &str) -> String {
    match name {
        "tags" | "authors" | "aliases" => format!("{name} = [{}]\n", quoted(text)),
        "image" => format!("{name} = {{ src = {}, alt = {} }}\n", quoted(text), quoted(text)),
        "enclosure" => {
            format!("{name} = {{ url = {}, octets = 1, type = {} }}\n", quoted(text), quoted(text))
        }
        _ => format!("{name} = {}\n", quoted(text)),
    }
}

/// A basic string of TOML with all that is not plain escaped.
fn quoted(text: &str) -> String {
    let escaped = text.chars().map(|c| match c {
        '"' | '\\' => format!("\\{c}"),
        c if c.is_control() => format!("\\u{:04X}", u32::from(c)),
        c => c.to_string(),
    });
    format!("\"{}\"", escaped.collect::<String>())
}

fn assert_whole(file: &Artifact) {
    let Ok(text) = String::from_utf8(file.bytes.to_vec()) else { return };
    let ending = file.path.rsplit('.').next().unwrap_or_default();
    match ending {
        "xml" | "opml" => {
            assert!(text.chars().all(is_xml_char), "{}: {text:?}", file.path);
            strict::parsed(&text).unwrap_or_else(|error| panic!("{}: {error}: {text}", file.path));
        }
        "json" => drop(
            serde_json::from_str::<serde_json::Value>(&text)
                .unwrap_or_else(|error| panic!("{error}: {text}")),
        ),
        _ => {}
    }
}
