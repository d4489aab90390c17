//! The style sheet: the theme's, the colours of code, then the publication's `custom.css`.

use data_encoding::HEXLOWER;
use ring::digest::{SHA256, digest};

use crate::post::highlight_css;
use crate::site::Artifact;
use crate::template::{TemplateError, Templates};

/// The style sheet under a name made from its octets, so that it can be cached for ever.
pub(crate) fn style_sheet(templates: &Templates) -> Result<Artifact, TemplateError> {
    let dark = format!("@media (prefers-color-scheme: dark) {{\n{}}}\n", highlight_css(true));
    let css =
        [templates.text("style.css")?, &highlight_css(false), &dark, templates.text("custom.css")?].concat();
    let hash = HEXLOWER.encode(&digest(&SHA256, css.as_bytes()).as_ref()[..6]);
    Ok(Artifact { path: format!("assets/style.{hash}.css"), bytes: css.into_bytes() })
}
