//! What a drawing (SVG) holds that no drawing needs: scripts, handlers of events, and what browsers fetch from other hosts.
//!
//! Read as browsers read it: characters and entities may be written by name (XML 1.0 §4), a style sheet may use escapes and
//! comments (CSS Syntax 3 §4.3). Leaves out: what a drawing of the same site would fetch in its turn.

use std::collections::HashMap;

use quick_xml::Reader;
use quick_xml::escape::{resolve_predefined_entity, unescape_with};
use quick_xml::events::{BytesRef, BytesStart, Event};
use serde::{Deserialize, Serialize};

use crate::post::drawing::style;

/// Octets of an entity that are looked at. It stands for many more where it is used many times.
const MAX_ENTITY: usize = 512;

/// What is more than drawing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Foreign {
    Script,
    Handler,
    OtherHost,
}

impl Foreign {
    /// As words for the author.
    pub fn shown(self) -> &'static str {
        match self {
            Self::Script => "a script",
            Self::Handler => "an event handler",
            Self::OtherHost => "something of another host",
        }
    }
}

/// Looks for it, from one event of a drawing to the next.
#[derive(Default)]
pub struct Search {
    /// By the names that the drawing gives them.
    entities: HashMap<String, String>,
    /// What was read of a `<style>` so far, within one.
    css: Option<String>,
}

impl Search {
    /// What `event` has to do that is more than drawing.
    pub fn meets(&mut self, event: &Event<'_>) -> Option<Foreign> {
        match event {
            Event::Start(element) => {
                self.css = is_named(element, b"style").then(String::new);
                self.element(element)
            }
            Event::Empty(element) => self.element(element),
            Event::Text(text) => self.text(text),
            Event::CData(text) => self.text(text),
            Event::GeneralRef(reference) => self.reference(reference),
            Event::End(_) => {
                let css = self.css.take()?;
                style::is_of_another_host(&css).then_some(Foreign::OtherHost)
            }
            Event::PI(instruction) => self.instruction(instruction.target(), instruction.content()),
            Event::DocType(declared) => self.declared(&String::from_utf8_lossy(declared)),
            _ => None,
        }
    }

    fn text(&mut self, text: &[u8]) -> Option<Foreign> {
        self.css.as_mut()?.push_str(&String::from_utf8_lossy(text));
        None
    }

    fn reference(&mut self, reference: &BytesRef<'_>) -> Option<Foreign> {
        let name = String::from_utf8_lossy(reference);
        let meant = self.meant(&format!("&{name};"));
        self.css.as_mut()?.push_str(&meant);
        None
    }

    /// A style sheet that a browser fetches before it draws.
    fn instruction(&self, target: &[u8], content: &[u8]) -> Option<Foreign> {
        let content = self.meant(str::from_utf8(content).ok()?);
        let href = content.split("href=").nth(1).filter(|_| target == b"xml-stylesheet")?;
        is_elsewhere(href.trim_start_matches(['"', '\''])).then_some(Foreign::OtherHost)
    }

    /// Entities of a `<!DOCTYPE>`; one may hold elements.
    fn declared(&mut self, declared: &str) -> Option<Foreign> {
        let mut found = None;
        for entity in declared.split("<!ENTITY").skip(1) {
            let Some((name, rest)) = entity.trim_start().split_once(char::is_whitespace) else { continue };
            let rest = rest.trim_start();
            let Some(quote) = rest.chars().next().filter(|c| ['"', '\''].contains(c)) else { continue };
            let value = self.meant(rest[1..].split(quote).next().unwrap_or_default());
            found = found.or_else(|| within(&value));
            if value.len() <= MAX_ENTITY {
                self.entities.insert(name.to_owned(), value);
            }
        }
        found
    }

    /// `written` with what its references mean, where that can be told.
    fn meant(&self, written: &str) -> String {
        let entity = |name: &str| {
            self.entities
                .get(name)
                .map(String::as_str)
                .or_else(|| resolve_predefined_entity(name))
                .or(Some(""))
        };
        unescape_with(written, entity).map_or_else(|_| written.to_owned(), |meant| meant.into_owned())
    }

    fn element(&self, element: &BytesStart<'_>) -> Option<Foreign> {
        if is_named(element, b"script") {
            return Some(Foreign::Script);
        }
        let (is_link, is_moving) = (is_named(element, b"a"), is_animation(element));
        element.html_attributes().with_checks(false).flatten().find_map(|attribute| {
            match attribute.key.local_name().as_ref() {
                [b'o' | b'O', b'n' | b'N', _, ..] => Some(Foreign::Handler),
                b"href" => self.address(&attribute.value, is_link),
                b"src" | b"srcset" | b"data" | b"poster" => self.address(&attribute.value, false),
                b"to" | b"from" | b"by" | b"values" if is_moving => {
                    attribute.value.split(|octet| *octet == b';').find_map(|value| self.address(value, false))
                }
                b"d" | b"points" => None,
                _ => self.property(&attribute.value),
            }
        })
    }

    /// What is fetched or run at the address `written`.
    fn address(&self, written: &[u8], is_link: bool) -> Option<Foreign> {
        // Pictures that are within the drawing are long.
        if written.starts_with(b"data:") || written.starts_with(b"#") {
            return None;
        }
        let url = self.meant(str::from_utf8(written).ok()?);
        match &url {
            url if plain(url).starts_with("javascript:") => Some(Foreign::Script),
            url if !is_link && is_elsewhere(url) => Some(Foreign::OtherHost),
            _ => None,
        }
    }

