import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { z } from 'zod'
import { type TestNode, openNodeDatabase, startTestNode, testLog } from '../../test/node.ts'
import { transaction } from './context.ts'
import type { OpenDatabase } from './database/open.ts'
import { newId } from './id.ts'
import { until } from '../../test/until.ts'
import { createJobQueue } from './job-queue.ts'
import { type JobType, job } from './jobs.ts'
import { serverContext } from './services.ts'

let database: OpenDatabase
let nodes: TestNode[]
let ran: { n: number; workspaceId: string | null; userId: string | null }[]
let onRun: (n: number) => void

const Numbered = job({
  name: 'test.numbered',
  input: z.object({ n: z.number(), fail_times: z.number().default(0) }),
  concurrency: 2,
  async run(ctx, { n, fail_times }) {
    const { workspace_id, user_id } = await ctx.db.actor()
    ran.push({ n, workspaceId: workspace_id, userId: user_id })
    onRun(n)
    if (ran.filter((run) => run.n === n).length <= fail_times) throw new Error('not yet')
  },
})

const Waiting = job({ name: 'test.waiting', input: z.object({}), async run() {} })

/** Says whose it was. */
const Slow = job({
  name: 'test.slow',
  input: z.object({}),
  concurrency: 3,
  concurrencyPerWorkspace: 2,
  timeoutSeconds: 60,
  async run(ctx) {
    const { workspace_id } = await ctx.db.actor()
    slow.push(workspace_id as string)
    await new Promise((resolve) => setTimeout(resolve, 20))
  },
})
let slow: string[] = []

const abandoned: number[] = []
const Hopeless = job({
  name: 'test.hopeless',
  input: z.object({ n: z.number() }),
  attempts: 2,
  async run(_ctx, { n }) {
    ran.push({ n, workspaceId: null, userId: null })
    throw new Error('never')
  },
  async givenUp(ctx, { n }) {
    assert.equal((await ctx.db.actor()).workspace_id, workspaceId)
    abandoned.push(n, ran.length)
    onGivenUp()
  },
})
let onGivenUp = () => {}

before(async () => {
  database = await openNodeDatabase()
  nodes = [
    await startTestNode({ database, jobs: [Numbered, Waiting, Hopeless, Slow] }),
    await startTestNode({ database, jobs: [Numbered, Waiting, Hopeless, Slow] }),
  ]
})
after(async () => {
  await Promise.all(nodes.map((node) => node.stop()))
  await database.close()
})
beforeEach(() => {
  ran = []
  onRun = () => {}
})

const workspaceId = newId()
const userId = newId()
const ctxOf = (node: TestNode) => serverContext(node.services, { workspaceId, userId })

/** Resolves when job runs have reached this number. */
const runs = (count: number) =>
  new Promise<void>((resolve) => {
    onRun = () => ran.length >= count && resolve()
  })

const jobsOf = async (type: JobType): Promise<number> =>
  (await database.pool.query('select count(*) from jobs.job where name = $1', [type.name])).rows[0].count

test('a job asked for in a transaction runs after its commit, as the server in that workspace', async () => {
  const done = runs(1)
  await transaction(ctxOf(nodes[0]!), async (ctx) => {
    await nodes[0]!.jobs.enqueue(ctx, Numbered, { n: 1 })
    assert.deepEqual(ran, [])
  })
  await done
  assert.deepEqual(ran, [{ n: 1, workspaceId, userId }])
})

test('a transaction rolled back leaves no job', async () => {
  const before = await jobsOf(Numbered)
  const failing = transaction(ctxOf(nodes[0]!), async (ctx) => {
    await nodes[0]!.jobs.enqueue(ctx, Numbered, { n: 2 })
    throw new Error('changed my mind')
  })
  await assert.rejects(failing, /changed my mind/)
  assert.equal(await jobsOf(Numbered), before)
})

test('two nodes run each job once', async () => {
  const done = runs(20)
  await Promise.all(
    Array.from({ length: 20 }, (_, n) => nodes[n % 2]!.jobs.enqueue(ctxOf(nodes[n % 2]!), Numbered, { n })),
  )
  await done
  assert.deepEqual(
    ran.map(({ n }) => n).toSorted((a, b) => a - b),
    Array.from({ length: 20 }, (_, n) => n),
  )
})

test('a job that fails is tried again', async () => {
  const done = runs(2)
  await nodes[0]!.jobs.enqueue(ctxOf(nodes[0]!), Numbered, { n: 50, fail_times: 1 })
  await done
  assert.deepEqual(
    ran.map(({ n }) => n),
    [50, 50],
  )
})

