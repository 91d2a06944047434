import { type JobWithMetadata, PgBoss } from 'pg-boss'
import type { Connections } from './database/connections.ts'
import { withPatience } from './database/patience.ts'
import { declare, givenUpQueue } from './job-queue-declare.ts'
import { grants, inTransaction, overConnections, schema } from './job-queue-database.ts'
import { type WorkedQueue, type Workers, startWorkers } from './job-queue-workers.ts'
import { jobTurns } from './job-turns.ts'
import type { JobType, Jobs } from './jobs.ts'
import type { Log } from './log.ts'
import type { NodeBus } from './nodes.ts'
import { type Services, serverContext } from './services.ts'

export interface JobQueue extends Jobs {
  /** Jobs can be asked for from now on. */
  start(): Promise<void>
  /** And are run by this node. */
  work(services: Services): Promise<void>
  /** Takes nothing new and waits for what is running; what takes longer than `deadlineMs` will be tried again. */
  stop(deadlineMs?: number): Promise<void>
}

export interface JobQueueOptions {
  connections: Connections
  log: Log
  bus: NodeBus
  // oxlint-disable-next-line no-explicit-any -- types with different inputs share one list.
  types: readonly JobType<any>[]
  /** The longest delay of a job that this node got no notification of, in milliseconds. Default 2,000. */
  pollMs?: number
}

/** The columns of a queue besides pg-boss's own. */
interface Asked {
  workspace_id: string | null
  user_id: string | null
  input: unknown
}

/** The workspace whose turn the job takes. The server's own jobs wait for no turn. */
const groupOf = ({ workspace_id, user_id }: Asked) => {
  const id = workspace_id ?? user_id
  return id === null ? {} : { group: { id } }
}

const channel = 'jobs'
const superviseIntervalSeconds = 15
/** The longest delay of a job without a notification: a retry, a later start, a lost notification. */
const defaultPollMs = 2000
/** Jobs that wait for other jobs; we have none. In seconds. */
const flowIntervalSeconds = 3600

/**
 * Jobs on pg-boss, in the schema `jobs` of our own database and over our own connections.
 *
 * `enqueue` hands pg-boss the caller's transaction (`db`), so its insert stands or falls with the change and needs no
 * table or reader in between. For that the two roles may insert into the job table and nothing else. pg-boss looks a
 * queue up in its memory, filled at the start; a look-up in the database while the caller holds the only connection
 * would wait forever, which is why an undeclared type is refused here first.
 */
export function createJobQueue(options: JobQueueOptions): JobQueue {
  const { connections, log, bus, types, pollMs = defaultPollMs } = options
  const declared = new Map(types.map((type) => [type.name, type]))
  if (declared.size < types.length) throw new Error('Two jobs have the same name.')
  const database = overConnections(connections)
  const createBoss = (works: boolean) =>
    new PgBoss({
      schema,
      db: database,
      supervise: works,
      schedule: works,
      superviseIntervalSeconds,
      monitorIntervalSeconds: superviseIntervalSeconds,
      flowIntervalSeconds,
    })
      .on('error', (error) => log.warn({ err: error }, 'The job queue failed and will try again.'))
      .on('warning', (warning) => log.warn({ warning }, 'The job queue warns.'))
  // Two, because asking is all that a server needs before it answers, and what working needs takes ten times as long.
  const asking = createBoss(false)
  const working = createBoss(true)
  let workers: Workers | undefined

  bus.listen(channel, (name) => workers?.wake(name === '' ? null : name))

  const work = async (services: Services, type: JobType, job: JobWithMetadata<Asked | null>): Promise<void> => {
    const { workspace_id = null, user_id, input = {} } = job.data ?? {}
    const ctx = serverContext(services, {
      workspaceId: workspace_id,
      ...(user_id && { userId: user_id }),
      share: `jobs ${workspace_id ?? ''}`,
    })
    const asked = type.input.parse(input)
    try {
      await type.run(ctx, asked)
    } catch (error) {
      log.error({ err: error, job: type.name, job_id: job.id, workspace_id }, 'A job failed.')
      throw error
    }
  }

  /** Receives given-up jobs, whether the last attempt failed or died with its process. */
  const giveUp = async (services: Services, type: JobType, job: JobWithMetadata<Asked | null>): Promise<void> => {
    const { workspace_id = null, user_id, input = {} } = job.data ?? {}
    const ctx = serverContext(services, { workspaceId: workspace_id, ...(user_id && { userId: user_id }) })
    await type.givenUp?.(ctx, type.input.parse(input))
  }

  const startWorking = async () => {
    try {
      await working.start()
    } catch (error) {
      // Half started, it keeps timers of its own.
      await working.stop({ graceful: false })
      throw error
    }
  }

  const queuesOf = (services: Services, type: JobType): WorkedQueue<Asked | null>[] => [
    {
      name: type.name,
      concurrency: type.concurrency ?? 1,
      concurrencyPerWorkspace: type.concurrencyPerWorkspace,
      run: (job) => work(services, type, job),
    },
    ...(type.givenUp
      ? [
          {
            name: givenUpQueue(type),
            concurrency: 1,
            run: (job: JobWithMetadata<Asked | null>) => giveUp(services, type, job),
          },
        ]
      : []),
  ]

  return {
    async enqueue(ctx, type, input, { startAfterSeconds } = {}) {
      if (!declared.has(type.name))
        throw new Error(`The job ${type.name} is not among those the server was composed of.`)
      const { workspace_id, user_id } = await ctx.db.actor()
      const asked: Asked = { workspace_id, user_id, input: type.input.parse(input) }
      await asking.send(type.name, asked, {
        db: inTransaction(ctx, type),
        ...groupOf(asked),
        ...(startAfterSeconds && { startAfter: startAfterSeconds }),
      })
      if (startAfterSeconds) return
      ctx.afterCommit(() => {
        workers?.wake(type.name)
        bus.publish(channel, type.name)
      })
    },

    async start() {
      await asking.start()
      // It knows the queues that it found when it started; to look for one later may wait for the caller's connection.
      if (await declare(asking, types)) {
        await asking.stop({ graceful: false })
        await asking.start()
      }
      await database.executeSql(grants)
      await database.executeSql(jobTurns(schema))
    },

    async work(services) {
      await withPatience(log, startWorking)
      const queues = types.flatMap((type) => queuesOf(services, type))
      workers = startWorkers({ boss: working, services, log, queues, pollMs })
    },

    async stop(deadlineMs = 10_000) {
      const { promise: late, resolve: giveUp } = Promise.withResolvers<void>()
      const deadline = setTimeout(giveUp, deadlineMs)
      await Promise.race([workers?.stop(), late])
      clearTimeout(deadline)
      await working.stop({ graceful: false })
      await asking.stop({ graceful: false })
    },
  }
}
