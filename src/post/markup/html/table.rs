//! Tables.

use crate::post::markup::html::{Flavour, Writer};
use crate::post::markup::node::{Alignment, Cell, Table};

impl Writer<'_> {
    /// A wide table scrolls in a box of its own on our pages.
    pub(super) fn table(&mut self, table: &Table) {
        let is_boxed = self.flavour == Flavour::Web;
        self.put(if is_boxed { "<div class=\"table\" tabindex=\"0\"><table>\n" } else { "<table>\n" });
        self.put("<thead>\n");
        self.row(&table.head, "th", &table.columns);
        self.put("</thead>\n");
        if !table.rows.is_empty() {
            self.put("<tbody>\n");
            table.rows.iter().for_each(|row| self.row(row, "td", &table.columns));
            self.put("</tbody>\n");
        }
        self.put(if is_boxed { "</table></div>" } else { "</table>" });
    }

    fn row(&mut self, cells: &[Cell], name: &str, columns: &[Alignment]) {
        self.put("<tr>\n");
        for (at, cell) in cells.iter().enumerate() {
            self.out.extend(["<", name]);
            if name == "th" {
                self.attribute("scope", "col");
            }
            // The attribute is obsolete, but feed readers and mail programs drop classes.
            let attribute = if self.flavour == Flavour::Web { "class" } else { "align" };
            match columns.get(at) {
                Some(Alignment::Left) => self.attribute(attribute, "left"),
                Some(Alignment::Center) => self.attribute(attribute, "center"),
                Some(Alignment::Right) => self.attribute(attribute, "right"),
                Some(Alignment::Unset) | None => {}
            }
            self.put(">");
            self.inlines(cell);
            self.close(name);
            self.put("\n");
        }
        self.put("</tr>\n");
    }
}
