package dev.modelfleet.compression.runtime;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Turns ONNX Runtime's telemetry off. It is on by default and writes to the home directory; with
 * version 1.29 on a machine without internet the process ended with a segmentation fault while it
 * was on, and never while it was off.
 */
public final class Telemetry {

  /** Environment variable that ONNX Runtime reads when its library is loaded. */
  public static final String VARIABLE = "ORT_DISABLE_TELEMETRY";

  private Telemetry() {}

  /**
   * Sets the variable in this process, unless it was started with it. To be called before anything
   * of ONNX Runtime is; Java has no call for it, so this is the C library's.
   */
  public static void turnOff() {
    if (System.getenv(VARIABLE) != null) {
      return;
    }
    Linker linker = Linker.nativeLinker();
    MethodHandle setenv =
        linker.downcallHandle(
            linker.defaultLookup().find("setenv").orElseThrow(),
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT,
                ValueLayout.ADDRESS,
                ValueLayout.ADDRESS,
                ValueLayout.JAVA_INT));
    try (Arena arena = Arena.ofConfined()) {
      int unused =
          (int) setenv.invokeExact(arena.allocateFrom(VARIABLE), arena.allocateFrom("1"), 0);
    } catch (Throwable e) {
      throw new IllegalStateException("setenv can't be called", e);
    }
  }
}
