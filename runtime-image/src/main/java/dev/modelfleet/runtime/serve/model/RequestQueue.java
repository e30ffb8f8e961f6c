package dev.modelfleet.runtime.serve.model;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Requests that wait, the most urgent first and of those the oldest, given out in batches. Each
 * thread that takes is taken to be at work on its last batch until it takes again.
 */
final class RequestQueue {

  /** What came of handing a request over. */
  enum Offer {
    TAKEN,
    FULL,
    CLOSED
  }

  /** Of {@link #nextExpiry} while no request that waits has a time-out. */
  private static final long NEVER = Long.MIN_VALUE;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Condition deadlines = lock.newCondition();
  private final List<Deque<Pending>> levels = new ArrayList<>();
  private final int limit;
  private final Batching batching;
  private int size;
  private long nextExpiry = NEVER;
  private int running;
  private boolean closed;

  /**
   * An empty queue.
   *
   * @param takers threads that will take
   */
  RequestQueue(int limit, int priorityLevels, Batching batching, int takers) {
    this.limit = limit;
    this.batching = batching;
    this.running = takers;
    for (int i = 0; i < priorityLevels; i++) {
      levels.add(new ArrayDeque<>());
    }
  }

  Offer offer(Pending pending) {
    lock.lock();
    try {
      if (closed) {
        return Offer.CLOSED;
      }
      if (size >= limit) {
        return Offer.FULL;
      }
      level(pending.request().priority()).add(pending);
      size++;
      changed.signalAll();
      if (pending.timeoutMicros() > 0 && expiresFirst(pending)) {
        deadlines.signal();
      }
      return Offer.TAKEN;
    } finally {
      lock.unlock();
    }
  }

  /** Whether its time is over before whoever waits for that would look. */
  private boolean expiresFirst(Pending pending) {
    long now = System.nanoTime();
    return nextExpiry == NEVER || now + pending.remainingNanos(now) - nextExpiry < 0;
  }

  private Deque<Pending> level(long priority) {
    return priority < 1 || priority > levels.size()
        ? levels.getLast()
        : levels.get((int) priority - 1);
  }

  int size() {
    lock.lock();
    try {
      return size;
    } finally {
      lock.unlock();
    }
  }

  /** Refuses what is offered from now on; what waits is still given out. */
  void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
      deadlines.signal();
    } finally {
      lock.unlock();
    }
  }

  /** Waits for a batch; an empty one says that the queue is closed and nothing is left. */
  List<Pending> take() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      running--;
      changed.signalAll();
      while (true) {
        Pending first = first();
        if (first == null) {
          if (closed) {
            return List.of();
          }
          changed.await();
          continue;
        }
        List<Pending> batch = batch(first);
        if (!batch.isEmpty()) {
          running++;
          return batch;
        }
        changed.await(remainingNanos(first), TimeUnit.NANOSECONDS);
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until the time of requests is over and takes those out of the queue. For one thread.
   *
   * @return empty where the queue is closed: what is left is given out soon
   */
  List<Pending> takeExpired() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (!closed) {
        List<Pending> expired = new ArrayList<>();
        long now = System.nanoTime();
        long next = removeExpired(now, expired);
        if (!expired.isEmpty()) {
          return expired;
        }
        nextExpiry = next == Long.MAX_VALUE ? NEVER : now + next;
        deadlines.await(next, TimeUnit.NANOSECONDS);
      }
      return List.of();
    } finally {
      lock.unlock();
    }
  }

  /** Moves requests whose time is over; gives the nanoseconds until the next one's is. */
  private long removeExpired(long now, List<Pending> expired) {
    long next = Long.MAX_VALUE;
    for (Deque<Pending> level : levels) {
      for (Iterator<Pending> each = level.iterator(); each.hasNext(); ) {
        Pending pending = each.next();
        long remaining = pending.remainingNanos(now);
        if (remaining < 0) {
          each.remove();
          size--;
          expired.add(pending);
        } else {
          next = Math.min(next, remaining);
        }
      }
    }
    return next;
  }

  private Pending first() {
    for (Deque<Pending> level : levels) {
      if (!level.isEmpty()) {
        return level.getFirst();
      }
    }
    return null;
  }

  private long remainingNanos(Pending first) {
    return batching.maxDelayMicros() * 1_000 - (System.nanoTime() - first.arrivedNanos());
  }

  private List<Pending> batch(Pending first) {
    if (!batching.isOn()) {
      return remove(first, 1);
    }
    boolean delayOver = closed || remainingNanos(first) <= 0;
    int items = batching.take(itemsLike(first), running == 0, delayOver);
    return items == 0 ? List.of() : remove(first, items);
  }

  private int itemsLike(Pending first) {
    int items = 0;
    for (Deque<Pending> level : levels) {
      for (Pending pending : level) {
        if (pending.itemShapes().equals(first.itemShapes())) {
          items += pending.items();
          if (items >= batching.maxSize()) {
            return items;
          }
        }
      }
    }
    return items;
  }

  /** Removes {@code first} and what fits beside it. */
  private List<Pending> remove(Pending first, int items) {
    List<Pending> batch = new ArrayList<>();
    int left = Math.max(items, first.items());
    for (Deque<Pending> level : levels) {
      Iterator<Pending> each = level.iterator();
      while (left > 0 && each.hasNext()) {
        Pending pending = each.next();
        if (pending.items() <= left && pending.itemShapes().equals(first.itemShapes())) {
          left -= pending.items();
          batch.add(pending);
          each.remove();
          size--;
        }
      }
    }
    return batch;
  }
}
