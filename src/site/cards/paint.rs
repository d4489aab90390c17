//! A card is painted: lines of glyphs on paper, as a PNG with a palette.

use ab_glyph_rasterizer::{Point, Rasterizer, point};
use rustybuzz::Face;
use rustybuzz::ttf_parser::OutlineBuilder;

use super::layout::{LEADING, lay_out};
use super::palette::{Colour, Colours};
use super::shape::{Line, set};

/// The size that Open Graph cards are shown in, in pixels.
pub(super) const WIDTH: u32 = 1200;
pub(super) const HEIGHT: u32 = 630;

/// Around what is written, in pixels.
const MARGIN: f32 = 84.0;

/// The envelope's edge, in pixels.
const EDGE: u32 = 18;

/// Steps between paper and a colour: enough for smooth letters, few enough for a small file.
const LEVELS: u8 = 16;

/// What stands on a card.
#[derive(Clone, Copy, Debug)]
pub(super) struct Words<'a> {
    pub title: &'a str,
    /// Who wrote it.
    pub byline: &'a str,
    pub publication: &'a str,
    /// BCP 47.
    pub lang: &'a str,
    pub is_rtl: bool,
}

/// Paints `words`. Every letter has a glyph in one of `faces`.
pub(super) fn paint(words: &Words<'_>, colours: &Colours, faces: &[Face<'_>]) -> Option<Vec<u8>> {
    #[expect(clippy::cast_precision_loss, reason = "a few hundred pixels")]
    let (width, height) = (WIDTH as f32, HEIGHT as f32);
    let line = |text: &str| set(text, words.lang, words.is_rtl, faces);
    let (first, last) = (MARGIN + 36.0, height - MARGIN);
    let title = lay_out(words.title, width - 2.0 * MARGIN, last - first - 90.0, &|text| line(text).width);
    let mut canvas = Canvas::new(words.is_rtl, width, faces);
    canvas.write(&[(line(words.publication), first)], 34.0, Layer::Accent);
    let lines: Vec<(Line, f32)> = title
        .lines
        .iter()
        .zip(1_u8..)
        .map(|(text, nth)| (line(text), first + 18.0 + f32::from(nth) * title.size * LEADING))
        .collect();
    canvas.write(&lines, title.size, Layer::Ink);
    canvas.write(&[(line(words.byline), last)], 34.0, Layer::Quiet);
    canvas.edge();
    png(&canvas.pixels, colours)
}

/// What is painted in one colour.
#[derive(Clone, Copy)]
enum Layer {
    Ink = 0,
    Quiet = 1,
    Accent = 2,
}

struct Canvas<'a> {
    is_rtl: bool,
    width: f32,
    faces: &'a [Face<'a>],
    /// Numbers of the palette.
    pixels: Vec<u8>,
}

impl<'a> Canvas<'a> {
    fn new(is_rtl: bool, width: f32, faces: &'a [Face<'a>]) -> Self {
        Self { is_rtl, width, faces, pixels: vec![0; (WIDTH * HEIGHT) as usize] }
    }

    /// Writes lines, each at its base line, in letters of `size` pixels.
    fn write(&mut self, lines: &[(Line, f32)], size: f32, layer: Layer) {
        let mut raster = Rasterizer::new(WIDTH as usize, HEIGHT as usize);
        for (line, base) in lines {
            let start = if self.is_rtl { self.width - MARGIN - line.width * size } else { MARGIN };
            for glyph in &line.glyphs {
                let face = &self.faces[glyph.face];
                #[expect(clippy::cast_precision_loss, reason = "fonts have at most 16384 units in an em")]
                let scale = size / face.units_per_em() as f32;
                let origin = point(start + glyph.x * size, base - glyph.y * size);
                face.outline_glyph(glyph.id, &mut Pen::new(&mut raster, origin, scale));
            }
        }
        let first = 1 + layer as u8 * LEVELS;
        raster.for_each_pixel(|at, coverage| {
            let level = level(coverage);
            if level > 0 {
                self.pixels[at] = first + level - 1;
            }
        });
    }

    /// The edge of an airmail envelope.
    fn edge(&mut self) {
        let first = 1 + 3 * LEVELS;
        for y in 0..EDGE {
            for x in 0..WIDTH {
                let number = match ((x + y) / 26) % 4 {
                    0 => first,
                    2 => first + 1,
                    _ => 0,
                };
                self.pixels[(y * WIDTH + x) as usize] = number;
            }
        }
    }
}

/// How much of a pixel is covered, from 0 to [`LEVELS`].
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 16")]
fn level(coverage: f32) -> u8 {
    (coverage.abs().min(1.0) * f32::from(LEVELS)).round() as u8
}

/// Draws outlines; those that leave the card are drawn as far as they are on it.
struct Pen<'a> {
    raster: &'a mut Rasterizer,
    origin: Point,
    scale: f32,
    start: Point,
    last: Point,
}

impl<'a> Pen<'a> {
    fn new(raster: &'a mut Rasterizer, origin: Point, scale: f32) -> Self {
        Self { raster, origin, scale, start: origin, last: origin }
    }

    fn at(&self, x: f32, y: f32) -> Point {
        let (x, y) = (self.origin.x + x * self.scale, self.origin.y - y * self.scale);
        #[expect(clippy::cast_precision_loss, reason = "a few hundred pixels")]
        let (width, height) = (WIDTH as f32, HEIGHT as f32);
        point(x.clamp(0.0, width - 1.0), y.clamp(0.0, height - 1.0))
    }
}

impl OutlineBuilder for Pen<'_> {
    fn move_to(&mut self, x: f32, y: f32) {
        self.start = self.at(x, y);
        self.last = self.start;
    }

    fn line_to(&mut self, x: f32, y: f32) {
        let to = self.at(x, y);
        self.raster.draw_line(self.last, to);
        self.last = to;
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        let (by, to) = (self.at(x1, y1), self.at(x, y));
        self.raster.draw_quad(self.last, by, to);
        self.last = to;
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        let (one, two, to) = (self.at(x1, y1), self.at(x2, y2), self.at(x, y));
        self.raster.draw_cubic(self.last, one, two, to);
        self.last = to;
    }

    fn close(&mut self) {
        self.raster.draw_line(self.last, self.start);
        self.last = self.start;
    }
}

/// Pixels by number as PNG: paper, then the way from paper to each colour, then the stripes.
fn png(pixels: &[u8], colours: &Colours) -> Option<Vec<u8>> {
    let levels = u32::from(LEVELS);
    let ways = [colours.ink, colours.quiet, colours.accent];
    let mixed =
        ways.iter().flat_map(|to| (1..=levels).map(|level| colours.paper.towards(*to, level, levels)));
    let palette: Vec<Colour> = [colours.paper].into_iter().chain(mixed).chain(colours.stripes).collect();
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, WIDTH, HEIGHT);
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_palette(palette.iter().flat_map(|colour| colour.0).collect::<Vec<u8>>());
    encoder.set_compression(png::Compression::Balanced);
    encoder.set_filter(png::Filter::NoFilter);
    let mut writer = encoder.write_header().ok()?;
    writer.write_image_data(pixels).ok()?;
    writer.finish().ok()?;
    Some(out)
}
