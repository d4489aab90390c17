//! Essays that want to run a script, in the manner of OWASP's list of filter evasions.

use super::essay::{flavours, text};

/// Markdown with a script, handler or JavaScript URL in it, each in another disguise.
const ATTEMPTS: &[&str] = &[
    "<script>alert(1)</script>",
    "<SCRIPT SRC=https://evil.example/x.js></SCRIPT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<script\n>alert(1)</script\n>",
    "<img src=x onerror=alert(1)>",
    "<img src=x onerror = \"alert(1)\" alt=a>",
    "<IMG SRC=\"javascript:alert('XSS');\">",
    "<IMG SRC=JaVaScRiPt:alert(1)>",
    "<IMG SRC=&#106;&#97;&#118;&#97;&#115;&#99;&#114;&#105;&#112;&#116;&#58;alert(1)>",
    "<IMG SRC=\"jav&#x09;ascript:alert(1);\">",
    "<IMG SRC=\"jav&#x0A;ascript:alert(1);\">",
    "<IMG SRC=\" &#14; javascript:alert(1);\">",
    "<IMG \"\"\"><SCRIPT>alert(1)</SCRIPT>\">",
    "<a href=\"javascript:alert(1)\">x</a>",
    "<a href=\"java\tscript:alert(1)\">x</a>",
    "<a href=\"&#x6A&#x61&#x76&#x61&#x73&#x63&#x72&#x69&#x70&#x74&#x3A&#x61lert(1)\">x</a>",
    "<a href=\"javascript&colon;alert(1)\">x</a>",
    "<a href=\"vbscript:msgbox(1)\">x</a>",
    "<a href=\"data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==\">x</a>",
    "<a href=x onmouseover=alert(1)>x</a>",
    "<a title=\"\" onclick=\"alert(1)\" href=\"#\">x</a>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><a xlink:href=\"javascript:alert(1)\"><text>x</text></a></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<math href=\"javascript:alert(1)\">x</math>",
    "<math><annotation-xml encoding=\"text/html\"><img src=x onerror=alert(1)></annotation-xml></math>",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\"></noscript>",
    "<style><img src=\"</style><img src=x onerror=alert(1)//\">",
    "<textarea><img title=\"</textarea><img src=x onerror=alert(1)>\"></textarea>",
    "<xmp><p title=\"</xmp><img src=x onerror=alert(1)>\">",
    "<iframe src=\"javascript:alert(1)\"></iframe>",
    "<iframe srcdoc=\"<script>alert(1)</script>\"></iframe>",
    "<object data=\"javascript:alert(1)\"></object>",
    "<embed src=\"javascript:alert(1)\">",
    "<base href=\"javascript:alert(1)//\">",
    "<meta http-equiv=refresh content=\"0;url=javascript:alert(1)\">",
    "<link rel=stylesheet href=\"javascript:alert(1)\">",
    "<form action=\"javascript:alert(1)\"><button formaction=\"javascript:alert(1)\">x</button></form>",
    "<div style=\"background:url(javascript:alert(1))\">x</div>",
    "<body onload=alert(1)>",
    "<details open ontoggle=alert(1)><summary>x</summary></details>",
    "<video poster=\"javascript:alert(1)\"><source src=\"javascript:alert(1)\" onerror=alert(1)></video>",
    "<audio src=\"javascript:alert(1)\" onerror=alert(1) autoplay></audio>",
    "<picture><source srcset=\"javascript:alert(1) 1x\"><img src=x onerror=alert(1)></picture>",
    "<img srcset=\"x 1x, javascript:alert(1) 2x\">",
    "<blockquote cite=\"javascript:alert(1)\">x</blockquote>",
    "<div title=\"\n\n`x onmouseover=alert(1) `\n\n\">x</div>",
    "<div title=\"\n\n$x$ onmouseover=alert(1)\n\n\">x</div>",
    "<p id=\"x\" onclick\n=\nalert(1)>x</p>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<!-- --!><img src=x onerror=alert(1)> -->",
    "<![CDATA[><script>alert(1)</script>]]>",
    "<?php <script>alert(1)</script> ?>",
    "[x](javascript:alert(1))",
    "[x](JAVASCRIPT:alert(1))",
    "[x](<java\tscript:alert(1)>)",
    "[x](&#106;avascript:alert(1))",
    "[x](javascript&colon;alert(1))",
    "[x](\u{1}javascript:alert(1))",
    "[x](data:text/html,<script>alert(1)</script>)",
    "[x](x \"\\\" onmouseover=\\\"alert(1)\")",
    "[x]: javascript:alert(1)\n\n[x]",
    "![x](javascript:alert(1))",
    "![x\" onerror=\"alert(1)](x)",
    "![x](x\"onerror=\"alert(1))",
    "<javascript:alert(1)>",
    "<x-javascript:alert(1)>",
    "```\"><script>alert(1)</script>\nx\n```",
    "```html\n<script>alert(1)</script>\n```",
    "`<script>alert(1)</script>`",
    "# <img src=x onerror=alert(1)>",
    "# \"><script>alert(1)</script>",
    "x[^\"><script>]\n\n[^\"><script>]: <img src=x onerror=alert(1)>",
    "| <img src=x onerror=alert(1)> |\n|---|\n| <script>alert(1)</script> |",
    r"$\operatorname{<script>alert(1)</script>}$",
    r"$\text{<img src=x onerror=alert(1)>}$",
    r"$\href{javascript:alert(1)}{x}$",
    "$\\class{x\" onmouseover=\"alert(1)}{y}$",
    "$$\n</annotation></semantics></math><script>alert(1)</script>\n$$",
    "```math\n</math><img src=x onerror=alert(1)>\n```",
];

