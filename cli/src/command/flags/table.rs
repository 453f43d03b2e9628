//! Columns that stand under each other.

/// The rows under their heading, two spaces between the columns, and none at the end of a line.
pub(super) fn aligned<const N: usize>(heading: [&str; N], rows: &[[String; N]]) -> String {
    let heading = heading.map(str::to_owned);
    let lines = || std::iter::once(&heading).chain(rows);
    let widths: [usize; N] = std::array::from_fn(|column| lines().map(|row| width(&row[column])).max().unwrap_or(0));
    lines().map(|row| line(row, &widths) + "\n").collect()
}

fn line<const N: usize>(row: &[String; N], widths: &[usize; N]) -> String {
    let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}"));
    cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
}

fn width(cell: &str) -> usize {
    cell.chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let row = |a: &str, b: &str| [a.to_owned(), b.to_owned()];
        let table = aligned(["a", "wide"], &[row("größe", "x"), row("y", "longer"), row("z", "")]);
        assert_eq!(table, "a      wide\ngröße  x\ny      longer\nz\n");
        assert_eq!(aligned(["a", "b"], &[]), "a  b\n");
    }
}
