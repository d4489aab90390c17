//! Essays' texts, each of which has broken somebody's feed.

use crate::chance::Chance;
use crate::words::URLS;

/// One text.
pub struct Recipe {
    pub text: fn(&mut Chance) -> String,
    /// Too large to be in every other post.
    pub is_large: bool,
}

/// `_what` is nasty about it.
const fn small(_what: &str, text: fn(&mut Chance) -> String) -> Recipe {
    Recipe { text, is_large: false }
}

const fn large(_what: &str, text: fn(&mut Chance) -> String) -> Recipe {
    Recipe { text, is_large: true }
}

pub const RECIPES: &[Recipe] = &[
    small("empty", |_| String::new()),
    small("one emoji", |_| "🦉".to_owned()),
    small("spaces alone", |_| " \t\u{3000}\u{a0}\u{200b}\n\n \n".to_owned()),
    small("control characters", |_| (1..32).chain(127..160).filter_map(char::from_u32).collect()),
    small("no characters", |_| "a\u{fffe}b\u{ffff}c\u{1fffe}d\u{10ffff}e\u{fdd0}f\u{e000}g".to_owned()),
    small("ends of CDATA", |_| "]]> ]]]]> `]]>` <![CDATA[ x ]]> <p>]]></p> [a](]]>)".to_owned()),
    small("comments", |_| "<!-- -- --> <!-- > --> <!--> <!---> text <!-- never closed".to_owned()),
    small("instructions", |_| {
        "<?xml version=\"1.0\"?><?php echo ?> <!DOCTYPE x [<!ENTITY a \"b\">]> &a;".to_owned()
    }),
    small("references", |_| {
        "&amp; &amp;amp; &nbsp; &bogus; &#0; &#1; &#xFFFE; &#xD800; &#99999999; &lt;b> & &".to_owned()
    }),
    small("script", |_| SCRIPT.to_owned()),
    small("soup", |_| SOUP.to_owned()),
    small("addresses", |_| addresses()),
    small("mail", |_| {
        "ada@example.org <ada@example.org> mailto:ada@example.org \"Ada\" <a+b@例え.example>".to_owned()
    }),
    small("han", |_| "漢字と仮名。\n改行は消える。**「強調」**する。\n\n一二三四五六七八九十".repeat(8)),
    small("ruby", |_| "<ruby>紙<rp>(</rp><rt>かみ</rt><rp>)</rp></ruby>、**紙**の\n話。".to_owned()),
    small("hangul", |_| "편지는 **늦게** 온다.\n그래도 온다.".to_owned()),
    small("right to left", |_| RTL.to_owned()),
    small("marks of direction", |_| {
        "\u{202e}gnp.exe\u{202c} \u{2066}a\u{2069} \u{200f}\u{200e}\u{61c}".to_owned()
    }),
    small("zalgo", |_| format!("a{}", "\u{334}\u{30d}\u{337}".repeat(300))),
    small("emoji joined", |_| "👩‍👩‍👧‍👦 🏴󠁧󠁢󠁥󠁮󠁧󠁿 👍🏽 ❤️‍🔥 \u{200d}\u{200d} \u{fe0f}".to_owned()),
    small("compositions", |_| "\u{e9} e\u{301} \u{212b} \u{c5} 각 가\u{11a8} ﬁ".to_owned()),
    small("quotes nested", |_| format!("{}deep", "> ".repeat(200))),
    small("lists nested", |_| (0..100).map(|depth| format!("{}- x\n", "  ".repeat(depth))).collect()),
    small("emphasis nested", |_| format!("{}x{}", "*_".repeat(200), "_*".repeat(200))),
    small("brackets nested", |_| format!("{}x{}", "[".repeat(500), "](y)".repeat(500))),
    small("elements nested", |_| format!("{}x", "<div><b><i>".repeat(100))),
    small("elements closed only", |_| "</div></p></body></html></article></main>text</b>".to_owned()),
    small("footnotes in a loop", |_| {
        "a[^a] b[^b]\n\n[^a]: see [^b]\n[^b]: see [^a] and [^b]\n[^c]: nobody".to_owned()
    }),
    small("footnotes with bad names", |_| {
        "x[^a&b]<y>[^\"q\"][^地]\n\n[^a&b]: 1\n[^\"q\"]: 2\n[^地]: 3".to_owned()
    }),
    small("footnotes again and again", |_| format!("{}\n\n[^a]: one\n[^a]: two", "[^a]".repeat(200))),
    small("references in a loop", |_| "[a][b] [b][a]\n\n[a]: #b \"t\\\"<&>\"\n[b]: <#a b>".to_owned()),
    small("table with bad cells", |_| {
        "| a & b | <c> |\n|--|:-:|\n| `|` | ]]> |\n| \\| | |\n| 1 | 2 | 3 | 4 |".to_owned()
    }),
    small("math", |_| {
        "$a < b & c > d$ $$\\frac{]]>}{\\text{&}}$$ $\\undefined{$ $$ \\begin{matrix} 1 & 2 \\\\ $$ $\\href{javascript:x}{y}$".to_owned()
    }),
    small("code", |_| {
        "```html\n<script>]]>&amp;</script>\n```\n\n~~~ {.rust #id onclick=\"x\"}\nfn main() { a && b; }\n~~~\n\n`` ` ``\n\n```no-such-language&\"<>\nx".to_owned()
    }),
    small("headings", |_| {
        "# \n## #\n####### seven\n# same\n# same\n# 見出し\n# <b>&</b>\nSetext\n===\n# \u{1}".to_owned()
    }),
    small("templates", |_| {
        "{{ post.title }} {% include \"x\" %} {# c #} {%- raw -%} ${x} <%= y %>".to_owned()
    }),
    small("front matter again", |_| "+++\ntitle = \"no\"\n+++\n\n---\ntitle: no\n---\n".to_owned()),
    small("carriage returns", |_| "one\rtwo\r\nthree\n\rfour\r\r\n\u{85}five\u{2028}six\u{2029}".to_owned()),
    small("tabs and hard breaks", |_| "a  \nb\\\nc\t\td\n\n\tcode\n\n1)\tx\n   \ty".to_owned()),
    small("pictures", |_| PICTURES.to_owned()),
    small("media", |_| MEDIA.to_owned()),
    small("attributes", |_| ATTRIBUTES.to_owned()),
    small("forms and frames", |_| {
        "<form action=/x><input name=a onfocus=x></form><iframe src=//x srcdoc='<b>'></iframe><object data=x></object><embed src=x><base href=//evil.example/><meta http-equiv=refresh content='0;url=x'><link rel=stylesheet href=x>".to_owned()
    }),
    small("svg and mathml", |_| {
        "<svg onload=x><script>y</script><a xlink:href='javascript:x'><text>t</text></a><style>*{}</style></svg><math><mi xlink:href=x>a</mi><annotation-xml encoding='text/html'><b>x</b></annotation-xml></math>".to_owned()
    }),
    small("ids doubled", |_| {
        "<p id=a>1</p><p id=a>2</p><p id='a b&\"'>3</p>\n\n# a\n\n# a\n\n<a name=a>4</a>".to_owned()
    }),
    small("more", |_| "one <!-- more --> two\n\n<!-- more -->\n\n<!--more-->".to_owned()),
    small("definition of nothing", |_| "- [ ] \n- [x] \n-\n1.\n>\n|\n***\n---\n".to_owned()),
    small("strike and tasks", |_| "~~a~~ ~b~ - [ ] x\n\n- [x] <b>\n- [X] &".to_owned()),
    small("a long heading", |_| format!("# {}", "字".repeat(2_000))),
    large("a line of 100 KB", |_| "word & ".repeat(15_000)),
    large("a line of 100 KB without a space", |_| "字".repeat(34_000)),
    large("a word of 100 KB", |_| "x".repeat(100_000)),
    large("a huge table", |_| huge_table()),
    large("a mebibyte", mebibyte),
    large("a data URI of 100 KB", |_| format!("![x](data:image/png;base64,{})", "A".repeat(100_000))),
    large("a thousand footnotes", |_| footnotes(1_000)),
    large("two thousand links", |_| "[a](b) ".repeat(2_000)),
    large("ten thousand asterisks", |_| "*".repeat(10_000)),
    large("runs of backticks", |_| (1..140).map(|n| format!("{} ", "`".repeat(n))).collect()),
    large("ten thousand brackets", |_| "[[[[[[[[[[".repeat(1_000)),
    large("ten thousand open elements", |_| "<b>".repeat(10_000)),
];

