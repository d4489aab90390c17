//! What the crates let happen without a word, one test each: the feeds must not show it.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use postrider::site::FeedContent;
use quick_xml::Reader;
use quick_xml::events::Event;
use serde_json::Value;

use crate::publication::{Publication, post};

/// Atom and RSS of the whole publication.
const XML: [&str; 2] = ["atom.xml", "rss.xml"];

fn rss(publication: &Publication) -> rss::Channel {
    rss::Channel::read_from(publication.file("rss.xml").as_bytes()).unwrap()
}

fn atom(publication: &Publication) -> atom_syndication::Feed {
    atom_syndication::Feed::read_from(publication.file("atom.xml").as_bytes()).unwrap()
}

fn json(publication: &Publication) -> Value {
    serde_json::from_str(&publication.file("feed.json")).unwrap()
}

/// Start and empty tags in order, with their attributes, unescaped.
fn tags(xml: &str) -> Vec<(String, Vec<(String, String)>)> {
    let mut reader = Reader::from_str(xml);
    let mut tags = Vec::new();
    loop {
        match reader.read_event().unwrap() {
            Event::Start(tag) | Event::Empty(tag) => {
                let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
                let attributes = tag.attributes().map(Result::unwrap).map(|attribute| {
                    let value = text(&attribute.value);
                    (text(attribute.key.as_ref()), quick_xml::escape::unescape(&value).unwrap().into_owned())
                });
                tags.push((text(tag.name().as_ref()), attributes.collect()));
            }
            Event::Eof => return tags,
            _ => {}
        }
    }
}

/// Values of `attribute` on every `tag`.
fn attributes(xml: &str, tag: &str, attribute: &str) -> Vec<String> {
    let found = tags(xml).into_iter().filter(|(name, _)| name == tag).flat_map(|(_, attributes)| attributes);
    found.filter(|(name, _)| name == attribute).map(|(_, value)| value).collect()
}

/// Everything under `folder` of the sources, tests left out.
fn source_of(folder: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files.filter(|path| path.is_file()).map(|path| fs::read_to_string(path).unwrap()).collect()
}

#[test]
fn no_character_that_xml_forbids_is_in_any_feed() {
    for (path, text) in Publication::nasty().files() {
        let is_forbidden =
            |c: char| (c < ' ' && c != '\n' && c != '\t') || matches!(c, '\u{fffe}' | '\u{ffff}');
        assert_eq!(text.chars().find(|c| is_forbidden(*c)), None, "{path}");
    }
    let feed = json(&Publication::nasty());
    let content = feed["items"][0]["content_html"].as_str().unwrap();
    assert!(
        !content.contains('\u{1}') && content.contains("漢字と仮名"),
        "JSON can carry them, but does not"
    );
}

#[test]
fn an_ampersand_in_the_url_of_a_picture_is_escaped_once() {
    let want = "https://example.org/notes/cover%20one.png?w=1&h=2";
    for path in XML {
        let feed = Publication::plain().file(path);
        for tag in ["media:content", "media:thumbnail"] {
            assert_eq!(attributes(&feed, tag, "url"), [want], "{tag} in {path}");
        }
    }
    assert_eq!(json(&Publication::plain())["items"][0]["image"], want);
}

#[test]
fn namespaces_are_the_same_few_whatever_stands_in_the_posts() {
    let known = BTreeSet::from([
        ("xmlns", "http://www.w3.org/2005/Atom"),
        ("xmlns:atom", "http://www.w3.org/2005/Atom"),
        ("xmlns:content", "http://purl.org/rss/1.0/modules/content/"),
        ("xmlns:dc", "http://purl.org/dc/elements/1.1/"),
        ("xmlns:fh", "http://purl.org/syndication/history/1.0"),
        ("xmlns:itunes", "http://www.itunes.com/dtds/podcast-1.0.dtd"),
        ("xmlns:podcast", "https://podcastindex.org/namespace/1.0"),
        ("xmlns:media", "http://search.yahoo.com/mrss/"),
    ]);
    for path in XML {
        let feed = Publication::nasty().file(path);
        for (name, uri) in tags(&feed).into_iter().flat_map(|(_, attributes)| attributes) {
            if name.starts_with("xmlns") {
                assert!(known.contains(&(name.as_str(), uri.as_str())), "{name}={uri} in {path}");
            }
        }
    }
}

