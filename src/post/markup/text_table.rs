//! Lays a table out as plain text: columns where they fit, records where they do not.

use unicode_width::UnicodeWidthStr;

use crate::post::markup::node::Alignment;
use crate::post::markup::wrap::wrap;

/// Spaces between columns.
const GAP: usize = 2;

/// The lines of a table whose cells are `head` and `rows`.
pub fn lay_out(
    head: Vec<String>,
    rows: Vec<Vec<String>>,
    alignments: &[Alignment],
    columns: usize,
) -> Vec<String> {
    let widths: Vec<usize> = (0..head.len())
        .map(|at| {
            rows.iter().chain([&head]).filter_map(|row| row.get(at)).map(|c| c.width()).max().unwrap_or(0)
        })
        .collect();
    let total = widths.iter().sum::<usize>() + GAP * widths.len().saturating_sub(1);
    if total > columns {
        return records(&head, &rows, columns);
    }
    let rule: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
    let lines = [head, rule].into_iter().chain(rows);
    lines.map(|row| aligned(&row, &widths, alignments)).collect()
}

fn aligned(row: &[String], widths: &[usize], alignments: &[Alignment]) -> String {
    let cells = row.iter().zip(widths).enumerate().map(|(at, (cell, width))| {
        let room = width.saturating_sub(cell.width());
        let before = match alignments.get(at) {
            Some(Alignment::Right) => room,
            Some(Alignment::Center) => room / 2,
            _ => 0,
        };
        format!("{}{cell}{}", " ".repeat(before), " ".repeat(room - before))
    });
    cells.collect::<Vec<_>>().join(&" ".repeat(GAP))
}

/// One paragraph for each row, one line for each cell.
fn records(head: &[String], rows: &[Vec<String>], columns: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for row in rows {
        if !lines.is_empty() {
            lines.push(String::new());
        }
        for (name, cell) in head.iter().zip(row).filter(|(_, cell)| !cell.is_empty()) {
            let text = if name.is_empty() { cell.clone() } else { format!("{name}: {cell}") };
            let wrapped = wrap(&text, columns.saturating_sub(2)).into_iter().enumerate();
            lines.extend(wrapped.map(|(at, line)| if at > 0 { format!("  {line}") } else { line }));
        }
    }
    lines
}