const SCRIPT: &str = "<script>if (a<b && c>d) { document.write('</scr' + 'ipt>') }</script>\n\n\
    <SCRIPT SRC=//evil.example/x.js></SCRIPT><scr<script>ipt>x</script>\n\n<img src=x onerror=alert(1)>\n\n\
    [click](javascript:alert(1)) [click](<java\tscript:x>) [click](&#106;avascript:x) ![x](javascript:y)\n\n\
    <a href=\" javascript:x\">y</a> <a href='java&#10;script:x'>z</a> <style>@import '//x'; p{}</style>";

const SOUP: &str = "<p>one<p>two<br><b><i>soup</b></i></div><table><tr><td>x<li>y<ul><p>z</table>\n\n\
    <a href=x><a href=y>nested</a></a><p/><br/></br><div/ / /a b=c><=><<p>><a<b>c>\n\n<dl><dd>a<dt>b</dl>";

const RTL: &str =
    "مرحبا بالعالم، this is left, שלום עולם.\n\n> اقتباس\n\n1. واحد\n2. اثنان\n\n`code` في السطر";

const PICTURES: &str = "![a \"b\" <c> & ]]>](a b.png \"t <&>\")\n\n<img src=//x/y.png srcset='a.png 1x, b.png 2x, ,'>\n\n\
    <img alt='no source'><img src=''><picture><source srcset='x.avif' type=image/avif><img src=y.png width=99999999999 height=-1></picture>\n\n\
    ![](地圖.png) ![x](https://example.org/?a=1&b=2) <img src=data:image/svg+xml,%3Csvg/onload=x%3E> <img data-src=lazy.png>";

