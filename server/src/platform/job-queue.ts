import pg from 'pg'
import { type Db as BossDatabase, type JobWithMetadata, PgBoss } from 'pg-boss'
import type { Ctx } from './context.ts'
import type { Connections } from './database/connections.ts'
import { withPatience } from './database/patience.ts'
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
}

/** What a queue row carries besides pg-boss's own columns. */
interface Asked {
  workspace_id: string | null
  user_id: string | null
  input: unknown
}

/** Whose turn it takes; what the server does for itself waits behind nobody's. */
const groupOf = ({ workspace_id, user_id }: Asked) => {
  const id = workspace_id ?? user_id
  return id === null ? {} : { group: { id } }
}

const schema = 'jobs'
const channel = 'jobs'
const defaultTimeoutSeconds = 300
/** A node says this often, twice, that it is at a job; without it the job is tried again: its process has died. */
const heartbeatSeconds = 20
const superviseIntervalSeconds = 15
const firstPauseSeconds = 1
const longestPauseSeconds = 600
/** How late a job may be noticed that no node was told of: a retry, a later start, a lost notification. */
const pollSeconds = 2

/**
 * Jobs on pg-boss, in the schema `jobs` of our own database and over our own pool.
 *
 * `enqueue` hands pg-boss the caller's transaction (`db`), so its insert stands or falls with the change and needs no
 * table or reader in between. For that the two roles may insert into the job table and nothing else. pg-boss looks a
 * queue up in its memory, filled at the start; a look-up in the database while the caller holds the only connection
 * would wait for ever, which is why an undeclared type is refused here first.
 */
