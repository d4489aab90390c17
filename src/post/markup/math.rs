//! TeX math becomes MathML, with the TeX kept as annotation.

use std::thread;

use pulldown_latex::config::DisplayMode;
use pulldown_latex::{Event, Parser, RenderConfig, Storage, push_mathml};
use quick_xml::Reader;
use quick_xml::events::Event as XmlEvent;

use crate::post::markup::escape::push_text;
use crate::post::markup::formula::linear;

/// Most commands, scripts and groups of a formula, and its most octets. The converter (0.8.0) looks through the rest for
/// each closing brace: 50,000 of them take minutes.
const MOST: usize = 2_000;
const MAX_OCTETS: usize = 20_000;

/// So many of them go onto the stack of any thread, whatever stands in what.
const FEW: usize = 40;
/// What the converter takes of the stack for a command in a command, built without optimisation.
const OCTETS_A_COMMAND: usize = 32 * 1024;

/// MathML for `tex`; none where it is no TeX that we know, or more of it than a formula has.
pub fn mathml(tex: &str, is_display: bool) -> Option<String> {
    let commands = tex.bytes().filter(|octet| b"\\{^_".contains(octet)).count();
    match commands {
        _ if tex.len() > MAX_OCTETS || commands > MOST => None,
        ..=FEW => converted(tex, is_display),
        // The converter calls itself for each command that is the argument of another.
        _ => thread::scope(|scope| {
            let thread = thread::Builder::new().stack_size(commands * OCTETS_A_COMMAND);
            thread.spawn_scoped(scope, || converted(tex, is_display)).ok()?.join().ok()?
        }),
    }
}

fn converted(tex: &str, is_display: bool) -> Option<String> {
    let storage = Storage::new();
    let events: Vec<Event<'_>> = Parser::new(tex, &storage).collect::<Result<_, _>>().ok()?;
    let mut annotation = String::new();
    push_text(tex, &mut annotation);
    let config = RenderConfig {
        display_mode: if is_display { DisplayMode::Block } else { DisplayMode::Inline },
        annotation: Some(&annotation),
        xml: true,
        ..RenderConfig::default()
    };
    let mut markup = String::new();
    let events = events.into_iter().map(Ok::<_, std::fmt::Error>);
    push_mathml(&mut markup, events, config).ok()?;
    let markup = mended(&markup);
    is_plain_mathml(&markup).then_some(markup)
}

/// `markup` as XML: the converter (0.8.0) leaves `<` and `&` bare where they are operators, writes
/// an entity of HTML's, and forgets a space between two attributes.
fn mended(markup: &str) -> String {
    let markup = markup.replace("&nbsp;", "\u{a0}").replace("\"minsize=", "\" minsize=");
    let mut out = String::with_capacity(markup.len());
    for (at, c) in markup.char_indices() {
        let rest = &markup[at + c.len_utf8()..];
        match c {
            '<' if !rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/') => out.push_str("&lt;"),
            '&' if !["lt;", "gt;", "amp;"].iter().any(|name| rest.starts_with(name)) => out.push_str("&amp;"),
            _ => out.push(c),
        }
    }
    out
}

/// `tex` for readers without MathML: on one line of plain text if it goes there, else as it is.
pub fn readable(tex: &str) -> String {
    linear(tex).unwrap_or_else(|| tex.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// Whether `markup` is well-formed XML of MathML's presentation elements only.
///
/// The converter writes some names as they stand in the TeX, so its output is not trusted.
fn is_plain_mathml(markup: &str) -> bool {
    let mut reader = Reader::from_str(markup);
    reader.config_mut().check_end_names = true;
    let mut depth = 0_i32;
    loop {
        match reader.read_event() {
            Ok(XmlEvent::Start(tag)) if is_mathml_tag(&tag) => depth += 1,
            Ok(XmlEvent::Empty(tag)) if is_mathml_tag(&tag) => {}
            Ok(XmlEvent::End(_)) => depth -= 1,
            Ok(XmlEvent::Text(_) | XmlEvent::GeneralRef(_)) => {}
            Ok(XmlEvent::Eof) => return depth == 0,
            _ => return false,
        }
    }
}

fn is_mathml_tag(tag: &quick_xml::events::BytesStart<'_>) -> bool {
    let is_element = matches!(
        tag.name().as_ref(),
        b"math"
            | b"semantics"
            | b"annotation"
            | b"mrow"
            | b"mi"
            | b"mn"
            | b"mo"
            | b"mtext"
            | b"mspace"
            | b"mfrac"
            | b"msqrt"
            | b"mroot"
            | b"msub"
            | b"msup"
            | b"msubsup"
            | b"munder"
            | b"mover"
            | b"munderover"
            | b"mtable"
            | b"mtr"
            | b"mtd"
            | b"mstyle"
            | b"mpadded"
            | b"mphantom"
            | b"menclose"
    );
    let is_handler = |name: &[u8]| name.starts_with(b"on") || name == b"href";
    is_element && tag.attributes().all(|a| a.is_ok_and(|a| !is_handler(a.key.as_ref())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tex_becomes_mathml_with_its_source() {
        let markup = mathml(r"a^2 < \frac{1}{2}", false).unwrap();
        assert!(markup.starts_with("<math display=\"inline\""), "{markup}");
        assert!(markup.contains("<mfrac>"), "{markup}");
        assert!(markup.contains(r"a^2 &lt; \frac{1}{2}</annotation>"), "{markup}");
    }

    #[test]
    fn every_formula_is_well_formed() {
        for given in
            [r"a < b \& c > d", r"\bigl( x \bigr)", r"a \not< b", r"\text{a < b & c }", r"\left\{ x \right."]
        {
            assert!(mathml(given, true).is_some(), "given {given}");
        }
    }

    #[test]
    fn however_deep_a_formula_is_it_is_written_or_refused() {
        for (open, close) in [
            ("{", "}"),
            (r"\frac ", "x"),
            (r"\frac{", "}{1}"),
            (r"\sqrt ", ""),
            ("x^", ""),
            ("x_{", "}"),
            (r"\overset{a}", ""),
            (r"\not ", ""),
            (r"\left(", r"\right)"),
        ] {
            for times in [40, 200, 999, 100_000] {
                let markup = mathml(&format!("{}x{}", open.repeat(times), close.repeat(times)), true);
                assert!(times < 2_000 || markup.is_none(), "{times} of {open}");
            }
        }
    }

    #[test]
    fn tex_that_is_none_or_carries_markup_is_refused() {
        for given in [r"\frac{1}", r"\nonsense", r"\operatorname{<script>alert(1)</script>}", "{"] {
            assert_eq!(mathml(given, false), None, "given {given}");
        }
    }
}