/// Names of elements that may stand in no output.
const FORBIDDEN: &[&str] = &[
    "script",
    "style",
    "iframe",
    "object",
    "embed",
    "form",
    "button",
    "svg",
    "base",
    "meta",
    "link",
    "body",
    "xmp",
    "noscript",
    "textarea",
    "annotation-xml",
    "mglyph",
];

#[test]
fn no_script_leaves_an_essay() {
    for attempt in ATTEMPTS {
        for (flavour, html) in flavours(attempt) {
            for tag in tags(&html) {
                assert_harmless(&tag, &format!("{flavour} of {attempt}:\n{html}"));
            }
        }
        let text = text(attempt, "en");
        let urls = text.lines().filter(|line| line.starts_with('['));
        assert!(!urls.clone().any(|line| line.contains("] javascript:")), "text of {attempt}:\n{text}");
    }
}

fn assert_harmless(tag: &Tag, place: &str) {
    assert!(!FORBIDDEN.contains(&tag.name.as_str()), "`{}` in {place}", tag.name);
    for (name, value) in &tag.attributes {
        assert!(!name.starts_with("on"), "handler `{name}` in {place}");
        let letters: String = value.to_lowercase().chars().filter(|c| c.is_ascii_graphic()).collect();
        let is_url = matches!(name.as_str(), "href" | "src" | "srcset" | "poster" | "cite" | "action");
        let is_script =
            ["javascript:", "vbscript:", "data:"].iter().any(|scheme| letters.starts_with(scheme));
        assert!(!(is_url && is_script), "`{name}=\"{value}\"` in {place}");
        assert!(!(name == "srcset" && letters.contains("javascript:")), "`{value}` in {place}");
    }
}

/// A start tag as a browser reads it.
#[derive(Debug, PartialEq, Eq)]
struct Tag {
    name: String,
    attributes: Vec<(String, String)>,
}

/// The start tags of `html`, read by a browser's own rules.
fn tags(html: &str) -> Vec<Tag> {
    let mut tags = Vec::new();
    let handler = lol_html::element!("*", |element| {
        let decoded = |value: String| {
            value.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
        };
        let attributes = element.attributes().iter().map(|a| (a.name(), decoded(a.value()))).collect();
        tags.push(Tag { name: element.tag_name(), attributes });
        Ok(())
    });
    let settings = lol_html::RewriteStrSettings::new().append_element_content_handler(handler);
    lol_html::rewrite_str(html, settings).unwrap();
    tags
}
