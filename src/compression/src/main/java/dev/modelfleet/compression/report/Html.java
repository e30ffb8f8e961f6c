package dev.modelfleet.compression.report;

/** Text in HTML. */
public final class Html {

  private Html() {}

  /** The text with characters that mean something in HTML and SVG replaced. */
  public static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
