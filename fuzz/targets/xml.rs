//! What every XML document passes: the sanitiser, the writer of addresses, and the check of finished documents, which is held
//! against another strict parser.

#![no_main]

use libfuzzer_sys::fuzz_target;
use postrider::site::xml;
use postrider_fuzz::{is_xml_char, strict};

fuzz_target!(|octets: &[u8]| {
    let text = String::from_utf8_lossy(octets);
    let clean = xml::clean(&text);
    assert!(clean.chars().all(|c| is_xml_char(c) && c != '\r'), "{clean:?}");
    assert_eq!(xml::clean(&clean), clean, "cleaning what is clean changes nothing");
    assert_read_back(&clean);
    assert_address(&text);
    assert_refused_alike(&text);
});

/// Clean text, escaped, is read back to the letter.
fn assert_read_back(clean: &str) {
    let escaped = quick_xml::escape::escape(clean);
    let document = format!("<a b=\"{}\">{escaped}</a>", escaped.replace(['\t', '\n'], " "));
    assert!(passes(&document), "{document:?}");
    let read = strict::parsed(&document).unwrap_or_else(|error| panic!("{error}: {document:?}"));
    assert_eq!(read.root_element().text().unwrap_or_default(), clean);
    assert_eq!(read.root_element().attribute("b"), Some(clean.replace(['\t', '\n'], " ").as_str()));
}

fn assert_address(text: &str) {
    let Some(uri) = xml::uri(text) else { return };
    let is_of_uri = |octet: u8| octet.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%".contains(&octet);
    assert!(uri.bytes().all(is_of_uri), "{uri:?}");
    assert!(url::Url::parse(&uri).is_ok(), "{uri:?}");
    assert_eq!(xml::uri(&uri).as_deref(), Some(uri.as_str()), "an address of ours stays as it is");
}

/// What the check lets pass, another strict parser reads.
fn assert_refused_alike(text: &str) {
    // Its limit is on the number of nodes; documents of types are none of ours.
    if passes(text) && !text.contains("<!DOCTYPE") {
        strict::parsed(text).unwrap_or_else(|error| panic!("{error}: {text:?}"));
    }
}

fn passes(text: &str) -> bool {
    xml::checked("rss.xml", text.into()).is_ok()
}
