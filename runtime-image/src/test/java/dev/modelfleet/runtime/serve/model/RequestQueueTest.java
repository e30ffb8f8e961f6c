package dev.modelfleet.runtime.serve.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelfleet.runtime.serve.model.RequestQueue.Offer;
import dev.modelfleet.runtime.serve.protocol.InferRequest;
import dev.modelfleet.runtime.serve.protocol.Shape;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class RequestQueueTest {

  private static final Batching UP_TO_FOUR = new Batching(4, List.of(), 50_000, false);

  @Test
  void withoutBatchingEachIsGivenOutAloneInOrder() throws Exception {
    RequestQueue queue = new RequestQueue(8, 1, Batching.NONE, 1);
    offer(queue, "a", "b");
    assertThat(ids(queue.take())).containsExactly("a");
    assertThat(ids(queue.take())).containsExactly("b");
  }

  @Test
  void anIdleModelTakesAllThatWaitsAtOnceUpToTheLargestSize() throws Exception {
    RequestQueue queue = new RequestQueue(8, 1, UP_TO_FOUR, 1);
    offer(queue, "a", "b", "c", "d", "e");
    assertThat(ids(queue.take())).containsExactly("a", "b", "c", "d");
    assertThat(ids(queue.take())).containsExactly("e");
  }

  @Test
  void aBusyModelGivesALoneRequestTheDelayForOthersToJoin() throws Exception {
    RequestQueue queue = new RequestQueue(8, 1, UP_TO_FOUR, 2);
    // The other of the two threads has not taken yet and counts as being at work.
    long start = System.nanoTime();
    offer(queue, "a");
    assertThat(ids(queue.take())).containsExactly("a");
    assertThat(System.nanoTime() - start).isGreaterThan(45_000_000);
  }

  @Test
  void theDelayEndsWhenTheModelBecomesIdle() throws Exception {
    RequestQueue queue = new RequestQueue(8, 1, new Batching(4, List.of(), 15_000_000, false), 2);
    offer(queue, "a");
    Thread other =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    ids(queue.take());
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                });
    queue.close();
    long start = System.nanoTime();
    queue.take();
    other.join();
    assertThat(System.nanoTime() - start).isLessThan(10_000_000_000L);
  }

  @Test
  void onlyEqualShapesAreJoined() throws Exception {
    RequestQueue queue = new RequestQueue(8, 1, UP_TO_FOUR, 1);
    queue.offer(pending("a", 0, 1, 16));
    queue.offer(pending("b", 0, 1, 32));
    queue.offer(pending("c", 0, 1, 16));
    assertThat(ids(queue.take())).containsExactly("a", "c");
    assertThat(ids(queue.take())).containsExactly("b");
  }

  @Test
  void itemsAreCountedNotRequests() throws Exception {
    RequestQueue queue = new RequestQueue(8, 1, UP_TO_FOUR, 1);
    queue.offer(pending("a", 0, 3, 16));
    queue.offer(pending("b", 0, 2, 16));
    queue.offer(pending("c", 0, 1, 16));
    assertThat(ids(queue.take())).containsExactly("a", "c");
    assertThat(ids(queue.take())).containsExactly("b");
  }

  @Test
  void theMostUrgentGoesFirstAndUnknownLevelsLast() throws Exception {
    RequestQueue queue = new RequestQueue(8, 2, Batching.NONE, 1);
    queue.offer(pending("default", 0, 1, 16));
    queue.offer(pending("second", 2, 1, 16));
    queue.offer(pending("beyond", 7, 1, 16));
    queue.offer(pending("first", 1, 1, 16));
    assertThat(List.of(ids(queue.take()), ids(queue.take()), ids(queue.take()), ids(queue.take())))
        .containsExactly(
            List.of("first"), List.of("default"), List.of("second"), List.of("beyond"));
  }

  @Test
  void aFullOrClosedQueueTakesNothingAndGivesOutWhatItHas() throws Exception {
    RequestQueue queue = new RequestQueue(1, 1, UP_TO_FOUR, 1);
    assertThat(queue.offer(pending("a", 0, 1, 16))).isEqualTo(Offer.TAKEN);
    assertThat(queue.offer(pending("b", 0, 1, 16))).isEqualTo(Offer.FULL);
    queue.close();
    assertThat(queue.offer(pending("c", 0, 1, 16))).isEqualTo(Offer.CLOSED);
    assertThat(ids(queue.take())).containsExactly("a");
    assertThat(queue.take()).isEmpty();
    assertThat(queue.size()).isZero();
  }

  @Test
  void requestsAreGivenBackWhenTheirTimeIsOverAlthoughNobodyTakes() throws Exception {
    RequestQueue queue = new RequestQueue(8, 1, Batching.NONE, 1);
    long start = System.nanoTime();
    queue.offer(pending("any time", 0));
    queue.offer(pending("late", 80_000));
    Thread sooner = Thread.ofPlatform().start(() -> queue.offer(pending("soon", 20_000)));
    assertThat(ids(queue.takeExpired())).containsExactly("soon");
    assertThat(ids(queue.takeExpired())).containsExactly("late");
    assertThat(System.nanoTime() - start).isGreaterThan(80_000_000);
    sooner.join();
    assertThat(ids(queue.take())).containsExactly("any time");
    queue.close();
    assertThat(queue.takeExpired()).isEmpty();
  }

  private static Pending pending(String id, long timeoutMicros) {
    InferRequest request = new InferRequest(id, List.of(), List.of(), false, timeoutMicros, 0);
    return new Pending(request, System.nanoTime(), null, timeoutMicros, 1, List.of());
  }

  private static void offer(RequestQueue queue, String... ids) {
    for (String id : ids) {
      assertThat(queue.offer(pending(id, 0, 1, 16))).isEqualTo(Offer.TAKEN);
    }
  }

  private static Pending pending(String id, long priority, int items, long length) {
    InferRequest request = new InferRequest(id, List.of(), List.of(), false, 0, priority);
    return new Pending(request, System.nanoTime(), null, 0, items, List.of(Shape.of(1, length)));
  }

  private static List<String> ids(List<Pending> batch) {
    return batch.stream().map(pending -> pending.request().id()).toList();
  }
}