#[test]
fn every_prefix_in_use_is_declared_on_the_root() {
    for path in XML {
        let tags = tags(&Publication::plain().file(path));
        let declared: Vec<_> = tags[0].1.iter().filter_map(|(name, _)| name.strip_prefix("xmlns:")).collect();
        let used: BTreeSet<_> =
            tags.iter().filter_map(|(name, _)| name.split_once(':')).map(|it| it.0).collect();
        assert!(
            used.contains("media") && used.iter().all(|prefix| declared.contains(prefix)),
            "{path}: {used:?}"
        );
    }
}

#[test]
fn no_text_of_an_atom_feed_is_xhtml() {
    let feed = Publication::nasty().file("atom.xml");
    for tag in ["title", "subtitle", "summary", "content", "rights"] {
        assert!(!attributes(&feed, tag, "type").contains(&"xhtml".to_owned()), "{tag}");
    }
}

#[test]
fn every_content_of_an_atom_feed_is_marked_as_html() {
    let publication = Publication::plain();
    let feed = atom(&publication);
    assert_eq!(feed.entries.len(), 3);
    for (entry, post) in feed.entries.iter().zip(&publication.posts.published) {
        let content = entry.content.as_ref().unwrap();
        assert_eq!(content.content_type.as_deref(), Some("html"));
        assert_eq!(content.value.as_deref(), Some(&*post.body.source()));
    }
}

#[test]
fn no_feed_says_how_often_it_changes() {
    for (path, text) in Publication::plain().files() {
        for word in ["purl.org/rss/1.0/modules/syndication", "<sy:", "1970"] {
            assert!(!text.contains(word), "{word} in {path}");
        }
    }
}

#[test]
fn a_guid_is_the_stored_id_and_no_permalink() {
    let publication = Publication::plain();
    let feed = publication.file("rss.xml");
    assert_eq!(attributes(&feed, "guid", "isPermaLink"), ["false"; 3]);
    for (item, post) in rss(&publication).items.iter().zip(&publication.posts.published) {
        assert_eq!(item.guid.as_ref().unwrap().value, post.id.as_str());
    }
}

#[test]
fn what_the_crate_validates_only_on_request_holds_always() {
    for publication in [Publication::plain(), Publication::nasty()] {
        let channel = rss(&publication);
        let mut ids = BTreeSet::new();
        assert!(url::Url::parse(&channel.link).is_ok() && !channel.description.is_empty());
        for item in &channel.items {
            assert!(ids.insert(item.guid.clone().unwrap().value), "ids are unique");
            assert!(item.description.is_some(), "a description stands before the content");
            for url in [
                item.link.as_ref().unwrap(),
                &item.enclosure.as_ref().map_or("a:b".into(), |it| it.url.clone()),
            ] {
                assert!(url::Url::parse(url).is_ok() && url.is_ascii(), "{url}");
            }
        }
    }
}

#[test]
fn every_date_of_an_rss_feed_is_rfc_822_with_a_year_of_four_digits() {
    let publication = Publication::plain();
    let channel = rss(&publication);
    assert_eq!(
        channel.last_build_date.as_deref(),
        Some("Thu, 02 Apr 2026 10:11:12 +0200"),
        "the newest change"
    );
    assert_eq!(channel.items[0].pub_date.as_deref(), Some("Sun, 01 Mar 2026 09:00:00 +0100"));
    assert_eq!(channel.items[1].pub_date.as_deref(), Some("Sun, 01 Feb 2026 09:00:00 +0900"));
    for (item, post) in channel.items.iter().zip(&publication.posts.published) {
        let date = rfc2822::parse(item.pub_date.as_ref().unwrap()).unwrap();
        assert_eq!(date.timestamp(), post.published.timestamp());
    }
}

