package dev.modelfleet.operator.analysis;

import dev.modelfleet.operator.analysis.decide.Measurement;
import dev.modelfleet.operator.analysis.decide.QueryAnalysis;
import dev.modelfleet.operator.analysis.decide.Question;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;

/**
 * The last answers to queries. Asking never blocks a reconciler: what is due is asked on threads of
 * its own, and the object that needs it is woken by the answer. A server that hangs holds only its
 * own {@value #PER_SERVER} requests. What nobody asks for any more is forgotten.
 */
public final class Measurements implements AutoCloseable {

  /** A question is asked again after this time. */
  public static final Duration INTERVAL = Duration.ofSeconds(10);

  private static final int PER_SERVER = 4;
  private static final Duration FORGOTTEN = Duration.ofMinutes(10);

  private final PrometheusClient server;
  private final BearerTokens tokens;
  private final InstantSource clock;
  private final Map<Question, Entry> entries = new ConcurrentHashMap<>();
  private final Map<String, Semaphore> permits = new ConcurrentHashMap<>();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  /** Measurements by a client, with the tokens of Secrets. */
  public Measurements(PrometheusClient server, BearerTokens tokens, InstantSource clock) {
    this.server = server;
    this.tokens = tokens;
    this.clock = clock;
  }

  /**
   * What is known of a question.
   *
   * @param answers the last ones, newest last
   * @param asked when it was asked last
   * @param open whether that has no answer yet
   */
  private record Entry(List<Measurement> answers, Instant asked, boolean open) {

    boolean due(Instant now) {
      return !open && !now.isBefore(asked.plus(INTERVAL));
    }

    Entry answered(Measurement answer) {
      List<Measurement> all = new ArrayList<>(answers);
      all.add(answer);
      int first = Math.max(0, all.size() - QueryAnalysis.IN_A_ROW);
      return new Entry(List.copyOf(all.subList(first, all.size())), asked, false);
    }
  }

  /**
   * The answers that are there. What is due is asked.
   *
   * @param whenAnswered run once for each answer to what this call asks
   */
  public Map<Question, List<Measurement>> of(
      Collection<Question> questions, Runnable whenAnswered) {
    Instant now = clock.instant();
    Map<Question, List<Measurement>> known = new HashMap<>();
    for (Question question : questions) {
      Entry before = entries.get(question);
      known.put(question, before == null ? List.of() : before.answers());
      Entry asking = new Entry(known.get(question), now, true);
      boolean mine =
          before == null
              ? entries.putIfAbsent(question, asking) == null
              : before.due(now) && entries.replace(question, before, asking);
      if (mine) {
        threads.execute(() -> ask(question, now, whenAnswered));
      }
    }
    if (!questions.isEmpty()) {
      entries.values().removeIf(e -> !e.open() && now.isAfter(e.asked().plus(FORGOTTEN)));
    }
    return known;
  }

  private void ask(Question question, Instant time, Runnable whenAnswered) {
    Semaphore permit = permits.computeIfAbsent(question.address(), a -> new Semaphore(PER_SERVER));
    try {
      permit.acquire();
      try {
        Measurement answer = answer(question, time);
        entries.computeIfPresent(question, (q, entry) -> entry.answered(answer));
      } finally {
        permit.release();
      }
      whenAnswered.run();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Measurement answer(Question question, Instant time) throws InterruptedException {
    return switch (tokens.of(question)) {
      case BearerTokens.Refused(String why) -> new Measurement.Unanswered(time, why);
      case BearerTokens.Anonymous anonymous ->
          server.ask(question.address(), question.query(), null, time);
      case BearerTokens.Token(String token) ->
          server.ask(question.address(), question.query(), token, time);
    };
  }

  /** Stops asking. */
  @Override
  public void close() {
    threads.shutdownNow();
  }
}
