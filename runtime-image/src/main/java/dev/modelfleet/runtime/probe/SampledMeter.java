package dev.modelfleet.runtime.probe;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Power sensors, read every few milliseconds while the work goes on.
 *
 * @param sensors whose powers add up
 */
record SampledMeter(List<PowerSensor> sensors) implements EnergyMeter {

  private static final long PERIOD_MILLIS = 10;
  private static final double NANOS_PER_SECOND = 1e9;

  @Override
  public double joules(Runnable work) throws IOException {
    Sampler sampler = new Sampler();
    Thread thread = Thread.ofPlatform().daemon().name("power").start(sampler);
    try {
      work.run();
    } finally {
      sampler.done.countDown();
    }
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while reading power", e);
    }
    if (sampler.failure != null) {
      throw sampler.failure;
    }
    return sampler.joules;
  }

  private final class Sampler implements Runnable {
    private final CountDownLatch done = new CountDownLatch(1);
    private double joules;
    private IOException failure;

    @Override
    public void run() {
      try {
        long before = System.nanoTime();
        double watts = watts();
        boolean last = false;
        while (!last) {
          last = done.await(PERIOD_MILLIS, TimeUnit.MILLISECONDS);
          long now = System.nanoTime();
          double next = watts();
          joules += (watts + next) / 2 * (now - before) / NANOS_PER_SECOND;
          before = now;
          watts = next;
        }
      } catch (IOException e) {
        failure = e;
      } catch (InterruptedException e) {
        failure = new IOException("interrupted while reading power", e);
      }
    }

    private double watts() throws IOException {
      double sum = 0;
      for (PowerSensor sensor : sensors) {
        sum += sensor.watts();
      }
      return sum;
    }
  }
}
