//! What is made of pictures.

use std::fs;
use std::path::{Path, PathBuf};

use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageEncoder, ImageFormat, RgbImage, Rgba, RgbaImage};
use tempfile::TempDir;

use super::made::{self, Made, PLAIN_WIDTH};
use super::{Gallery, PictureSettings};
use crate::site::Artifact;
use crate::site::cache::CacheFolder;

/// A scene of many colours, its left half red and its right half blue.
fn photograph(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        let grain = (x.wrapping_mul(2_654_435_761).wrapping_add(y.wrapping_mul(40_503)) >> 7) % 64;
        let shade = u8::try_from(grain + (y * 60 / height)).unwrap();
        if x < width / 2 { [255 - shade, shade, 20].into() } else { [20, shade, 255 - shade].into() }
    })
}

/// An Exif block that says how the picture is turned, and that a place stands in it.
fn exif(orientation: u8) -> Vec<u8> {
    let turned = [0x12, 0x01, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0];
    let place = [0x25, 0x88, 4, 0, 1, 0, 0, 0, 0, 0, 0, 0];
    [&b"II*\0\x08\0\0\0\x02\0"[..], &turned, &place, &[0; 4]].concat()
}

fn jpeg(pixels: &RgbImage, metadata: Option<Vec<u8>>) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut file, 92);
    if let Some(metadata) = metadata {
        encoder.set_exif_metadata(metadata).unwrap();
    }
    encoder.encode_image(pixels).unwrap();
    file
}

fn png(pixels: impl Into<DynamicImage>) -> Vec<u8> {
    let mut file = std::io::Cursor::new(Vec::new());
    pixels.into().write_to(&mut file, ImageFormat::Png).unwrap();
    file.into_inner()
}

fn make(file: &[u8]) -> Made {
    made::make(file, &PictureSettings::default())
}

fn read(file: &[u8]) -> DynamicImage {
    image::load_from_memory(file).unwrap()
}

#[test]
fn a_photograph_becomes_upright_files_without_metadata() {
    // Taken with the camera on its side: what is left in the file is up in the picture.
    let file = jpeg(&photograph(1800, 1000), Some(exif(6)));
    let Made { sheet, files } = make(&file);
    assert_eq!((sheet.width, sheet.height), (1000, 1800));
    assert_eq!(sheet.widths, [480, 800, 1000]);
    assert!(sheet.tells_place && sheet.finding.is_none());
    let plain = sheet.plain.unwrap();
    assert_eq!((plain.width, plain.height, plain.ending.as_str()), (1000, 1800, "jpg"));
    for (made, width) in files.iter().zip([480, 800, 1000, 1000]) {
        let pixels = read(made).into_rgb8();
        assert_eq!(pixels.dimensions(), (width, width * 9 / 5));
        let (top, bottom) =
            (pixels.get_pixel(width / 2, 40), pixels.get_pixel(width / 2, width * 9 / 5 - 40));
        assert!(top[0] > 150 && bottom[2] > 150, "{top:?} above {bottom:?}");
        for mark in [&b"Exif"[..], b"EXIF", b"II*\0", b"ICCP"] {
            assert!(!made.windows(mark.len()).any(|octets| octets == mark));
        }
        assert!(made.len() < file.len());
    }
}

#[test]
fn what_shows_through_a_drawing_still_does() {
    let drawing = RgbaImage::from_fn(1500, 600, |x, y| match (x, (x * y) % 7) {
        (..700, _) => Rgba([0; 4]),
        (_, 0) if x < 1200 => Rgba([20, 60, 90, 255]),
        _ => Rgba([90, 20, 60, 255]),
    });
    let Made { sheet, files } = make(&png(drawing));
    assert!(!sheet.widths.is_empty());
    assert_eq!(
        sheet.plain.as_ref().map(|plain| (plain.width, plain.ending.as_str())),
        Some((PLAIN_WIDTH, "png"))
    );
    for file in &files {
        let pixels = read(file).into_rgba8();
        let (width, height) = pixels.dimensions();
        assert_eq!(pixels.get_pixel(width / 5, height / 2)[3], 0);
        assert_eq!(*pixels.get_pixel(width - 9, height / 2), Rgba([90, 20, 60, 255]));
    }
}

