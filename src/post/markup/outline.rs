//! The headings of an essay, found in what was written for our pages.
//!
//! What is read is ours to the last octet (tags of a fixed set, quoted attributes, five entities), so no parser is
//! needed, and a page that comes from a cache has its outline with it.

/// A heading that can be led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heading {
    /// 1 to 6.
    pub level: u8,
    pub id: String,
    /// Plain text.
    pub title: String,
}

/// The headings of `html`, an essay as [`Post::render_web`](crate::post::Post::render_web) writes it, in order.
pub fn outline(html: &str) -> Vec<Heading> {
    let mut headings = Vec::new();
    let mut rest = html;
    while let Some((_, tag)) = rest.split_once('<') {
        rest = tag;
        if let Some((heading, after)) = tag.strip_prefix('h').and_then(heading) {
            headings.extend((!heading.title.is_empty()).then_some(heading));
            rest = after;
        }
    }
    headings
}

/// The heading whose tag goes on with `rest`, if it is one of ours, and what follows it.
fn heading(rest: &str) -> Option<(Heading, &str)> {
    let level = rest.bytes().next().filter(|b| (b'1'..=b'6').contains(b))? - b'0';
    let (id, rest) = rest[1..].strip_prefix(" id=\"")?.split_once("\">")?;
    let (inner, after) = rest.split_once(&format!("</h{level}>"))?;
    Some((Heading { level, id: text(id), title: text(&without_asides(inner)) }, after))
}

/// `html` without the numbers of notes and without formulas said twice.
fn without_asides(html: &str) -> String {
    let asides = [("<sup class=\"note-ref\"", "</sup>"), ("<annotation", "</annotation>"), ("<rt>", "</rt>")];
    let mut html = html.to_owned();
    for (start, end) in asides {
        while let Some(from) = html.find(start) {
            let to = html[from..].find(end).map_or(html.len(), |length| from + length + end.len());
            html.replace_range(from..to, "");
        }
    }
    html
}

/// `html` without tags and entities, single-spaced.
fn text(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((before, tag)) = rest.split_once('<') {
        text.push_str(before);
        rest = tag.split_once('>').map_or("", |(_, after)| after);
    }
    text.push_str(rest);
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    text.replace("&nbsp;", "\u{a0}")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_are_found_with_their_words_alone() {
        let html = "<h2 id=\"a-b\">A &amp; <em>b</em><sup class=\"note-ref\"><a href=\"#fn1\">1</a></sup>\
                    <a class=\"anchor\" href=\"#a-b\" aria-labelledby=\"a-b\"></a></h2>\n<hr>\n<p>x &lt;h2&gt;</p>\
                    <h3 id=\"雪\">雪<ruby>国<rt>ぐに</rt></ruby></h3><h2>author’s own</h2><h2 id=\"e\"></h2>";
        let found: Vec<_> = outline(html).into_iter().map(|h| (h.level, h.id, h.title)).collect();
        assert_eq!(found, [(2, "a-b".into(), "A & b".into()), (3, "雪".into(), "雪国".into())]);
    }
}
