package dev.modelfleet.compression.cli;

/** A recipe file that can't be read or understood. */
final class RecipeFileException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  RecipeFileException(String message, Throwable cause) {
    super(message, cause);
  }
}
