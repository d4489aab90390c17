//! An original is read: its bounds looked at first, then upright and in sRGB.

use std::io::Cursor;

use image::codecs::jpeg::JpegDecoder;
use image::codecs::png::PngDecoder;
use image::codecs::webp::WebPDecoder;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageResult, Limits};
use moxcms::{ColorProfile, Layout, TransformOptions};

use super::exif;

/// Most pixels that are read: photographs of today's telephones have up to 50 million, most cameras up to 61.
/// A file of a few kilobytes can claim billions.
pub(super) const MAX_PIXELS: u64 = 64_000_000;

/// Most octets a picture may take once read: sixteen bits of red, green, blue and alpha for each pixel.
const MAX_OCTETS: u64 = MAX_PIXELS * 8;

/// From here on a picture is read while no other one is, so that many at once do not fill the memory.
pub(super) const LARGE: u64 = 8_000_000;

/// An original, read.
pub(super) struct Original {
    /// Upright, in sRGB, eight bits a channel, with or without alpha.
    pub pixels: DynamicImage,
    pub format: ImageFormat,
    /// Whether the file can stand for the pixels anywhere: it is upright and in sRGB as it is.
    pub is_plain: bool,
    /// Whether it tells where it was taken.
    pub tells_place: bool,
}

/// Why a picture is shown as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Unfit {
    /// It is of no kind that is made smaller, or it moves.
    OtherKind,
    /// It has this many pixels.
    TooLarge(u64),
    /// It cannot be read, in the decoder's words.
    Damaged(String),
}

/// How many pixels a file of octets `bytes` says it has, without reading them.
pub(super) fn pixels(bytes: &[u8]) -> u64 {
    let area = |(width, height): (u32, u32)| u64::from(width) * u64::from(height);
    image::ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .ok()
        .and_then(|reader| reader.into_dimensions().ok())
        .map_or(0, area)
}

/// Reads the picture whose file is `bytes`.
pub(super) fn read(bytes: &[u8]) -> Result<Original, Unfit> {
    let format = image::guess_format(bytes).map_err(|_| Unfit::OtherKind)?;
    let file = Cursor::new(bytes);
    match format {
        ImageFormat::Jpeg if is_cut_short(bytes) => Err(Unfit::Damaged("it ends before its end".to_owned())),
        ImageFormat::Jpeg => decode(JpegDecoder::new(file).map_err(damaged)?, format),
        ImageFormat::Png => {
            let decoder = PngDecoder::new(file).map_err(damaged)?;
            if decoder.is_apng().map_err(damaged)? { Err(Unfit::OtherKind) } else { decode(decoder, format) }
        }
        ImageFormat::WebP => {
            let decoder = WebPDecoder::new(file).map_err(damaged)?;
            if decoder.has_animation() { Err(Unfit::OtherKind) } else { decode(decoder, format) }
        }
        _ => Err(Unfit::OtherKind),
    }
}

/// Whether a JPEG has no end after its last scan. Decoders read such a file without a word and fill it with grey.
///
/// Within a scan `FF` is followed by a zero, so markers are found nowhere else (ITU-T T.81 §B.1.1.5).
fn is_cut_short(jpeg: &[u8]) -> bool {
    let last = |marker: u8| jpeg.windows(2).rposition(|octets| octets == [0xff, marker]);
    let (end_of_image, start_of_scan) = (last(0xd9), last(0xda));
    end_of_image < start_of_scan
}

fn damaged(error: impl std::fmt::Display) -> Unfit {
    Unfit::Damaged(error.to_string())
}

fn decode(mut decoder: impl ImageDecoder, format: ImageFormat) -> Result<Original, Unfit> {
    let (width, height) = decoder.dimensions();
    let area = u64::from(width) * u64::from(height);
    if area > MAX_PIXELS {
        return Err(Unfit::TooLarge(area));
    }
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(MAX_OCTETS);
    decoder.set_limits(limits).map_err(damaged)?;
    // Metadata that cannot be read is metadata that is not there.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let profile = decoder.icc_profile().ok().flatten();
    let exif: ImageResult<Option<Vec<u8>>> = decoder.exif_metadata();
    let tells_place = exif.ok().flatten().is_some_and(|exif| exif::tells_place(&exif));
    let mut pixels = eight_bits(DynamicImage::from_decoder(decoder).map_err(damaged)?);
    pixels.apply_orientation(orientation);
    let is_converted = profile.is_some_and(|profile| to_srgb(&mut pixels, &profile).unwrap_or(false));
    let is_plain = orientation == Orientation::NoTransforms && !is_converted;
    Ok(Original { pixels, format, is_plain, tells_place })
}

/// `pixels` as RGB, or RGBA where something shows through.
fn eight_bits(pixels: DynamicImage) -> DynamicImage {
    if !pixels.color().has_alpha() {
        return DynamicImage::ImageRgb8(pixels.into_rgb8());
    }
    let pixels = pixels.into_rgba8();
    if pixels.pixels().any(|pixel| pixel.0[3] < u8::MAX) {
        DynamicImage::ImageRgba8(pixels)
    } else {
        DynamicImage::ImageRgb8(DynamicImage::ImageRgba8(pixels).into_rgb8())
    }
}

/// Turns colours of the ICC profile `profile` into sRGB; tells whether that changed any, and none if the profile
/// is of no use: then the colours are taken for sRGB, as browsers do.
fn to_srgb(pixels: &mut DynamicImage, profile: &[u8]) -> Option<bool> {
    let profile = ColorProfile::new_from_slice(profile).ok()?;
    let srgb = ColorProfile::new_srgb();
    let (layout, samples): (_, &mut [u8]) = match pixels {
        DynamicImage::ImageRgb8(rgb) => (Layout::Rgb, &mut *rgb),
        DynamicImage::ImageRgba8(rgba) => (Layout::Rgba, &mut *rgba),
        _ => return None,
    };
    let options = TransformOptions::default();
    let transform = profile.create_transform_8bit(layout, &srgb, layout, options).ok()?;
    let before = samples.to_vec();
    transform.transform(&before, samples).ok()?;
    Some(before != samples)
}
