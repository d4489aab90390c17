//! What podcast players and directories look for in a feed with recordings.

use postrider::post::{Enclosure, Transcript};
use postrider::site::PodcastSettings;
use serde_json::Value;

use crate::publication::Publication;

/// The plain publication: its first post has a recording, the others have none.
fn spoken() -> Publication {
    let mut publication = Publication::plain();
    let feeds = &mut publication.settings.feeds;
    feeds.icon = Some("icons/small one.png".into());
    feeds.podcast = PodcastSettings {
        author: Some("Ada & Hanako".into()),
        owner_email: Some("ada@example.org".into()),
        category: Some(vec!["Arts".into(), "Books".into()]),
        image: Some("https://cdn.example.org/cover.jpg?a=1&b=2".into()),
        is_serial: true,
        is_locked: true,
        ..PodcastSettings::default()
    };
    publication.posts.published[0].enclosure = Some(Enclosure {
        url: "/talk.mp3".into(),
        octets: 12_345,
        media_type: "audio/mpeg".into(),
        duration_secs: Some(3723),
        is_explicit: Some(true),
        transcript: Some(Transcript { url: "/talk.vtt?a=1&b=2".into(), media_type: "text/vtt".into() }),
    });
    publication
}

fn channel(publication: &Publication, path: &str) -> rss::Channel {
    rss::Channel::read_from(publication.file(path).as_bytes()).unwrap()
}

#[test]
fn an_episode_says_how_long_it_plays_who_speaks_and_where_its_words_are() {
    let publication = spoken();
    let feed = channel(&publication, "rss.xml");
    let itunes = feed.items[0].itunes_ext.as_ref().unwrap();
    assert_eq!(itunes.duration.as_deref(), Some("3723"));
    assert_eq!(itunes.author.as_deref(), Some("Ada Lovelace"));
    assert_eq!(itunes.explicit.as_deref(), Some("true"));
    assert_eq!(itunes.image.as_deref(), Some("https://example.org/notes/cover%20one.png?w=1&h=2"));
    let text = publication.file("rss.xml");
    let want = concat!(
        "<podcast:transcript language=\"en\" type=\"text/vtt\" ",
        "url=\"https://example.org/notes/talk.vtt?a=1&amp;b=2\"></podcast:transcript>"
    );
    assert!(text.contains(want), "{text}");
    assert!(
        feed.items[1..].iter().all(|item| item.itunes_ext.is_none()),
        "a post without sound is no episode"
    );
    let json: Value = serde_json::from_str(&publication.file("feed.json")).unwrap();
    assert_eq!(json["items"][0]["attachments"][0]["duration_in_seconds"], 3723);
}

#[test]
fn a_feed_with_recordings_says_what_directories_want_to_know() {
    let publication = spoken();
    let feed = channel(&publication, "rss.xml");
    let itunes = feed.itunes_ext.as_ref().unwrap();
    assert_eq!(itunes.author.as_deref(), Some("Ada & Hanako"));
    assert_eq!(itunes.owner.as_ref().unwrap().email.as_deref(), Some("ada@example.org"));
    assert_eq!(itunes.image.as_deref(), Some("https://cdn.example.org/cover.jpg?a=1&b=2"));
    assert_eq!([itunes.explicit.as_deref(), itunes.r#type.as_deref()], [Some("false"), Some("serial")]);
    let category = &itunes.categories[0];
    assert_eq!([&category.text, &category.subcategory.as_ref().unwrap().text], ["Arts", "Books"]);
    let text = publication.file("rss.xml");
    assert!(text.contains("<podcast:locked>yes</podcast:locked>"), "{text}");
    assert!(text.contains("<podcast:medium>podcast</podcast:medium>"), "{text}");
}

#[test]
fn the_id_of_a_podcast_is_made_from_its_feed_s_address_unless_it_had_one() {
    let mut publication = spoken();
    let guid = |publication: &Publication, path: &str| {
        let text = publication.file(path);
        let (_, rest) = text.split_once("<podcast:guid>").unwrap();
        rest.split_once('<').unwrap().0.to_owned()
    };
    let made = guid(&publication, "rss.xml");
    assert_eq!((made.len(), &made[14..15]), (36, "5"), "a UUID of version 5: {made}");
    assert_ne!(made, guid(&publication, "tags/maps/rss.xml"), "another feed is another podcast");
    publication.settings.url = "http://example.org/notes/".parse().unwrap();
    assert_eq!(made, guid(&publication, "rss.xml"), "the scheme does not count");
    let old = "917393e3-1b1e-5cef-ace4-edaa54e1f810";
    publication.settings.feeds.podcast.guid = Some(old.into());
    assert_eq!(guid(&publication, "rss.xml"), old);
    assert_ne!(guid(&publication, "tags/maps/rss.xml"), old);
}

#[test]
fn a_feed_without_recordings_and_an_atom_feed_say_nothing_to_players() {
    let files = spoken().files();
    for path in ["languages/ja/rss.xml", "atom.xml", "tags/maps/atom.xml"] {
        assert!(!files[path].contains("<itunes:") && !files[path].contains("<podcast:"), "{path}");
    }
}

#[test]
fn pictures_of_the_publication_are_told_in_each_format_s_own_way() {
    let mut publication = spoken();
    publication.settings.feeds.logo = Some("logo.svg".into());
    let icon = "https://example.org/notes/icons/small%20one.png";
    let logo = "https://example.org/notes/logo.svg";
    let feed = atom_syndication::Feed::read_from(publication.file("atom.xml").as_bytes()).unwrap();
    assert_eq!([feed.icon.as_deref(), feed.logo.as_deref()], [Some(icon), Some(logo)]);
    let image = channel(&publication, "rss.xml").image.unwrap();
    assert_eq!(
        [image.url.as_str(), &image.title, &image.link],
        [logo, "Notes & Maps", "https://example.org/notes/"]
    );
    let json: Value = serde_json::from_str(&publication.file("feed.json")).unwrap();
    assert_eq!(json["favicon"], icon);
}
