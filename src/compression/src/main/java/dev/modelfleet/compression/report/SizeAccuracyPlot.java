package dev.modelfleet.compression.report;

import dev.modelfleet.artifact.Gates;
import dev.modelfleet.artifact.TrialOutcome;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * Size against loss of accuracy as inline SVG. Losses are on a square-root scale from the top down,
 * so that both a loss of 0.1% and one of 20% can be told from their neighbours; the area that holds
 * every gate is shaded.
 */
final class SizeAccuracyPlot {

  /**
   * One model.
   *
   * @param name of the recipe
   * @param outcome null for the original
   * @param size bytes
   * @param drop loss of accuracy as a fraction
   */
  record Point(String name, TrialOutcome outcome, long size, double drop) {}

  private record Label(Point point, double x, double y, boolean leftOf) {}

  private static final int WIDTH = 720;
  private static final int HEIGHT = 380;
  private static final int LEFT = 64;
  private static final int RIGHT = 24;
  private static final int TOP = 34;
  private static final int BOTTOM = 50;
  private static final int LINE = 16;
  private static final double[] DROP_TICKS = {
    0, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1
  };

  private final List<Point> points;
  private final Gates gates;
  private final double maxSize;
  private final double maxDrop;
  private final StringBuilder svg = new StringBuilder();

  private SizeAccuracyPlot(List<Point> points, Gates gates) {
    this.points = points;
    this.gates = gates;
    this.maxSize = 1.12 * points.stream().mapToDouble(Point::size).max().orElse(1);
    double drops = points.stream().mapToDouble(Point::drop).max().orElse(0);
    double gate = gates.maxAccuracyDrop() == null ? 0 : gates.maxAccuracyDrop();
    this.maxDrop = Math.max(0.002, 1.3 * Math.max(drops, gate));
  }

  /** The picture of at least one model. */
  static String svg(List<Point> points, Gates gates) {
    return new SizeAccuracyPlot(points, gates).draw();
  }

  private String draw() {
    add(
        "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"Size against loss of accuracy\">",
        WIDTH, HEIGHT);
    drawAcceptedArea();
    drawAxes();
    drawGates();
    drawFront();
    points.forEach(this::drawPoint);
    labels().forEach(this::drawLabel);
    add("</svg>");
    return svg.toString();
  }

  private void drawAcceptedArea() {
    double right = gates.maxModelSize() == null ? WIDTH - RIGHT : clampX(gates.maxModelSize());
    double bottom = gates.maxAccuracyDrop() == null ? HEIGHT - BOTTOM : y(gates.maxAccuracyDrop());
    if (gates.maxModelSize() != null || gates.maxAccuracyDrop() != null) {
      add(
          "<rect class=\"area\" x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%.1f\"/>",
          LEFT, TOP, right - LEFT, bottom - TOP);
    }
  }

  private void drawAxes() {
    for (double tick : DROP_TICKS) {
      boolean crowded = tick > 0 && y(tick) - y(0) < LINE;
      if (tick <= maxDrop && !crowded && !tooCloseToLarger(tick)) {
        add(
            "<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%3$.1f\" y2=\"%3$.1f\"/>",
            LEFT, WIDTH - RIGHT, y(tick));
        add(
            "<text class=\"tick end\" x=\"%d\" y=\"%.1f\">%s</text>",
            LEFT - 8, y(tick) + 4, Figures.percent(tick));
      }
    }
    double step = sizeStep();
    for (double tick = 0; tick <= maxSize; tick += step) {
      add(
          "<line class=\"grid\" x1=\"%1$.1f\" x2=\"%1$.1f\" y1=\"%2$d\" y2=\"%3$d\"/>",
          x(tick), TOP, HEIGHT - BOTTOM);
      add(
          "<text class=\"tick middle\" x=\"%.1f\" y=\"%d\">%s</text>",
          x(tick), HEIGHT - BOTTOM + 18, tick == 0 ? "0" : plainSize(tick));
    }
    add("<text class=\"axis\" x=\"%d\" y=\"%d\">accuracy lost</text>", LEFT - 54, TOP - 18);
    add(
        "<text class=\"axis end\" x=\"%d\" y=\"%d\">size of the model</text>",
        WIDTH - RIGHT, HEIGHT - 10);
  }

  private boolean tooCloseToLarger(double tick) {
    for (double larger : DROP_TICKS) {
      if (larger > tick && larger <= maxDrop && y(larger) - y(tick) < LINE && tick > 0) {
        return true;
      }
    }
    return false;
  }

