import { sql } from 'kysely'
import type { JobWithMetadata, PgBoss } from 'pg-boss'
import { statement } from './database/statement.ts'
import { schema } from './job-queue-database.ts'
import type { Log } from './log.ts'
import { type Services, serverContext } from './services.ts'

/** A queue that this node takes jobs from. */
export interface WorkedQueue<T> {
  readonly name: string
  /** The number of concurrent jobs. */
  readonly concurrency: number
  /** The number of concurrent jobs of one workspace, on all nodes. Default: no limit. */
  readonly concurrencyPerWorkspace?: number | undefined
  run(job: JobWithMetadata<T>): Promise<void>
}

export interface Workers {
  /** There may be a job in this queue, or in any queue with null: its workers fetch. */
  wake(name: string | null): void
  /** Ends the polling, and resolves when the jobs in progress have ended. */
  stop(): Promise<void>
}

export interface WorkersOptions<T> {
  boss: PgBoss
  services: Services
  log: Log
  queues: readonly WorkedQueue<T>[]
  /** The longest delay after a job becomes due until it is found without a notification, in milliseconds. */
  pollMs: number
}

// One probe of pg-boss's index for fetching per queue. It has `start_after` too, so later jobs are not read.
const findDue = statement(
  'jobs.find_due.system',
  (_, p: { names: string[] }) => sql<{ name: string }>`
    select queue.name from unnest(${p.names}::text[]) queue (name)
     where exists (select from ${sql.raw(schema)}.job_common job
                    where job.name = queue.name and job.state < 'active' and not job.blocked and job.start_after <= now())`,
)

/** pg-boss asks for an interval; its workers are woken instead. A day, in seconds. */
const neverPoll = 86_400

/**
 * The workers of all queues. A worker of pg-boss polls its queue by itself: 50 of them every 2 s cost the embedded
 * database's only connection 25 statements a second while there is nothing to do. Here one statement looks for due jobs in
 * all queues and wakes the workers of those that have some. A queue's workers are made when it is first woken, because
 * each fetches at its start.
 */
export function startWorkers<T>({ boss, services, log, queues, pollMs }: WorkersOptions<T>): Workers {
  const ctx = serverContext(services, { workspaceId: null, share: 'jobs' })
  const byName = new Map(queues.map((queue) => [queue.name, queue]))
  const workers = new Map<string, string[]>()
  let timer: NodeJS.Timeout | undefined
  let isStopping = false

  const start = async (queue: WorkedQueue<T>) => {
    const ids: string[] = []
    workers.set(queue.name, ids)
    for (let i = 0; i < queue.concurrency; i++) ids.push(await takeTurns(boss, queue))
  }

  const wake = (name: string) => {
    const queue = byName.get(name)
    if (!queue || isStopping) return
    const ids = workers.get(name)
    if (ids) ids.forEach((id) => boss.notifyWorker(id))
    else start(queue).catch((error: unknown) => log.warn({ err: error }, 'The workers of a job queue did not start.'))
  }

  const poll = async () => {
    try {
      for (const { name } of await ctx.db.all(findDue, { names: [...byName.keys()] })) wake(name)
    } catch (error) {
      log.warn({ err: error }, 'Due jobs could not be looked for; trying again.')
    }
    if (!isStopping) timer = setTimeout(() => (polling = poll()), pollMs)
  }
  let polling = poll()

  return {
    wake: (name) => (name === null ? byName.keys() : [name]).forEach(wake),
    async stop() {
      isStopping = true
      clearTimeout(timer)
      await polling
      await Promise.all([...workers.keys()].map((name) => boss.offWork(name, { wait: true })))
    },
  }
}

/** One job after the other. Returns the worker's id. */
async function takeTurns<T>(boss: PgBoss, queue: WorkedQueue<T>): Promise<string> {
  const { name, concurrencyPerWorkspace } = queue
  const id: string = await boss.work(
    name,
    {
      pollingIntervalSeconds: neverPoll,
      includeMetadata: true,
      ...(concurrencyPerWorkspace && { groupConcurrency: concurrencyPerWorkspace }),
    },
    async ([job]: JobWithMetadata<T>[]) => {
      // Where there was one there may be more: look again at once instead of at the next poll.
      boss.notifyWorker(id)
      if (job) await queue.run(job)
    },
  )
  return id
}
