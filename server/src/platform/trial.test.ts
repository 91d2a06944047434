import { test } from 'node:test'
import assert from 'node:assert/strict'
import { z } from 'zod'
import { readConfig } from '../config.ts'
import { createLog } from './log.ts'
import { openTestDatabase } from '../../test/database.ts'
import { createNodeBus } from './nodes.ts'
import { createJobQueue } from './job-queue.ts'
import { job } from './jobs.ts'
import { createOutbox } from './outbox/outbox.ts'
import { serverContext, type Services } from './services.ts'
import { transaction } from './context.ts'
test('x', async () => {
  const config = readConfig({ DATA_DIR: '/tmp/trial-data' })
  const log = createLog('debug')
  let t = performance.now()
  const lap = (n: string) => { console.log(n, (performance.now() - t).toFixed(0)); t = performance.now() }
  const database = await openTestDatabase(config, log)
  lap('db')
  const bus = createNodeBus(database, log)
  const done = Promise.withResolvers<unknown>()
  const type = job({ name: 'a.b', input: z.object({ n: z.number() }), async run(ctx, input) { done.resolve([input, await ctx.db.entered()]) } })
  const outbox = createOutbox({ bus, subscribers: [] })
  const jobs = createJobQueue({ connections: database, log, bus, types: [type] })
  const services = { config, log, now: () => new Date(), connections: database, jobs, outbox } as unknown as Services
  await jobs.start(services)
  lap('start')
  await outbox.start(services)
  lap('outbox')
  await transaction(serverContext(services, { workspaceId: null }), async (ctx) => { await jobs.enqueue(ctx, type, { n: 1 }) })
  lap('enqueue')
  console.log(await done.promise)
  lap('ran')
  await transaction(serverContext(services, { workspaceId: '01890000-0000-7000-8000-000000000000' }), async (ctx) => { await jobs.enqueue(ctx, type, { n: 2 }) })
  lap('2')
  await jobs.stop()
  lap('stop')
  await outbox.stop()
  lap('outbox stop')
  await database.close()
  lap('close')
  const jobs2 = createJobQueue({ connections: database, log, bus, types: [type] })
  void jobs2
})
