import type { PgBoss } from 'pg-boss'
import type { JobType } from './jobs.ts'

const defaultTimeoutSeconds = 300
/** A node says this often, twice, that it is at a job; without it the job is tried again: its process has died. */
const heartbeatSeconds = 20
const firstPauseSeconds = 1
const longestPauseSeconds = 600

/** Returns the queue for jobs of this type whose last attempt failed. */
export const givenUpQueue = (type: JobType) => `${type.name}.given-up`

/** Brings the queues and schedules in the database in line with the program's types. Returns whether a queue changed. */
export async function declare(boss: PgBoss, types: readonly JobType[]): Promise<boolean> {
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
