//! Pictures, with and without a caption.
//!
//! Our pages offer smaller files and keep the picture's place. Feeds and mail get one file that every program reads:
//! feed readers take the first `img`, and many know no `srcset`.

use crate::post::markup::escape::push_text;
use crate::post::markup::html::{Flavour, Writer};
use crate::post::markup::links::Use;
use crate::post::markup::node::{Element, Image};
use crate::post::{PictureSize, PictureSources};

impl Writer<'_> {
    pub(super) fn figure(&mut self, image: &Image, caption: &str) {
        let (open, middle, close) = match self.flavour {
            Flavour::Mail => ("<p>", "<br>\n<em>", "</em></p>"),
            _ => ("<figure>", "<figcaption>", "</figcaption></figure>"),
        };
        self.put(open);
        self.image(image);
        self.put(middle);
        push_text(caption, &mut self.out);
        self.put(close);
    }

    pub(super) fn image(&mut self, image: &Image) {
        let Some(src) = self.url(&image.src, Use::Load) else {
            return push_text(&image.alt, &mut self.out);
        };
        let sources = if self.is_in_picture { None } else { self.linker.sources(self.post, &image.src) };
        let choice =
            sources.as_ref().filter(|sources| self.flavour == Flavour::Web && !sources.srcset.is_empty());
        if let Some(choice) = choice {
            self.choice(image, choice);
        }
        self.put("<img");
        self.attribute("src", sources.as_ref().map_or(&src, |sources| &sources.plain));
        self.attribute("alt", &image.alt);
        if !image.title.is_empty() {
            self.attribute("title", &image.title);
        }
        let (width, height) = self.size(image, sources.as_ref().map(|sources| sources.size));
        for (name, length) in [("width", width), ("height", height)] {
            if let Some(length) = length {
                self.attribute(name, &length.to_string());
            }
        }
        self.loading();
        self.put(if choice.is_some() { "></picture>" } else { ">" });
    }

    /// Writes the author's own `<picture>`, whose files are theirs to choose.
    pub fn own_picture(&mut self, element: &Element, attributes: &[(String, String)]) {
        self.is_in_picture = true;
        self.open("picture", attributes);
        self.within(element);
        self.close("picture");
        self.is_in_picture = false;
    }

    /// Opens `<picture>` with the files that a browser may choose from.
    fn choice(&mut self, image: &Image, sources: &PictureSources) {
        self.put("<picture><source type=\"image/webp\"");
        self.attribute("srcset", &sources.srcset);
        match image.width {
            Some(width) => self.attribute("sizes", &format!("{width}px")),
            None => self.attribute("sizes", &sources.sizes),
        }
        self.put(">");
    }

    /// The first picture is likely seen at once; the others can wait until they are near.
    fn loading(&mut self) {
        if self.flavour == Flavour::Web {
            self.put(if self.pictures == 0 {
                " decoding=\"async\""
            } else {
                " loading=\"lazy\" decoding=\"async\""
            });
        }
        self.pictures += 1;
    }

    /// As the author wrote it; on our pages, where nothing is written, as the picture is.
    fn size(&self, image: &Image, known: Option<PictureSize>) -> (Option<u32>, Option<u32>) {
        let is_open = self.flavour == Flavour::Web && image.width.is_none() && image.height.is_none();
        match is_open.then(|| known.or_else(|| self.linker.size(self.post, &image.src))).flatten() {
            Some(size) => (Some(size.width), Some(size.height)),
            None => (image.width, image.height),
        }
    }
}
