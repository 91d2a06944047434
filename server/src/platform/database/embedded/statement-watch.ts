import { type NodeWorker, Session } from 'node:inspector'
import type { Worker } from 'node:worker_threads'
import { CANCEL_WHEN_OVERDUE, CANCELLED, RUNNING } from './statement-limit.ts'

export interface StatementWatch {
  stop(): void
}

const LOOK_EVERY_MS = 250
/** A batch this old is asked whether it has run for longer than its `statement_timeout`. */
const ASK_AFTER_LOOKS = 2
/** PostgreSQL looks at its flags all the time, but not everywhere: a function over one huge value may go on. */
const END_WITHIN_MS = 1_000

/**
 * Cancels statements that run longer than their session's `statement_timeout`, to within half a second. `onStuck` is called
 * once, when one has not ended a second after that: nothing but the end of the thread ends it.
 *
 * A thread inside WebAssembly takes no messages. V8's inspector can still interrupt it, at any turn of any loop, and it is
 * connected only while a statement is slow.
 */
export function watchStatements(worker: Worker, activity: Int32Array, onStuck: () => void): StatementWatch {
  let batch = 0
  let looks = 0
  let cancelledAt = 0
  let interrupter: Interrupter | undefined

  const forget = (): void => {
    interrupter?.disconnect()
    interrupter = undefined
    looks = 0
    cancelledAt = 0
  }

  const look = (): void => {
    const running = Atomics.load(activity, RUNNING)
    if (running !== batch || running === 0) {
      batch = running
      forget()
      return
    }
    if (++looks < ASK_AFTER_LOOKS) return
    if (Atomics.load(activity, CANCELLED) !== running) {
      interrupter ??= connectTo(worker)
      interrupter.call(CANCEL_WHEN_OVERDUE)
      return
    }
    cancelledAt ||= performance.now()
    if (performance.now() - cancelledAt < END_WITHIN_MS) return
    stop()
    onStuck()
  }

  const timer = setInterval(look, LOOK_EVERY_MS).unref()
  const stop = (): void => {
    clearInterval(timer)
    forget()
  }
  return { stop }
}

interface Interrupter {
  /** Calls a global function of the thread, at once, even in the middle of a loop there. */
  call(name: string): void
  disconnect(): void
}

function connectTo(worker: Worker): Interrupter {
  const session = new Session()
  session.connect()
  let sessionId: string | undefined
  let lastId = 0
  session.on('NodeWorker.attachedToWorker', ({ params }: { params: NodeWorker.AttachedToWorkerEventDataType }) => {
    if (params.workerInfo.workerId === String(worker.threadId)) ({ sessionId } = params)
  })
  session.post('NodeWorker.enable', { waitForDebuggerOnStart: false })
  return {
    call(name) {
      if (!sessionId) return // attached by the next look
      const message = JSON.stringify({
        id: ++lastId,
        method: 'Runtime.evaluate',
        params: { expression: `globalThis.${name}()` },
      })
      session.post('NodeWorker.sendMessageToWorker', { sessionId, message })
    },
    disconnect: () => session.disconnect(),
  }
}