export function createJobQueue({ connections, log, bus, types }: JobQueueOptions): JobQueue {
  const declared = new Map(types.map((type) => [type.name, type]))
  if (declared.size < types.length) throw new Error('Two jobs have the same name.')
  const createBoss = (works: boolean) =>
    new PgBoss({
      schema,
      db: overPool(connections.pool),
      supervise: works,
      schedule: works,
      superviseIntervalSeconds,
      monitorIntervalSeconds: superviseIntervalSeconds,
    })
      .on('error', (error) => log.warn({ err: error }, 'The job queue failed and will try again.'))
      .on('warning', (warning) => log.warn({ warning }, 'The job queue warns.'))
  // Two, because asking is all that a server needs before it answers, and what working needs takes ten times as long.
  const asking = createBoss(false)
  const working = createBoss(true)
  const workers = new Map<string, string[]>()

  const wake = (name: string) => {
    for (const id of workers.get(name) ?? []) working.notifyWorker(id)
  }
  bus.listen(channel, (name) => (name === '' ? [...workers.keys()].forEach(wake) : wake(name)))

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

  /** What was given up comes here whether its last try failed or died with its process. */
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

  /** One job after the other; answers the worker's id. */
  const takeTurns = async (
    queue: string,
    type: JobType,
    run: (job: JobWithMetadata<Asked | null>) => Promise<void>,
  ): Promise<string> => {
    const id: string = await working.work(
      queue,
      {
        pollingIntervalSeconds: pollSeconds,
        includeMetadata: true,
        ...(type.concurrencyPerWorkspace && { groupConcurrency: type.concurrencyPerWorkspace }),
      },
      async ([job]: JobWithMetadata<Asked | null>[]) => {
        // Where there was one there may be more: look again at once instead of at the next poll.
        working.notifyWorker(id)
        if (job) await run(job)
      },
    )
    return id
  }

  return {
    async enqueue(ctx, type, input, { startAfterSeconds } = {}) {
      if (!declared.has(type.name))
        throw new Error(`The job ${type.name} is not among those the server was composed of.`)
      const { workspace_id, user_id } = await ctx.db.entered()
      const asked: Asked = { workspace_id, user_id, input: type.input.parse(input) }
      await asking.send(type.name, asked, {
        db: inTransaction(ctx, type),
        ...groupOf(asked),
        ...(startAfterSeconds && { startAfter: startAfterSeconds }),
      })
      if (startAfterSeconds) return
      ctx.afterCommit(() => {
        wake(type.name)
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
      await connections.pool.query(grants)
      await connections.pool.query(jobTurns(schema))
    },

    async work(services) {
      await withPatience(log, startWorking)
      for (const type of types) {
        const ids: string[] = []
        workers.set(type.name, ids)
        for (let i = 0; i < (type.concurrency ?? 1); i++)
          ids.push(await withPatience(log, () => takeTurns(type.name, type, (job) => work(services, type, job))))
        if (!type.givenUp) continue
        const givenUp = givenUpQueue(type)
        workers.set(givenUp, [
          await withPatience(log, () => takeTurns(givenUp, type, (job) => giveUp(services, type, job))),
        ])
      }
    },

    async stop(deadlineMs = 10_000) {
      const { promise: late, resolve: giveUp } = Promise.withResolvers<void>()
      const deadline = setTimeout(giveUp, deadlineMs)
      await Promise.race([Promise.all([...workers.keys()].map((name) => working.offWork(name, { wait: true }))), late])
      clearTimeout(deadline)
      await working.stop({ graceful: false })
      await asking.stop({ graceful: false })
    },
  }
}

/** Brings the queues and schedules in the database in line with the program's types; answers whether a queue changed. */
async function declare(boss: PgBoss, types: readonly JobType[]): Promise<boolean> {
  const queues = new Map((await boss.getQueues()).map((queue) => [queue.name, queue]))
  let changed = false
  const bring = async (name: string, wanted: ReturnType<typeof optionsOf>) => {
    const found = queues.get(name)
    if (found && optionNames.every((option) => (found[option] ?? undefined) === wanted[option])) return
    if (found) await boss.updateQueue(name, wanted)
    else await boss.createQueue(name, wanted)
    changed = true
  }
  for (const type of types) {
    const { deadLetter, ...options } = optionsOf(type)
    if (deadLetter) await bring(deadLetter, { ...options, retryLimit: 10 })
    await bring(type.name, { ...options, ...(deadLetter && { deadLetter }) })
  }
  const scheduled = new Map((await boss.getSchedules()).map(({ name, cron }) => [name, cron]))
  for (const { name, schedule } of types) {
    if (schedule && scheduled.get(name) !== schedule) await boss.schedule(name, schedule, null, { tz: 'UTC' })
    if (schedule) scheduled.delete(name)
  }
  for (const name of scheduled.keys()) await boss.unschedule(name)
  return changed
}

const givenUpQueue = (type: JobType) => `${type.name}.given-up`

interface QueueOptions {
  retryLimit: number
  retryDelay: number
  retryBackoff: boolean
  retryDelayMax: number
  expireInSeconds: number
  heartbeatSeconds: number
  deleteAfterSeconds: number
  deadLetter?: string
}

const optionsOf = (type: JobType): QueueOptions => ({
  ...(type.givenUp && { deadLetter: givenUpQueue(type) }),
  heartbeatSeconds,
  retryLimit: (type.attempts ?? 3) - 1,
  retryDelay: firstPauseSeconds,
  retryBackoff: true,
  retryDelayMax: longestPauseSeconds,
  expireInSeconds: type.timeoutSeconds ?? defaultTimeoutSeconds,
  deleteAfterSeconds: 24 * 60 * 60,
})
const optionNames = [
  'retryLimit',
  'retryDelay',
  'retryBackoff',
  'retryDelayMax',
  'expireInSeconds',
  'heartbeatSeconds',
  'deleteAfterSeconds',
  'deadLetter',
] as const

const grants = `
  grant usage on schema ${schema} to app_user, app_system;
  grant select on ${schema}.queue to app_user, app_system;
  grant insert, select (id) on ${schema}.job, ${schema}.job_common to app_user, app_system`

/** pg-boss's own work. It reads times as dates, unlike our rows. */
const overPool = (pool: pg.Pool): BossDatabase => ({
  // pg's types do not know that a query may bring its own parsers.
  executeSql: (text, values) => pool.query({ text, values, types: pg.types } as pg.QueryConfig),
})

/** One insert in the caller's transaction; the text is the same for every job of a type, so it is prepared. */
const inTransaction = (ctx: Ctx, type: JobType): BossDatabase => ({
  async executeSql(text, values = []) {
    const [rows = []] = await ctx.db.together([{ name: `jobs.send:${type.name}`, text, values }])
    return { rows }
  },
})
