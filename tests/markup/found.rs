//! What fuzzing found, each as small as it got.

use super::essay::{flavours, text};

#[test]
fn an_address_that_is_no_url_wherever_it_is_seen_from_leads_nowhere() {
    for (source, kept) in [
        ("[words](//x]y)", "words"),
        ("<a href=\"//x]y\">words</a>", "words"),
        ("![words](//x]y.png)", "words"),
        ("<q cite=\"https://[x\">words</q>", "words"),
    ] {
        for (flavour, html) in flavours(source) {
            let is_link = ["href=", "src=", "cite="].iter().any(|name| html.contains(name));
            assert!(!is_link && html.contains(kept), "{flavour} of {source}: {html}");
        }
        assert!(!text(source, "en").contains("//x"), "text of {source}");
    }
}
