import type { Clock, Timer } from '../clock.ts'

/** A clock that moves only on request. Timers due at one instant run together, in the order they were set. */
export interface VirtualClock extends Clock {
  /** Moves on by `ms`, running every timer on the way; answers when all they set in motion has settled. */
  advance(ms: number): Promise<void>
  /** Runs until no timer is left. Never returns while timers are set again endlessly. */
  runUntilIdle(): Promise<void>
  /** Timers waiting. */
  pending(): number
}

export interface VirtualClockOptions {
  /** Unix time to begin with, in ms. Default 2030-01-01T00:00:00Z. */
  startAt?: number
  /**
   * Waits, after the timers of each instant, until what they woke has come to rest. Default: one turn of the event loop,
   * which settles any chain of promises; an engine that does real I/O gives its own.
   */
  settle?: () => Promise<void>
}

interface Entry {
  at: number
  order: number
  run: (() => void) | null
}

/** Stands still until `advance` or `runUntilIdle`. */
export function createVirtualClock(options: VirtualClockOptions = {}): VirtualClock {
  const startAt = options.startAt ?? Date.UTC(2030, 0, 1)
  const settle = options.settle ?? (() => new Promise<void>((resolve) => setImmediate(resolve)))
  const heap: Entry[] = []
  let elapsedMs = 0
  let order = 0
  let waiting = 0

  function setTimeout(run: () => void, ms: number): Timer {
    const entry: Entry = { at: elapsedMs + Math.max(0, ms), order: order++, run }
    siftUp(heap, heap.push(entry) - 1)
    waiting++
    return {
      cancel() {
        if (!entry.run) return
        entry.run = null
        waiting--
      },
    }
  }

  function runDue(): void {
    while (heap.length > 0 && heap[0]!.at <= elapsedMs) {
      const { run } = removeFirst(heap)
      if (!run) continue
      waiting--
      run()
    }
  }

  function dropCancelled(): void {
    while (heap.length > 0 && !heap[0]!.run) removeFirst(heap)
  }

  async function runUntil(endMs: number): Promise<void> {
    await settle()
    for (;;) {
      dropCancelled()
      const next = heap[0]
      if (!next || next.at > endMs) return
      elapsedMs = Math.max(elapsedMs, next.at)
      runDue()
      await settle()
    }
  }

  return {
    now: () => startAt + elapsedMs,
    monotonic: () => elapsedMs,
    setTimeout,
    async advance(ms) {
      const endMs = elapsedMs + ms
      await runUntil(endMs)
      elapsedMs = Math.max(elapsedMs, endMs)
    },
    runUntilIdle: () => runUntil(Infinity),
    pending: () => waiting,
  }
}

// A binary heap, earliest first; equal times keep the order they were set in.

const earlier = (a: Entry, b: Entry) => a.at < b.at || (a.at === b.at && a.order < b.order)

function siftUp(heap: Entry[], from: number): void {
  let index = from
  while (index > 0) {
    const parent = (index - 1) >> 1
    if (!earlier(heap[index]!, heap[parent]!)) return
    swap(heap, index, parent)
    index = parent
  }
}

function removeFirst(heap: Entry[]): Entry {
  const first = heap[0]!
  const last = heap.pop()!
  if (heap.length === 0) return first
  heap[0] = last
  for (let index = 0; ;) {
    const left = 2 * index + 1
    const right = left + 1
    let least = index
    if (left < heap.length && earlier(heap[left]!, heap[least]!)) least = left
    if (right < heap.length && earlier(heap[right]!, heap[least]!)) least = right
    if (least === index) return first
    swap(heap, index, least)
    index = least
  }
}

function swap(heap: Entry[], a: number, b: number): void {
  const held = heap[a]!
  heap[a] = heap[b]!
  heap[b] = held
}