  private void drawGates() {
    if (gates.maxModelSize() != null && gates.maxModelSize() <= maxSize) {
      double x = x(gates.maxModelSize());
      add(
          "<line class=\"gate\" x1=\"%1$.1f\" x2=\"%1$.1f\" y1=\"%2$d\" y2=\"%3$d\"/>",
          x, TOP, HEIGHT - BOTTOM);
      add(
          "<text class=\"gate-name\" x=\"%.1f\" y=\"%d\">at most %s</text>",
          x + 5, HEIGHT - BOTTOM - 7, Figures.size(gates.maxModelSize()));
    }
    if (gates.maxAccuracyDrop() != null) {
      double y = y(gates.maxAccuracyDrop());
      add(
          "<line class=\"gate\" x1=\"%d\" x2=\"%d\" y1=\"%3$.1f\" y2=\"%3$.1f\"/>",
          LEFT, WIDTH - RIGHT, y);
      add(
          "<text class=\"gate-name end\" x=\"%d\" y=\"%.1f\">at most %s lost</text>",
          WIDTH - RIGHT - 4, y + 15, Figures.percent(gates.maxAccuracyDrop()));
    }
  }

  /** A line through the points that no other one beats in size and accuracy at once. */
  private void drawFront() {
    List<Point> front =
        points.stream()
            .filter(point -> points.stream().noneMatch(other -> beats(other, point)))
            .sorted(Comparator.comparingLong(Point::size))
            .toList();
    StringBuilder line = new StringBuilder();
    front.forEach(
        point ->
            line.append(
                String.format(Locale.ROOT, "%.1f,%.1f ", x(point.size()), y(point.drop()))));
    if (front.size() > 1) {
      add("<polyline class=\"front\" points=\"%s\"/>", line.toString().strip());
    }
  }

  private static boolean beats(Point other, Point point) {
    return other.size() <= point.size()
        && other.drop() <= point.drop()
        && (other.size() < point.size() || other.drop() < point.drop());
  }

  private void drawPoint(Point point) {
    add(
        "<circle class=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"6\"/>",
        kind(point), x(point.size()), y(point.drop()));
  }

  private void drawLabel(Label label) {
    add(
        "<text class=\"name %s%s\" x=\"%.1f\" y=\"%.1f\">%s</text>",
        kind(label.point()),
        label.leftOf() ? " end" : "",
        label.x() + (label.leftOf() ? -11 : 11),
        label.y() + 4,
        Html.escape(label.point().name()));
  }

  /** Names beside their points, moved down where they would cover one another. */
  private List<Label> labels() {
    List<Label> placed = new ArrayList<>();
    points.stream()
        .sorted(Comparator.comparingDouble(Point::drop).thenComparingLong(Point::size))
        .forEach(point -> placed.add(place(point, placed)));
    return placed;
  }

  private Label place(Point point, List<Label> placed) {
    double x = x(point.size());
    double y = y(point.drop());
    boolean leftOf = x > WIDTH - RIGHT - 150 || isGateRightOf(x);
    for (Label other : placed) {
      if (Math.abs(other.x() - x) < 160 && Math.abs(other.y() - y) < LINE) {
        y = other.y() + LINE;
      }
    }
    return new Label(point, x, y, leftOf);
  }

  /** Whether a name to the right of a point would cross the line of the size gate. */
  private boolean isGateRightOf(double x) {
    if (gates.maxModelSize() == null || x < LEFT + 130) {
      return false;
    }
    double distance = x(gates.maxModelSize()) - x;
    return distance >= 0 && distance < 120;
  }

  private static String kind(Point point) {
    if (point.outcome() == null) {
      return "original";
    }
    return switch (point.outcome()) {
      case ACCEPTED -> "accepted";
      case PASSED -> "passed";
      case REJECTED, FAILED, SKIPPED -> "rejected";
    };
  }

  private double sizeStep() {
    double rough = maxSize / 6;
    double power = Math.pow(10, Math.floor(Math.log10(rough)));
    double factor = rough / power;
    return power * (factor <= 1 ? 1 : factor <= 2 ? 2 : factor <= 5 ? 5 : 10);
  }

  private static String plainSize(double bytes) {
    return bytes >= 1e6
        ? String.format(Locale.ROOT, "%.4g", bytes / 1e6).replaceFirst("\\.?0+$", "") + " MB"
        : String.format(Locale.ROOT, "%.0f kB", bytes / 1e3);
  }

  private double clampX(double size) {
    return Math.min(WIDTH - RIGHT, x(size));
  }

  private double x(double size) {
    return LEFT + size / maxSize * (WIDTH - LEFT - RIGHT);
  }

  private double y(double drop) {
    double height = Math.sqrt(Math.clamp(drop, 0, maxDrop) / maxDrop);
    return TOP + height * (HEIGHT - TOP - BOTTOM);
  }

  private void add(String format, Object... values) {
    svg.append(String.format(Locale.ROOT, format, values)).append('\n');
  }
}
