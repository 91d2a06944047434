import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type pg from 'pg'
import { z } from 'zod'
import { type TestNode, openNodeDatabase, startTestNode, testLog } from '../../test/node.ts'
import { until } from '../../test/until.ts'
import { type Connections, lease } from './database/connections.ts'
import type { OpenDatabase } from './database/open.ts'
import { createFairQueue } from './fair-queue.ts'
import { newId } from './id.ts'
import { overConnections } from './job-queue-database.ts'
import { type JobQueue, createJobQueue } from './job-queue.ts'
import { type JobType, job } from './jobs.ts'
import { serverContext } from './services.ts'

let database: OpenDatabase
let node: TestNode
const queues: JobQueue[] = []

before(async () => {
  database = await openNodeDatabase()
  node = await startTestNode({ database })
})
after(async () => {
  await Promise.all(queues.map((queue) => queue.stop(100)))
  await node.stop()
  await database.close()
})

const ran: string[] = []
let failures = 0
const typeOf = (name: string, schedule?: string): JobType =>
  job({
    name,
    input: z.object({ fails: z.boolean().default(false) }),
    ...(schedule !== undefined && { schedule }),
    async run(_ctx, { fails }) {
      ran.push(name)
      if (fails && ++failures === 1) throw new Error('not yet')
    },
  }) as unknown as JobType
const runs = (name: string) => ran.filter((each) => each === name).length

const never = 24 * 60 * 60 * 1000

async function startQueue(types: JobType[], pollMs: number, connections: Connections = database) {
  const queue = createJobQueue({ connections, log: testLog, bus: node.bus, types, pollMs })
  queues.push(queue)
  const services = { ...node.services, connections, jobs: queue }
  await queue.start()
  await queue.work(services)
  return {
    enqueue: (type: JobType, options?: { startAfterSeconds: number }, input = {}) =>
      queue.enqueue(serverContext(services, { workspaceId: newId() }), type, input, options),
    stop: () => queue.stop(2000),
  }
}

/** The same connections, noting the text of each statement. */
function noting(statements: string[]): Connections {
  const connect = async () => {
    const client = await database.pool.connect()
    const query = (given: { text: string } | string, ...rest: unknown[]) => {
      statements.push(typeof given === 'string' ? given : given.text)
      return (client.query as (...all: unknown[]) => unknown).call(client, given, ...rest)
    }
    return Object.create(client, { query: { value: query } }) as pg.PoolClient
  }
  return {
    ...database,
    pipelined: false,
    pool: Object.create(database.pool, { connect: { value: connect } }) as pg.Pool,
  }
}

test('forty queues with nothing due cost one statement a look, from the start on', async () => {
  const statements: string[] = []
  const types = Array.from({ length: 40 }, (_, i) => typeOf(`test.idle-${i}`))
  const queue = await startQueue(types, 10, noting(statements))
  const looks = () => statements.filter((text) => text.includes('unnest($1::text[]) queue')).length
  await until('20 looks were made', () => looks() >= 20)
  const fetches = statements.filter((text) => text.includes('SKIP LOCKED') && text.includes('test.idle-'))
  await queue.stop()
  assert.deepEqual(fetches, [])
})

test('only the queue with a due job is read', async () => {
  const statements: string[] = []
  const [Due, Idle] = [typeOf('test.due'), typeOf('test.not-due')]
  const queue = await startQueue([Due, Idle], 10, noting(statements))
  await insert('test.due')
  await until('it has run', () => runs('test.due') === 1)
  await queue.stop()
  const fetched = (name: string) =>
    statements.some((text) => text.includes('SKIP LOCKED') && text.includes(`'${name}'`))
  assert.deepEqual([fetched('test.due'), fetched('test.not-due')], [true, false])
})

test('a job enqueued here runs without a look, the first one and those that follow', async () => {
  const Direct = typeOf('test.direct')
  const queue = await startQueue([Direct], never)
  for (const count of [1, 2, 3]) {
    await queue.enqueue(Direct)
    await until(`${count} have run`, () => runs('test.direct') === count)
  }
  await queue.stop()
})

test('a poll finds jobs without a notification: of another node, for later, failed, and those from before the start', async () => {
  const [Unnotified, Later, Failing, Old] = ['unnotified', 'later', 'failing', 'old'].map((name) =>
    typeOf(`test.${name}`),
  ) as [JobType, JobType, JobType, JobType]
  const first = await startQueue([Unnotified, Later, Failing, Old], never)
  await first.stop()
  await insert('test.old')
  const queue = await startQueue([Unnotified, Later, Failing, Old], 20)
  await insert('test.unnotified')
  await queue.enqueue(Later, { startAfterSeconds: 1 })
  await queue.enqueue(Failing, undefined, { fails: true })
  await until('all have run', () => ['unnotified', 'later', 'old'].every((name) => runs(`test.${name}`) === 1))
  await until('the one that failed has run again', () => runs('test.failing') === 2)
  await insert('test.unnotified')
  await until('a poll wakes a waiting worker', () => runs('test.unnotified') === 2)
  await queue.stop()
})

test('a scheduled job runs by itself, once', async () => {
  // The schedules were looked at when the last queue started, and are looked at every 30 s.
  await database.pool.query('update jobs.version set cron_on = null')
  const queue = await startQueue([typeOf('test.scheduled', '* * * * *')], 20)
  await until('it has run', () => runs('test.scheduled') > 0)
  await queue.stop()
  assert.equal(runs('test.scheduled'), 1)
})

test('many statements of pg-boss delay another share’s by one turn', async () => {
  const only = { ...database, places: createFairQueue({ limit: 1 }) }
  const boss = overConnections(only)
  const first = await lease(only, 'workspace')
  const order: string[] = []
  const waiting = Array.from({ length: 20 }, async () => {
    await boss.executeSql('select 1')
    order.push('jobs')
  })
  waiting.push(
    lease(only, 'another workspace').then(({ release }) => {
      order.push('workspace')
      release()
    }),
  )
  first.release()
  await Promise.all(waiting)
  assert.ok(order.indexOf('workspace') <= 1, order.join(', '))
})

test('a text of pg-boss that fails within its transaction leaves a usable connection', async () => {
  const boss = overConnections(database)
  await assert.rejects(boss.executeSql('begin; select 1 / 0; commit'), /division by zero/)
  assert.deepEqual((await boss.executeSql('select 1 as one')).rows, [{ one: 1 }])
})

const insert = (name: string) => database.pool.query(`insert into jobs.job (name) values ($1)`, [name])