#[test]
fn every_date_of_an_atom_feed_stops_at_the_second() {
    let feed = Publication::plain().file("atom.xml");
    assert!(feed.contains("<updated>2026-04-02T10:11:12+02:00</updated>"), "{feed}");
    assert!(feed.contains("<published>2026-02-01T09:00:00+09:00</published>"));
    let feed = json(&Publication::plain());
    assert_eq!(feed["items"][0]["date_modified"], "2026-04-02T10:11:12+02:00");
    assert!(feed["items"][0]["date_modified"].as_str().unwrap().parse::<Timestamp>().is_ok());
}

#[test]
fn texts_are_escaped_once_and_the_end_of_a_cdata_section_can_stand_in_one() {
    let mut tricky = post("tricky", "AT&T &amp; \"R&D\" ]]>");
    tricky.body = tricky.body.with_source("<pre>a ]]&gt; b ]]> c &amp;lt; d</pre>");
    tricky.given_summary = Some("1 < 2 & ]]>".into());
    let publication = Publication::of(vec![tricky.clone()]);
    let item = &rss(&publication).items[0];
    assert_eq!(item.title.as_ref(), Some(&tricky.title));
    assert_eq!(item.content.as_deref(), Some(&*tricky.body.source()));
    assert_eq!(item.description.as_deref(), Some("1 &lt; 2 &amp; ]]&gt;"), "a description is HTML");
    let entry = &atom(&publication).entries[0];
    assert_eq!(entry.title.value, tricky.title);
    assert_eq!(entry.summary.as_ref().unwrap().value, tricky.summary(), "a summary is plain text");
    assert_eq!(entry.content.as_ref().unwrap().value.as_deref(), Some(&*tricky.body.source()));
    let item = &json(&publication)["items"][0];
    assert_eq!([&item["title"], &item["summary"]], [tricky.title.as_str(), tricky.summary()]);
    assert_eq!(item["content_html"], *tricky.body.source());
}

#[test]
fn a_title_with_a_bracket_is_read_as_its_author_wrote_it() {
    let publication = Publication::plain();
    let title = "On maps & <scales>";
    assert!(publication.file("rss.xml").contains("<title>On maps &amp; &lt;scales&gt;</title>"));
    assert_eq!(rss(&publication).items[0].title.as_deref(), Some(title));
    assert_eq!(atom(&publication).entries[0].title.value, title);
}

#[test]
fn a_feed_in_xml_names_a_style_sheet_that_browsers_keep() {
    for (path, text) in Publication::nasty().files() {
        let up = "../".repeat(path.matches('/').count());
        let want = format!("\n<?xml-stylesheet type=\"text/css\" href=\"{up}assets/feed.css\"?>\n<");
        assert_eq!(text.contains(&want), path.ends_with(".xml"), "{path}");
        assert!(!text.contains("xsl"), "{path}");
    }
}

#[test]
fn every_document_begins_with_its_encoding() {
    for (path, text) in Publication::plain().files() {
        let is_declared = text.starts_with("<?xml version=\"1.0\" encoding=\"utf-8\"?>");
        assert!(is_declared || path.ends_with(".json"), "{path}: {}", &text[..60]);
    }
}

#[test]
fn every_text_of_an_entry_says_its_language() {
    let publication = Publication::plain();
    let entry = &atom(&publication).entries[1];
    let [title, summary, content] =
        [&entry.title.lang, &entry.summary.as_ref().unwrap().lang, &entry.content.as_ref().unwrap().lang];
    assert_eq!([title, summary, content].map(Option::as_deref), [Some("ja"); 3]);
    assert_eq!(atom(&publication).lang.as_deref(), Some("en"));
    let channel = rss(&publication);
    assert_eq!(channel.language.as_deref(), Some("en"));
    let languages = channel.items.iter().map(|item| item.dublin_core_ext.clone().unwrap().languages.concat());
    assert_eq!(languages.collect::<Vec<_>>(), ["en", "ja", "en"]);
    let feed = json(&publication);
    assert_eq!([&feed["language"], &feed["items"][1]["language"]], ["en", "ja"]);
}

