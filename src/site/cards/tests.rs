//! What is drawn.

use super::fonts::{Fonts, face_of};
use super::paint::{HEIGHT, WIDTH, Words, paint};
use super::palette::Colours;

fn words(title: &'static str, lang: &'static str) -> Words<'static> {
    Words { title, byline: "Ada Marlow", publication: "The Evening Post", lang, is_rtl: lang == "ar" }
}

#[test]
fn a_title_in_any_of_our_scripts_is_drawn_the_same_each_time_and_the_file_is_small() {
    let (fonts, colours) = (Fonts::new(&[]), Colours::of(&[]));
    let faces = fonts.faces();
    for (title, lang) in [
        ("How late is a weekly letter?", "en"),
        ("寫給晚一點的人", "zh-Hant"),
        ("订阅是一种礼貌", "zh-Hans"),
        ("余白を送る", "ja"),
        ("천천히 오는 편지", "ko"),
        ("رسالة متأخرة", "ar"),
        ("Тихая почта", "ru"),
    ] {
        assert!(title.chars().all(|c| face_of(&faces, c).is_some()), "{title}");
        let file = paint(&words(title, lang), &colours, &faces).unwrap();
        assert_eq!(paint(&words(title, lang), &colours, &faces).unwrap(), file);
        let pixels = image::load_from_memory(&file).unwrap().into_rgb8();
        assert_eq!(pixels.dimensions(), (WIDTH, HEIGHT));
        let inked = pixels.pixels().filter(|pixel| pixel.0 == colours.ink.0).count();
        assert!(inked > 3_000, "{title}: {inked} pixels of ink");
        assert!(file.len() < 40_000, "{title}: {} octets", file.len());
    }
}

#[test]
fn text_from_right_to_left_begins_at_the_right() {
    let (fonts, colours) = (Fonts::new(&[]), Colours::of(&[]));
    let faces = fonts.faces();
    let inked = |title, lang| {
        let file = paint(&words(title, lang), &colours, &faces).unwrap();
        let pixels = image::load_from_memory(&file).unwrap().into_rgb8();
        let columns = pixels.enumerate_pixels().filter(|(_, _, pixel)| pixel.0 == colours.ink.0);
        columns.map(|(x, ..)| x).fold((WIDTH, 0), |(least, most), x| (least.min(x), most.max(x)))
    };
    let (first, last) = (inked("Late", "en"), inked("رسالة", "ar"));
    assert!(first.0 < 100 && first.1 < WIDTH / 2, "{first:?}");
    assert!(last.1 > WIDTH - 100 && last.0 > WIDTH / 2, "{last:?}");
}
