//! Pixels become a file: WebP for pages, JPEG or PNG for everyone else.

use std::io::Cursor;

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{DynamicImage, ExtendedColorType, ImageEncoder, RgbImage, RgbaImage};
use jpeg_encoder::{ColorType, SamplingFactor};
use webp::{Encoder, WebPConfig};

use super::scale::scaled;

/// How hard libwebp tries, 0 to 6: at 4 a photograph 1600 wide takes about a quarter of a second; 6 takes half
/// as long again and saves 1 %.
const EFFORT: i32 = 4;

/// Quality of JPEG for feeds, mail and old browsers.
const PLAIN_QUALITY: u8 = 82;

/// Among this many colours in a sample of the pixels, a picture is a photograph.
const PHOTOGRAPH_COLOURS: usize = 2_000;

/// Pixels that are looked at to tell a photograph from a drawing.
const SAMPLE: usize = 20_000;

/// `pixels`, RGB or RGBA, at `width`, their shape kept.
pub(super) fn resized(pixels: &DynamicImage, width: u32) -> DynamicImage {
    if width == pixels.width() {
        return pixels.clone();
    }
    let twice = u64::from(pixels.height()) * u64::from(width) * 2 + u64::from(pixels.width());
    let height = u32::try_from(twice / (2 * u64::from(pixels.width()))).unwrap_or(u32::MAX).max(1);
    let (from, to) = ((pixels.width(), pixels.height()), (width, height));
    let smaller = if pixels.color().has_alpha() {
        let octets = scaled::<4>(pixels.as_bytes(), from, to);
        RgbaImage::from_raw(width, height, octets).map(DynamicImage::ImageRgba8)
    } else {
        let octets = scaled::<3>(pixels.as_bytes(), from, to);
        RgbImage::from_raw(width, height, octets).map(DynamicImage::ImageRgb8)
    };
    smaller.expect("as many octets as the kind and the size ask for")
}

/// `pixels` as WebP: lossy, or without loss where that is smaller, as it is for drawings and screens.
pub(super) fn webp(pixels: &DynamicImage, quality: u8) -> Option<Vec<u8>> {
    let lossy = webp_with(pixels, f32::from(quality), false)?;
    if is_photograph(pixels) {
        return Some(lossy);
    }
    let lossless = webp_with(pixels, 50.0, true)?;
    Some(if lossless.len() <= lossy.len() { lossless } else { lossy })
}

fn webp_with(pixels: &DynamicImage, quality: f32, is_lossless: bool) -> Option<Vec<u8>> {
    let (width, height, octets) = (pixels.width(), pixels.height(), pixels.as_bytes());
    let encoder = match pixels {
        DynamicImage::ImageRgba8(_) => Encoder::from_rgba(octets, width, height),
        _ => Encoder::from_rgb(octets, width, height),
    };
    let mut config = WebPConfig::new().ok()?;
    config.lossless = i32::from(is_lossless);
    config.quality = quality;
    config.alpha_compression = 1;
    config.method = EFFORT;
    config.thread_level = 0;
    encoder.encode_advanced(&config).ok().map(|memory| memory.to_vec())
}

/// Whether so many colours stand in `pixels` that loss is seen by nobody.
fn is_photograph(pixels: &DynamicImage) -> bool {
    let channels = usize::from(pixels.color().channel_count());
    let octets = pixels.as_bytes();
    let step = (octets.len() / channels / SAMPLE).max(1);
    let mut colours: Vec<&[u8]> = octets.chunks_exact(channels).step_by(step).collect();
    colours.sort_unstable();
    colours.dedup();
    colours.len() > PHOTOGRAPH_COLOURS
}

/// `pixels` as every program reads them, and the ending of such a file's name.
pub(super) fn plain(pixels: &DynamicImage) -> Option<(Vec<u8>, &'static str)> {
    match pixels {
        DynamicImage::ImageRgba8(_) => Some((png(pixels)?, "png")),
        _ if is_photograph(pixels) => Some((jpeg(pixels)?, "jpg")),
        _ => Some((png(pixels)?, "png")),
    }
}

fn jpeg(pixels: &DynamicImage) -> Option<Vec<u8>> {
    let (width, height) = (u16::try_from(pixels.width()).ok()?, u16::try_from(pixels.height()).ok()?);
    let mut out = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut out, PLAIN_QUALITY);
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    encoder.set_progressive(true);
    encoder.set_optimized_huffman_tables(true);
    encoder.encode(pixels.as_bytes(), width, height, ColorType::Rgb).ok()?;
    Some(out)
}

fn png(pixels: &DynamicImage) -> Option<Vec<u8>> {
    let mut out = Cursor::new(Vec::new());
    let encoder = PngEncoder::new_with_quality(&mut out, CompressionType::Best, FilterType::Adaptive);
    let kind = match pixels {
        DynamicImage::ImageRgba8(_) => ExtendedColorType::Rgba8,
        _ => ExtendedColorType::Rgb8,
    };
    encoder.write_image(pixels.as_bytes(), pixels.width(), pixels.height(), kind).ok()?;
    Some(out.into_inner())
}
