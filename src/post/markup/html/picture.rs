//! Pictures, with and without a caption.

use crate::post::markup::escape::push_text;
use crate::post::markup::html::{Flavour, Writer};
use crate::post::markup::links::Use;
use crate::post::markup::node::Image;

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
        self.put("<img");
        self.attribute("src", &src);
        self.attribute("alt", &image.alt);
        if !image.title.is_empty() {
            self.attribute("title", &image.title);
        }
        let (width, height) = self.size(image);
        for (name, length) in [("width", width), ("height", height)] {
            if let Some(length) = length {
                self.attribute(name, &length.to_string());
            }
        }
        if self.flavour == Flavour::Web {
            self.put(" loading=\"lazy\" decoding=\"async\"");
        }
        self.put(">");
    }

    /// As the author wrote it; on our pages, where nothing is written, as the picture is.
    fn size(&self, image: &Image) -> (Option<u32>, Option<u32>) {
        let is_open = self.flavour == Flavour::Web && image.width.is_none() && image.height.is_none();
        match is_open.then(|| self.linker.size(self.post, &image.src)).flatten() {
            Some(size) => (Some(size.width), Some(size.height)),
            None => (image.width, image.height),
        }
    }
}
