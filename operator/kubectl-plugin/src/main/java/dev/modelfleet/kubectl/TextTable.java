package dev.modelfleet.kubectl;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Rows of text in columns, as kubectl prints them. */
final class TextTable {

  private static final String GAP = "   ";

  private final List<List<String>> rows = new ArrayList<>();

  TextTable(String... header) {
    rows.add(List.of(header));
  }

  /** Adds a row; an absent or empty cell is shown as a dash. */
  TextTable row(Object... cells) {
    rows.add(
        Arrays.stream(cells)
            .map(cell -> cell == null || cell.toString().isEmpty() ? "-" : cell.toString())
            .toList());
    return this;
  }

  /** Whether there is no row under the header. */
  boolean isEmpty() {
    return rows.size() == 1;
  }

  /** The lines. */
  String text() {
    int columns = rows.getFirst().size();
    int[] widths =
        IntStream.range(0, columns)
            .map(i -> rows.stream().mapToInt(row -> row.get(i).length()).max().orElse(0))
            .toArray();
    StringBuilder text = new StringBuilder();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < columns; i++) {
        line.append(row.get(i)).repeat(" ", widths[i] - row.get(i).length()).append(GAP);
      }
      text.append(line.toString().stripTrailing()).append('\n');
    }
    return text.toString();
  }
}