#[test]
fn an_item_has_one_enclosure_with_url_length_and_type() {
    let publication = Publication::plain();
    let feed = publication.file("rss.xml");
    assert_eq!(feed.matches("<enclosure ").count(), 1);
    let url = "https://example.org/talk.mp3?a=1&b=2";
    for (attribute, want) in [("url", url), ("length", "12345"), ("type", "audio/mpeg")] {
        assert_eq!(attributes(&feed, "enclosure", attribute), [want]);
    }
    let entry = &atom(&publication).entries[0];
    let link = entry.links.iter().find(|link| link.rel == "enclosure").unwrap();
    assert_eq!([link.href.as_str(), link.length.as_deref().unwrap()], [url, "12345"]);
    let attachment = &json(&publication)["items"][0]["attachments"][0];
    assert_eq!([&attachment["url"], &attachment["mime_type"]], [url, "audio/mpeg"]);
    assert_eq!(attachment["size_in_bytes"], 12_345);
}

#[test]
fn extensions_stand_in_alphabetical_order() {
    for path in XML {
        let feed = Publication::plain().file(path);
        let media: Vec<_> =
            tags(&feed).into_iter().map(|it| it.0).filter(|it| it.starts_with("media:")).collect();
        assert_eq!(media, ["media:content", "media:description", "media:thumbnail"], "{path}");
    }
}

#[test]
fn what_a_feed_says_of_itself_stands_before_its_items() {
    let tags_of =
        |path| tags(&Publication::plain().file(path)).into_iter().map(|it| it.0).collect::<Vec<_>>();
    let rss = tags_of("rss.xml");
    let place = |name: &str| rss.iter().position(|tag| tag == name).unwrap();
    assert!(place("atom:link") < place("item"));
    let atom = tags_of("atom.xml");
    let last_entry = atom.iter().rposition(|tag| tag == "entry").unwrap();
    let of_feed = ["subtitle", "rights", "generator", "media:content"];
    assert!(of_feed[..3].iter().all(|name| atom.iter().rposition(|tag| tag == name).unwrap() < last_entry));
    assert!(
        atom[last_entry..].iter().all(|tag| !tag.contains(':')),
        "no extension of the feed after its entries"
    );
}

#[test]
fn no_feed_is_written_by_a_call_that_swallows_errors() {
    for (path, text) in Publication::of(Vec::new()).files() {
        let ends = ["</feed>\n", "</rss>\n", "}\n"];
        assert!(ends.iter().any(|end| text.ends_with(end)), "{path} is whole even without posts: {text}");
    }
    let source = source_of("src/site/feed");
    assert!(source.contains(".pretty_write_to(") && source.contains(".write_with_config("));
    assert!(!source.contains("channel(frame).to_string") && !source.contains("feed(frame).to_string"));
}

#[test]
fn no_feed_is_read_back_through_the_crates() {
    let source = source_of("src/site/feed") + &source_of("src/site");
    assert!(!source.contains("read_from") && !source.contains("Feed>()") && !source.contains("Channel>()"));
}

#[test]
fn indenting_leaves_every_text_alone() {
    let mut code = post("code", "  two  spaces  ");
    code.body = code.body.with_source("<pre>\n  indented\n\n\tand tabbed  \n</pre>\n\n");
    let publication = Publication::of(vec![code.clone()]);
    assert_eq!(text_of(&publication.file("atom.xml"), "content"), code.body.source());
    assert_eq!(text_of(&publication.file("rss.xml"), "content:encoded"), code.body.source());
    assert!(publication.file("rss.xml").contains("\n    <item>\n      <title>  two  spaces  </title>\n"));
}

