/** Stores events until its single reader takes them, in order. */
export interface EventQueue<T> extends AsyncIterable<T> {
  push(event: T): void
  /** Takes no more events: the reader ends after the stored ones. */
  close(): void
}

export function createEventQueue<T>(): EventQueue<T> {
  const waiting: T[] = []
  let closed = false
  let wake: (() => void) | null = null

  function rouse() {
    wake?.()
    wake = null
  }

  return {
    push(event) {
      if (closed) return
      waiting.push(event)
      rouse()
    },
    close() {
      closed = true
      rouse()
    },
    async *[Symbol.asyncIterator]() {
      for (;;) {
        while (waiting.length > 0) yield waiting.shift()!
        if (closed) return
        await new Promise<void>((resolve) => (wake = resolve))
      }
    },
  }
}
