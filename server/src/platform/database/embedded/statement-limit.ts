import type { PGlite } from '@electric-sql/pglite'

/**
 * The state of the thread's work, in memory that both threads share: the number of the batch that runs (0 between two),
 * and of the last one that was cancelled.
 */
export const RUNNING = 0
export const CANCELLED = 1
export const createActivity = (): Int32Array => new Int32Array(new SharedArrayBuffer(8))

/** The function that `watchStatements` calls in the thread while a statement runs there. */
export const CANCEL_WHEN_OVERDUE = 'cancelWhenOverdue'

/** What PGlite's WebAssembly exports beyond its types: addresses of PostgreSQL's variables, and functions. */
interface Runtime {
  wasmMemory: { buffer: ArrayBuffer }
  stackSave(): number
  stackRestore(pointer: number): void
  stringToNewUTF8(text: string): number
  UTF8ToString(pointer: number): string
  _GetConfigOption(name: number, missingOk: number, restrictPrivileged: number): number
  _InterruptPending: number
  _QueryCancelPending: number
}

/** A function of WebAssembly that calls no other may keep up to 128 bytes below the stack pointer (LLVM's red zone). */
const RED_ZONE_BYTES = 256

/**
 * PGlite has no timers and no second process, so `statement_timeout` is set there and nothing comes of it. This keeps it:
 * when a batch has taken longer, PostgreSQL's own flags are set, the statement ends with SQLSTATE 57014 at its next
 * check for interrupts, and the session goes on. The other half is `watchStatements`, in the thread that is free.
 *
 * Returns what runs a batch; the setting counts for the whole of it.
 */
export function limitStatements(pglite: PGlite, activity: Int32Array): (batch: () => Promise<void>) => Promise<void> {
  const runtime = pglite.Module as unknown as Runtime
  const { _GetConfigOption: getSetting, _InterruptPending: interrupt, _QueryCancelPending: cancel } = runtime
  const settingName = runtime.stringToNewUTF8('statement_timeout')
  let count = 0
  let startedAt = 0

  const setFlags = (value: 0 | 1): void => {
    // Looked up each time: memory that has grown is another buffer.
    const flags = new Int32Array(runtime.wasmMemory.buffer)
    flags[cancel / 4] = value
    flags[interrupt / 4] = value
  }

  // Runs in the middle of a statement, between two instructions of its loop.
  const readTimeoutMs = (): number => {
    const pointer = runtime.stackSave()
    try {
      runtime.stackRestore(pointer - RED_ZONE_BYTES)
      return Number(runtime.UTF8ToString(getSetting(settingName, 1, 0)))
    } finally {
      runtime.stackRestore(pointer)
    }
  }

  Object.assign(globalThis, {
    [CANCEL_WHEN_OVERDUE]() {
      if (activity[RUNNING] === 0) return
      const timeoutMs = readTimeoutMs()
      if (timeoutMs === 0 || performance.now() - startedAt < timeoutMs) return
      setFlags(1)
      Atomics.store(activity, CANCELLED, count)
    },
  })

  return async (batch) => {
    startedAt = performance.now()
    Atomics.store(activity, RUNNING, ++count)
    try {
      await batch()
    } finally {
      Atomics.store(activity, RUNNING, 0)
      // A flag that came too late for this batch must not end the next one.
      if (activity[CANCELLED] === count) setFlags(0)
    }
  }
}