/// The text of the first `tag`, to the letter.
fn text_of(xml: &str, tag: &str) -> String {
    let mut reader = Reader::from_str(xml);
    let mut text = None;
    loop {
        match (reader.read_event().unwrap(), &mut text) {
            (Event::Start(start), None) if start.name().as_ref() == tag.as_bytes() => {
                text = Some(String::new())
            }
            (Event::Text(part), Some(text)) => text.push_str(&part.decode().unwrap()),
            (Event::CData(part), Some(text)) => text.push_str(&part.decode().unwrap()),
            (Event::GeneralRef(name), Some(text)) => {
                let reference = format!("&{};", name.decode().unwrap());
                text.push_str(&quick_xml::escape::unescape(&reference).unwrap());
            }
            (Event::End(end), Some(text)) if end.name().as_ref() == tag.as_bytes() => {
                return std::mem::take(text);
            }
            (Event::Eof, _) => panic!("no {tag}"),
            _ => {}
        }
    }
}

#[test]
fn every_link_of_an_atom_feed_spells_its_relation_out() {
    let feed = Publication::plain().file("atom.xml");
    let relations = attributes(&feed, "link", "rel");
    assert_eq!(relations, ["self", "alternate", "alternate", "enclosure", "alternate", "alternate"]);
    assert_eq!(relations.len(), feed.matches("<link ").count());
    let hrefs = attributes(&feed, "link", "href");
    assert_eq!(hrefs[..2], ["https://example.org/notes/atom.xml", "https://example.org/notes/"]);
    let rss = Publication::plain().file("rss.xml");
    assert_eq!(attributes(&rss, "atom:link", "rel"), ["self"]);
    assert_eq!(attributes(&rss, "atom:link", "href"), ["https://example.org/notes/rss.xml"]);
}

#[test]
fn every_line_of_every_feed_ends_in_a_line_feed_alone() {
    for (path, text) in Publication::nasty().files() {
        assert!(!text.contains('\r') && !text.contains("&#13;") && !text.contains("\\r"), "{path}");
    }
    let content = text_of(&Publication::nasty().file("rss.xml"), "content:encoded");
    assert!(content.contains("one\ntwo\nthree"), "{content}");
}

#[test]
fn a_json_feed_has_the_shape_of_version_1_1() {
    let publication = Publication::plain();
    let feed = json(&publication);
    let members: Vec<_> = feed.as_object().unwrap().keys().map(String::as_str).collect();
    let want =
        ["version", "title", "home_page_url", "feed_url", "description", "language", "authors", "items"];
    assert_eq!(members, want, "the version first");
    assert_eq!(feed["version"], "https://jsonfeed.org/version/1.1");
    assert_eq!(feed["feed_url"], "https://example.org/notes/feed.json");
    assert_eq!(feed["authors"], serde_json::json!([{ "name": "Ada Lovelace" }]));
    for (item, post) in feed["items"].as_array().unwrap().iter().zip(&publication.posts.published) {
        assert_eq!(item["id"], post.id.as_str());
        assert_eq!(item["authors"].as_array().unwrap().len(), post.authors.len());
        assert!(item["content_html"].is_string() && item.get("content_text").is_none());
    }
    let text = publication.file("feed.json");
    for word in ["null", "\"author\":", "\"_", "[]"] {
        assert!(!text.contains(word), "{word} in {text}");
    }
    let mut summaries = publication;
    summaries.settings.feeds.content = FeedContent::Summary;
    let item = &json(&summaries)["items"][0];
    assert_eq!(item["content_text"], item["summary"]);
    assert!(item.get("content_html").is_none());
}

#[test]
fn both_crates_share_one_version_of_the_atom_crate() {
    let link: atom_syndication::Link = rss::extension::atom::Link::default();
    assert_eq!(link.rel, "alternate");
    let lock = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.lock")).unwrap();
    for name in ["atom_syndication", "rss"] {
        assert_eq!(lock.matches(&format!("name = \"{name}\"\n")).count(), 1, "{name}");
    }
}
