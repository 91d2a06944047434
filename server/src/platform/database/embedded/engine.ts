import { Worker } from 'node:worker_threads'
import { createActivity } from './statement-limit.ts'
import { watchStatements } from './statement-watch.ts'
import type { WorkerMessage, WorkerOptions, WorkerRequest } from './worker.ts'

export interface Log {
  info(details: object, message: string): void
  warn(details: object, message: string): void
}

type Operation = WorkerRequest extends infer Request
  ? Request extends { id: number }
    ? Omit<Request, 'id'>
    : never
  : never

/** PGlite in its worker thread, where its queries cannot starve the process's timers and sockets. */
export interface Engine {
  /** Rejects when the operation fails or the worker ends before it answers. */
  request(operation: Operation): Promise<string | undefined>
  /** Resolves when the worker has ended; with an error when it was not stopped by `close`. */
  ended: Promise<Error | undefined>
  stop(): Promise<void>
}

/** A statement did not end when it was cancelled, so the thread was ended with it. */
export class StatementDidNotEnd extends Error {}

/**
 * Resolves when the socket accepts connections; rejects when the database does not open. `onFailure` is called once when
 * the engine can do nothing more, before it has ended.
 */
export async function startEngine(
  options: Omit<WorkerOptions, 'activity'>,
  log: Log,
  onFailure: (error: Error) => void = () => {},
): Promise<Engine> {
  const activity = createActivity()
  const workerData: WorkerOptions = { ...options, activity }
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData, name: 'embedded-database' })
  const ready = Promise.withResolvers<void>()
  const ended = Promise.withResolvers<Error | undefined>()
  const pending = new Map<number, PromiseWithResolvers<string | undefined>>()
  let lastId = 0
  let isStopping = false
  let failure: Error | undefined
  let endReason: Error | undefined

  worker.on('message', (message: WorkerMessage) => {
    if (message.kind === 'ready') ready.resolve()
    else if (message.kind === 'log') log[message.level](message.details, message.message)
    else {
      const waiting = pending.get(message.id)
      pending.delete(message.id)
      if (message.error) waiting?.reject(message.error)
      else waiting?.resolve(message.result)
    }
  })
  const fail = (error: Error): Error => {
    if (!failure && !isStopping) onFailure(error)
    return (failure ??= error)
  }
  const watch = watchStatements(worker, activity, () => {
    fail(new StatementDidNotEnd('A statement that was cancelled did not end.'))
    void worker.terminate()
  })
  // Emscripten throws plain objects.
  worker.on('error', (thrown: { message: string }) =>
    fail(thrown instanceof Error ? thrown : new Error(thrown.message)),
  )
  worker.on('exit', (code) => {
    watch.stop()
    const error = isStopping ? undefined : fail(new Error(`The embedded database's worker ended with code ${code}.`))
    endReason = error ?? new Error('The embedded database was closed.')
    ready.reject(endReason)
    for (const waiting of pending.values()) waiting.reject(endReason)
    pending.clear()
    ended.resolve(error)
  })

  await ready.promise
  return {
    ended: ended.promise,
    request(operation) {
      if (endReason) return Promise.reject(endReason)
      const answer = Promise.withResolvers<string | undefined>()
      const id = ++lastId
      pending.set(id, answer)
      worker.postMessage({ ...operation, id } satisfies WorkerRequest)
      return answer.promise
    },
    async stop() {
      isStopping = true
      await worker.terminate()
    },
  }
}