    /// What a style or a property such as `fill` names.
    fn property(&self, written: &[u8]) -> Option<Foreign> {
        if !written.iter().any(|octet| matches!(octet, b'(' | b'&' | b'\\')) {
            return None;
        }
        let css = self.meant(str::from_utf8(written).ok()?);
        style::is_of_another_host(&css).then_some(Foreign::OtherHost)
    }
}

/// What is in the elements that an entity stands for.
fn within(xml: &str) -> Option<Foreign> {
    let mut reader = Reader::from_str(xml);
    let search = Search::default();
    loop {
        match reader.read_event().ok()? {
            Event::Start(element) | Event::Empty(element) => {
                if let Some(foreign) = search.element(&element) {
                    return Some(foreign);
                }
            }
            Event::Eof => return None,
            _ => {}
        }
    }
}

fn is_named(element: &BytesStart<'_>, name: &[u8]) -> bool {
    element.local_name().as_ref().eq_ignore_ascii_case(name)
}

fn is_animation(element: &BytesStart<'_>) -> bool {
    is_named(element, b"set") || is_named(element, b"animate")
}

/// The beginning of `url` as browsers read it (URL §4.4): without what they pass over, in small letters.
fn plain(url: &str) -> String {
    let url = url.trim_start_matches(|c: char| c <= ' ').chars();
    let read = url.filter(|c| !['\t', '\n', '\r'].contains(c)).take(16);
    read.map(|c| if c == '\\' { '/' } else { c.to_ascii_lowercase() }).collect()
}

/// Whether `url` names a host.
pub fn is_elsewhere(url: &str) -> bool {
    let url = plain(url);
    ["http:", "https:", "ftp:", "//"].iter().any(|start| url.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::post::drawing::look;

    fn found(svg: &str) -> Option<Foreign> {
        look(svg.as_bytes()).foreign.map(|(foreign, _)| foreign)
    }

    #[test]
    fn scripts_and_handlers_are_found() {
        for (svg, want) in [
            ("<svg><script>alert(1)</script></svg>", Foreign::Script),
            ("<svg><x:script xmlns:x=\"http://www.w3.org/2000/svg\"/></svg>", Foreign::Script),
            ("<svg><g><a xlink:href=' JavaScript:x()'/></g></svg>", Foreign::Script),
            ("<svg><a href='java&#10;script&#58;x()'/></svg>", Foreign::Script),
            ("<svg><a><set attributeName='href' to='javascript:x()'/></a></svg>", Foreign::Script),
            ("<!DOCTYPE svg [<!ENTITY x '<script/>'>]><svg>&x;</svg>", Foreign::Script),
            ("<svg onload=\"x()\"/>", Foreign::Handler),
            ("<svg><path d=\"M0 0\" onclick='x()'/></svg>", Foreign::Handler),
        ] {
            assert_eq!(found(svg), Some(want), "given {svg}");
        }
    }

    #[test]
    fn what_is_fetched_from_another_host_is_found() {
        for svg in [
            "<svg><image xlink:href=\"//tracker.example.org/a.png\"/></svg>",
            "<svg><use href=\"https://example.org/a.svg#b\"/></svg>",
            "<svg><use href=\"&#104;ttps&#x3a;//example.org/a.svg#b\"/></svg>",
            "<svg><image href='\n\\\\example.org/a'/></svg>",
            "<!DOCTYPE svg [\n<!ENTITY at \"http:\">\n<!ENTITY a '&at;//example.org/a.png'>]><svg><image href='&a;'/></svg>",
            "<svg><style>@import 'https://example.org/a.css';</style></svg>",
            "<svg><style><![CDATA[ @IMPORT url( //example.org/a.css ); ]]></style></svg>",
            "<svg><style>p { fill: ur&#108;(https://example.org/a) }</style></svg>",
            "<svg><style>@font-face { src: /* a */ \\75 rl(\"http://example.org/a.woff2\") }</style></svg>",
            "<svg style='background: image-set(&quot;https://example.org/a.png&quot; 1x)'/>",
            "<svg><path d='M0' fill='url(http://example.org/a.svg#b)'/></svg>",
            "<svg><g style=\"mask:URL('//example.org/a.svg#b')\"/></svg>",
            "<svg><foreignObject><img src='https://example.org/a.gif'/></foreignObject></svg>",
            "<svg><image><animate attributeName='href' values='a.png;https://example.org/b.png'/></image></svg>",
            "<?xml-stylesheet type='text/css' href='http://example.org/a.css'?><svg/>",
        ] {
            assert_eq!(found(svg), Some(Foreign::OtherHost), "given {svg}");
        }
    }

    #[test]
    fn what_only_draws_is_left_alone() {
        for svg in [
            "<svg><a href=\"https://example.org/\"><text>script url(https://example.org)</text></a></svg>",
            "<svg><image href=\"data:image/png;base64,AA\"/><use href=\"#a\"/><path fill='url(#b)'/></svg>",
            "<svg xmlns=\"http://www.w3.org/2000/svg\"><style>a{fill:url(b.svg#c)}</style></svg>",
            "<svg><style>@namespace svg url(http://www.w3.org/2000/svg); /* url(http://a) */</style></svg>",
            "<!DOCTYPE svg PUBLIC '-//W3C//DTD SVG 1.1//EN' 'http://www.w3.org/a.dtd' [<!ENTITY ns 'http://www.w3.org/2000/svg'>]>\
             <svg xmlns='&ns;'><metadata about='http://example.org/'/></svg>",
            "<?xml-stylesheet href='a.css'?><svg><set attributeName='x' to='1'/></svg>",
        ] {
            assert_eq!(found(svg), None, "given {svg}");
        }
    }
}