const MEDIA: &str = "<audio src=a.mp3 autoplay controls>x</audio><video poster=p.png><source src=v.mp4><track src=t.vtt></video>\n\n\
    <figure><img src=x><figcaption>a & b</figcaption></figure><details open ontoggle=x><summary>s</summary>d</details>";

const ATTRIBUTES: &str = "<p onclick=x style='background:url(javascript:x)' class=\"a\" lang=ja data-x='&lt;'>x</p>\n\n\
    <a href='x' href='javascript:y' target=_blank rel=opener ping=//x>two</a> <p a=1 a=2 \u{1}b=3 'c'=\"d>\n\n<p =x =\">\n";

fn addresses() -> String {
    let link =
        |url: &&str| format!("[a]({url}) [b](<{url}>) <{url}> {url} <a href=\"{url}\">c</a> ![d]({url})\n\n");
    URLS.iter().map(link).collect()
}

fn huge_table() -> String {
    let row = |cell: &str| format!("{}|\n", format!("| {cell} ").repeat(40));
    format!("{}{}{}", row("head"), row("---"), row("a & b").repeat(100))
}

fn footnotes(count: usize) -> String {
    let mark = |n: usize| format!("x[^{n}] ");
    let note = |n: usize| format!("[^{n}]: note {n}\n");
    format!("{}\n\n{}", (0..count).map(mark).collect::<String>(), (0..count).map(note).collect::<String>())
}

/// A mebibyte of paragraphs in several scripts.
fn mebibyte(chance: &mut Chance) -> String {
    let mut text = String::with_capacity(1 << 20);
    while text.len() < 1 << 20 {
        text.push_str(chance.of_these(&[
            "word ",
            "字",
            "كلمة ",
            "*stress* ",
            "a & b ",
            "`code` ",
            "🦉",
            "。\n",
            ".\n\n",
        ]));
    }
    text
}