#[test]
fn colours_of_another_profile_become_those_of_srgb() {
    let mut file = Vec::new();
    let mut encoder = image::codecs::png::PngEncoder::new(&mut file);
    encoder.set_icc_profile(moxcms::ColorProfile::new_display_p3().encode().unwrap()).unwrap();
    let pixels = RgbImage::from_pixel(900, 600, [234, 51, 35].into());
    encoder.write_image(&pixels, 900, 600, image::ExtendedColorType::Rgb8).unwrap();
    let Made { files, .. } = make(&file);
    // The red of sRGB, as Display P3 writes it.
    let found = read(files.last().unwrap()).into_rgb8().get_pixel(300, 300).0;
    assert!(found[0] >= 253 && found[1] <= 4 && found[2] <= 4, "{found:?}");
}

#[test]
fn a_small_plain_picture_stands_for_itself() {
    let file = jpeg(&photograph(300, 200), None);
    let Made { sheet, .. } = make(&file);
    assert_eq!((sheet.widths.as_slice(), sheet.plain), (&[300][..], None));
}

#[test]
fn damage_and_bombs_are_told_and_nothing_is_made() {
    let mut bomb = png(RgbImage::new(1, 1));
    bomb[16..24].copy_from_slice(&[0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60]);
    let checked = crc(&bomb[12..29]);
    bomb[29..33].copy_from_slice(&checked.to_be_bytes());
    let (whole, scan) = (png(photograph(600, 400)), jpeg(&photograph(600, 400), None));
    for (file, want) in [
        (&bomb[..], "3600000000 pixels, so no smaller files were made: expected at most 64000000"),
        (&whole[..2000], "the picture cannot be read, so it is shown as it is: "),
        (&scan[..2000], "the picture cannot be read, so it is shown as it is: it ends before its end"),
    ] {
        let Made { sheet, files } = make(file);
        assert!(files.is_empty() && sheet.widths.is_empty());
        let finding = sheet.finding.unwrap();
        assert!(finding.starts_with(want), "{finding}");
    }
    let Made { sheet, files } = make(b"GIF89a, or a text");
    assert!(files.is_empty() && sheet.finding.is_none());
}

/// The checksum of a PNG chunk (PNG 3rd edition, annex D).
fn crc(octets: &[u8]) -> u32 {
    !octets.iter().fold(u32::MAX, |crc, octet| {
        (0..8).fold(
            crc ^ u32::from(*octet),
            |crc, _| if crc & 1 == 1 { 0xedb8_8320 ^ (crc >> 1) } else { crc >> 1 },
        )
    })
}

/// A gallery over `folder`, asked for its one picture, `maps/port.jpg`.
fn hung(folder: &Path, cache: Option<&CacheFolder>) -> (Gallery, Vec<Artifact>) {
    let assets = [PathBuf::from("maps/port.jpg")];
    let gallery = Gallery::new(folder, &assets, &PictureSettings::default(), cache);
    assert!(gallery.picture(Path::new("maps/port.jpg")).is_some());
    let made = gallery.take_made();
    (gallery, made)
}

#[test]
fn a_cache_changes_nothing_but_the_time_it_takes() {
    let root = TempDir::new().unwrap();
    fs::create_dir(root.path().join("maps")).unwrap();
    fs::write(root.path().join("maps/port.jpg"), jpeg(&photograph(1300, 500), Some(exif(1)))).unwrap();
    let cache = CacheFolder::open(root.path()).unwrap();
    let (gallery, without) = hung(root.path(), None);
    let paths: Vec<&str> = without.iter().map(|artifact| artifact.path.as_str()).collect();
    assert_eq!(paths.len(), 5, "{paths:?}");
    assert!(
        paths[0].starts_with("assets/pictures/maps/port.jpg.") && paths[0].ends_with(".480.webp"),
        "{paths:?}"
    );
    assert_eq!(paths[4], "assets/pictures/maps/port.jpg.plain.jpg");
    assert!(gallery.take_made().is_empty());
    let findings = gallery.findings(Path::new("posts"));
    assert_eq!(
        findings[0].to_string(),
        "posts/maps/port.jpg: the picture says where it was taken, and the original is published as it is"
    );
    for _ in ["cold", "warm"] {
        assert_eq!(hung(root.path(), Some(&cache)).1, without);
    }
    // Damage in the cache is work to be done again.
    let mut folders = vec![root.path().join(".postrider/cache")];
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() { folders.push(path) } else { fs::write(path, "half").unwrap() }
        }
    }
    assert_eq!(hung(root.path(), Some(&cache)).1, without);
}
