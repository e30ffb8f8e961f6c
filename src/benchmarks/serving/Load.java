import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Callers in a closed loop: each asks again as soon as it is answered. Arguments: http, json, grpc
 * or bare; what is asked ({@code PORT/MODEL}, or for bare {@code FILE/THREADS}); callers; seconds
 * measured; seconds to warm up before; inputs as {@link Input#parseAll} reads them. Prints one line
 * of JSON: p50, p90 and p99 in microseconds, requests per second, this process's CPU microseconds
 * per request, and all requests with those of the warm-up.
 */
public final class Load {

  /** One caller, used by one thread. */
  interface Caller extends AutoCloseable {
    /** Asks once and returns when the answer is there in full. */
    void call() throws Exception;

    @Override
    default void close() throws Exception {}
  }

  /** Makes callers. */
  interface Callers {
    Caller open() throws Exception;
  }

  private static final class Times {
    private long[] nanos = new long[1 << 12];
    private int measured;
    private long all;

    void add(long duration) {
      if (measured == nanos.length) {
        nanos = Arrays.copyOf(nanos, 2 * measured);
      }
      nanos[measured++] = duration;
    }
  }

  private Load() {}

  /** Runs the callers. */
  public static void main(String[] args) throws Exception {
    Callers callers = callers(args[0], args[1], Input.parseAll(args[5]));
    int count = Integer.parseInt(args[2]);
    long start = System.nanoTime() + (long) (Double.parseDouble(args[4]) * 1e9);
    long end = start + (long) (Double.parseDouble(args[3]) * 1e9);
    List<Times> times = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Times own = new Times();
      times.add(own);
      threads.add(Thread.ofPlatform().start(() -> loop(callers, start, end, own)));
    }
    Thread.sleep(Math.max(0, (start - System.nanoTime()) / 1_000_000));
    long cpu = cpuNanos();
    Thread.sleep(Math.max(0, (end - System.nanoTime()) / 1_000_000));
    cpu = cpuNanos() - cpu;
    for (Thread thread : threads) {
      thread.join();
    }
    print(times, (end - start) / 1e9, cpu);
  }

  private static Callers callers(String mode, String target, List<Input> inputs) throws Exception {
    int slash = target.lastIndexOf('/');
    String place = target.substring(0, slash);
    String rest = target.substring(slash + 1);
    return switch (mode) {
      case "http" -> () -> new HttpCaller(place, HttpCaller.binaryRequest(rest, inputs));
      case "json" -> () -> new HttpCaller(place, HttpCaller.jsonRequest(rest, inputs));
      case "grpc" -> () -> new GrpcCaller(Integer.parseInt(place), rest, inputs);
      case "bare" -> {
        BareModel model = new BareModel(place, Integer.parseInt(rest), inputs);
        yield () -> model::run;
      }
      default -> throw new IllegalArgumentException("no such kind of caller: " + mode);
    };
  }

  private static long cpuNanos() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
  }

  private static void loop(Callers callers, long start, long end, Times times) {
    try (Caller caller = callers.open()) {
      for (long now = System.nanoTime(); now < end; ) {
        caller.call();
        long answered = System.nanoTime();
        times.all++;
        if (now >= start && answered < end) {
          times.add(answered - now);
        }
        now = answered;
      }
    } catch (Exception e) {
      e.printStackTrace();
      System.exit(1);
    }
  }

  private static void print(List<Times> times, double seconds, long cpuNanos) {
    long[] all =
        times.stream()
            .flatMapToLong(each -> Arrays.stream(each.nanos, 0, each.measured))
            .sorted()
            .toArray();
    System.out.printf(
        Locale.ROOT,
        "{\"p50\": %.1f, \"p90\": %.1f, \"p99\": %.1f, \"per_second\": %.1f, \"cpu\": %.1f, \"all\": %d}%n",
        all[all.length / 2] / 1e3,
        all[(int) (all.length * 0.9)] / 1e3,
        all[(int) (all.length * 0.99)] / 1e3,
        all.length / seconds,
        cpuNanos / 1e3 / all.length,
        times.stream().mapToLong(each -> each.all).sum());
  }
}
