import { Worker } from 'node:worker_threads'
import type { Ctx } from '../../../platform/context.ts'
import { AppError, badRequest } from '../../../platform/errors.ts'
import { createFairQueue } from '../../../platform/fair-queue.ts'
import type { CountReply, CountRequest } from './count-rows-worker.ts'

const turns = createFairQueue({ limit: 2, limitPerKey: 1, maxWaitingPerKey: 20 })
const waitMs = 60_000
/** 50 MB take 10 s on an ordinary processor. */
const deadlineMs = 60_000

/**
 * Returns the number of rows below the header. Parsing takes 0.2 s per megabyte, so it runs in a thread: two files at a time,
 * one of each workspace. Throws 400 when the file cannot be read to its end, 503 when too many of the workspace wait.
 */
export async function countRows(ctx: Ctx, storageKey: string, form: CountRequest['form']): Promise<number> {
  const path = await ctx.services.storage.localPath(storageKey)
  const { workspace_id } = await ctx.db.actor()
  const reply = await turns.run(workspace_id as string, () => countInThread({ path, form }), { timeoutMs: waitMs })
  if ('refusal' in reply) throw badRequest('unreadable_file', `The file cannot be read: ${reply.refusal}`)
  return reply.rows
}

async function countInThread(request: CountRequest): Promise<CountReply> {
  const worker = new Worker(new URL('./count-rows-worker.ts', import.meta.url), {
    workerData: request,
    resourceLimits: { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 32 },
  })
  let deadline: NodeJS.Timeout | undefined
  try {
    return await new Promise<CountReply>((resolve, reject) => {
      worker.once('message', resolve)
      worker.once('error', reject)
      worker.once('exit', (code) => reject(new Error(`The counting thread ended with code ${code}.`)))
      deadline = setTimeout(
        () =>
          reject(new AppError(400, 'unreadable_file', 'The file takes too long to read. Split it into smaller ones.')),
        deadlineMs,
      )
    })
  } finally {
    clearTimeout(deadline)
    await worker.terminate()
  }
}