test('a job that fails at its last try too is given up', async () => {
  const { promise: givenUp, resolve } = Promise.withResolvers<void>()
  onGivenUp = resolve
  await nodes[0]!.services.jobs.enqueue(ctxOf(nodes[0]!), Hopeless, { n: 7 })
  await givenUp
  assert.deepEqual(abandoned, [7, 2])
})

test('a job for later waits', async () => {
  await nodes[0]!.jobs.enqueue(ctxOf(nodes[0]!), Waiting, {}, { startAfterSeconds: 3600 })
  const { rows } = await database.pool.query(
    `select extract(epoch from start_after - created_on)::int as wait from jobs.job where name = 'test.waiting'`,
  )
  assert.equal(rows[0].wait, 3600)
})

test('invalid input and an undeclared job type are refused when a job is enqueued', async () => {
  const { jobs } = nodes[0]!
  await assert.rejects(jobs.enqueue(ctxOf(nodes[0]!), Numbered, { n: 'one' } as never), /expected number/)
  const Unknown = job({ name: 'test.unknown', input: z.object({}), async run() {} })
  await assert.rejects(jobs.enqueue(ctxOf(nodes[0]!), Unknown, {}), /not among those/)
})

test('a node that does no background work asks for jobs, which another one runs', async () => {
  const asking = createJobQueue({
    connections: database,
    log: testLog,
    bus: nodes[0]!.bus,
    types: [Numbered, Waiting],
  })
  await asking.start()
  const done = runs(1)
  await asking.enqueue(ctxOf(nodes[0]!), Numbered, { n: 60 })
  await done
  await asking.stop()
  assert.deepEqual(
    ran.map(({ n }) => n),
    [60],
  )
})

test('workspaces take turns: a thousand jobs of one delay another one by a few', async () => {
  const [node] = nodes as [TestNode]
  const enqueue = (workspaceId: string, count: number) =>
    transaction(serverContext(node.services, { workspaceId }), async (ctx) => {
      for (let i = 0; i < count; i++) await node.jobs.enqueue(ctx, Slow, {})
    })
  const [hostile, second, victim] = [newId(), newId(), newId()]
  slow = []
  await enqueue(hostile, 1000)
  await enqueue(second, 300)
  const done = () => slow.filter((id) => id === victim).length
  await until('some have run', () => slow.length > 20)
  const before = slow.length
  await enqueue(victim, 3)
  await until('the victim’s have run', () => done() === 3)
  const first = slow.indexOf(victim)
  assert.ok(first - before < 30, `${first - before} others ran before the first one`)
  const meanwhile = slow.slice(first, slow.lastIndexOf(victim))
  assert.ok(meanwhile.length < 60, `${meanwhile.length} others ran before the last one`)
  assert.ok(slow.indexOf(second) < 30, 'the second one did not wait either')
  await database.pool.query("delete from jobs.job where name = 'test.slow' and state < 'active'")
})

test('within a workspace jobs go in the order in which they were asked for, also when more come', async () => {
  const { rows } = await database.pool.query(
    `insert into jobs.job (name, group_id, created_on) select 'test.waiting', 'a', now() + i * interval '1 ms'
       from generate_series(1, 3) i returning priority`,
  )
  assert.deepEqual(rows, [{ priority: 0 }, { priority: -1 }, { priority: -2 }])
  await database.pool.query("delete from jobs.job where group_id = 'a' and priority = 0")
  const insert = (group: string) =>
    database.pool.query(`insert into jobs.job (name, group_id) values ('test.waiting', $1) returning priority`, [group])
  assert.deepEqual((await insert('a')).rows, [{ priority: -3 }], 'behind its own')
  assert.deepEqual((await insert('b')).rows, [{ priority: -1 }], 'a newcomer where the queue has come to')
  await database.pool.query("delete from jobs.job where group_id in ('a', 'b')")
})

test('a job whose process died is tried again, and given up when that was its last try', async () => {
  const died = (type: JobType, n: number, retries: number) =>
    database.pool.query(
      `insert into jobs.job (name, data, state, retry_limit, started_on, heartbeat_on, heartbeat_seconds, dead_letter)
       select name, $2, 'active', $3, now() - interval '2 min', now() - interval '1 min', heartbeat_seconds, dead_letter
         from jobs.queue where name = $1`,
      [type.name, { workspace_id: workspaceId, user_id: userId, input: { n } }, retries],
    )
  const { promise: givenUp, resolve } = Promise.withResolvers<void>()
  onGivenUp = resolve
  abandoned.length = 0
  await died(Numbered, 70, 2)
  await died(Hopeless, 71, 0)
  await until('it has run', () => ran.some(({ n }) => n === 70), 90_000)
  await givenUp
  assert.equal(abandoned[0], 71)
})
