import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordingFile;

/**
 * Sums up a recording of Java Flight Recorder. Argument: the file. Prints one line of JSON: samples
 * of CPU time by site, bytes allocated by site and class, and the memory that the virtual machine
 * has committed last, in bytes by its kind. A site is the innermost method outside of the JDK.
 */
public final class Profile {

  private final Map<String, Long> cpu = new TreeMap<>();
  private final Map<String, Long> allocated = new TreeMap<>();
  private final Map<String, Long> committed = new TreeMap<>();

  private Profile() {}

  /** Reads the recording and prints its sums. */
  public static void main(String[] args) throws IOException {
    Profile profile = new Profile();
    try (RecordingFile file = new RecordingFile(Path.of(args[0]))) {
      while (file.hasMoreEvents()) {
        profile.add(file.readEvent());
      }
    }
    System.out.printf(
        "{\"cpu\": %s, \"allocated\": %s, \"committed\": %s}%n",
        json(profile.cpu), json(profile.allocated), json(profile.committed));
  }

  private void add(RecordedEvent event) {
    switch (event.getEventType().getName()) {
      case "jdk.CPUTimeSample" -> cpu.merge(site(event), 1L, Long::sum);
      case "jdk.ObjectAllocationSample" ->
          allocated.merge(
              site(event) + ": " + name(event.getClass("objectClass").getName()),
              event.getLong("weight"),
              Long::sum);
      case "jdk.NativeMemoryUsage" ->
          committed.put(event.getString("type"), event.getLong("committed"));
      default -> {}
    }
  }

  private static String site(RecordedEvent event) {
    if (event.getStackTrace() == null) {
      return "(no Java frame)";
    }
    List<RecordedFrame> frames = event.getStackTrace().getFrames();
    return frames.stream()
        .map(frame -> frame.getMethod().getType().getName() + "." + frame.getMethod().getName())
        .filter(method -> !method.matches("(java|jdk|sun|com\\.sun)\\..*"))
        .findFirst()
        .map(Profile::simple)
        .orElse("(the JDK alone)");
  }

  private static String simple(String method) {
    String[] parts = method.split("\\.");
    return parts[parts.length - 2] + "." + parts[parts.length - 1];
  }

  private static String name(String type) {
    return switch (type) {
      case "[B" -> "byte[]";
      case "[I" -> "int[]";
      case "[J" -> "long[]";
      case "[C" -> "char[]";
      default -> {
        String plain = type.replaceAll("^\\[L|;$", "");
        yield plain.substring(plain.lastIndexOf('.') + 1) + (type.startsWith("[") ? "[]" : "");
      }
    };
  }

  private static String json(Map<String, Long> sums) {
    return sums.entrySet().stream()
        .map(each -> String.format(Locale.ROOT, "\"%s\": %d", each.getKey(), each.getValue()))
        .collect(Collectors.joining(", ", "{", "}"));
  }
}
