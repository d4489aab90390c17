//! Writes the author's own HTML elements for readers who may not know them.

use crate::post::markup::html::Writer;
use crate::post::markup::node::Element;

/// Writes `element`, whose name and attributes are on the allow-list.
pub fn write(writer: &mut Writer<'_>, element: &Element) {
    writer.open(&element.name, &element.attributes);
    writer.within(element);
    writer.close(&element.name);
}
