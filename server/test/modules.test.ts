import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import { z } from 'zod'
import { makeAdmin } from '../src/modules/identity/index.ts'
import { modules } from '../src/modules.ts'
import { statement } from '../src/platform/database/statement.ts'
import { emit, event } from '../src/platform/events.ts'
import { route } from '../src/platform/http/route.ts'
import { job } from '../src/platform/jobs.ts'
import type { Module } from '../src/platform/module.ts'
import { subscriber } from '../src/platform/outbox/subscriber.ts'
import { socketCommand } from '../src/platform/sockets/commands.ts'
import { startTestServer } from './server.ts'
import { openSocket } from './sockets.ts'

const seen: string[] = []
const jobRan = Promise.withResolvers<void>()
const subscriberRan = Promise.withResolvers<void>()

const GreetingAsked = event('greetings.asked', z.object({ to: z.string() }))
const greetLater = job({
  name: 'greetings.greet',
  input: z.object({ to: z.string() }),
  async run(_, { to }) {
    seen.push(`job ${to}`)
    jobRan.resolve()
  },
})

const count = statement('greetings.count', () => sql<{ chats: number }>`select 1000000 as chats`)
const list = statement(
  'greetings.list',
  (_, p: { after: string | null }) => sql<{ id: string }>`select 'hello' as id where ${p.after}::uuid is null`,
)

const greetings: Module = {
  name: 'greetings',
  routes: [
    {
      tag: 'Greetings',
      routes: {
        createGreeting: route({
          kind: 'write',
          method: 'POST',
          path: '/api/greetings',
          access: 'user',
          summary: 'Greet a person',
          body: z.object({ to: z.string() }),
          response: z.object({ text: z.string() }),
          async handler(ctx, { body }) {
            await ctx.services.jobs.enqueue(ctx, greetLater, body)
            emit(ctx, GreetingAsked, body)
            return { text: `Hello ${body.to}` }
          },
        }),
      },
    },
  ],
  jobs: [greetLater],
  subscribers: [
    subscriber({
      name: 'greetings',
      types: [GreetingAsked],
      async handle(_, { data }) {
        seen.push(`subscriber ${data.to}`)
        subscriberRan.resolve()
      },
    }),
  ],
  commands: [
    socketCommand({
      event: 'greetings:ask',
      access: 'user',
      data: z.object({ to: z.string() }),
      handle: async (_, socket, { to }) => socket.send('greetings:text', { text: `Hello ${to}` }),
    }),
  ],
  counters: [{ totals: () => count.call({}) }],
  accountSections: [{ name: 'greetings', list }],
  presenceTracker: () => ({
    arrived: (userId) => void seen.push(`arrived ${userId}`),
    left: () => undefined,
    stop: async () => void seen.push('presence tracker stopped'),
  }),
  async start({ services, voice }) {
    seen.push(`started ${services.now().getTime() > 0 && voice === null}`)
    return { stop: async () => void seen.push('stopped') }
  },
}

test('a module that is added to the list gets its routes, jobs, subscribers, commands and counters, and is started and stopped', async () => {
  const server = await startTestServer({}, null, { modules: [...modules, greetings] })
  const user = await server.signUp()
  const { status, body } = await user.post('/api/greetings', { to: 'Ana' })
  assert.deepEqual([status, body], [200, { text: 'Hello Ana' }])
  await Promise.all([jobRan.promise, subscriberRan.promise])

  const socket = await openSocket(`${server.url.replace('http', 'ws')}/ws`, { token: user.token })
  socket.send('greetings:ask', { to: 'Ben' })
  const frame = await socket.next('greetings:text')
  assert.deepEqual(frame.data, { text: 'Hello Ben' })

  const account = await user.get('/api/auth/me/export')
  assert.deepEqual(account.body.greetings, [{ id: 'hello' }])
  await makeAdmin(server.app.services, user.email)
  assert.equal((await user.get('/api/admin/stats')).body.chats, 1_000_000)
  const document = await server.anyone.get('/api/openapi.json')
  assert.ok(document.body.paths['/api/greetings'])

  socket.drop()
  await server.close()
  for (const expected of ['started true', 'job Ana', 'subscriber Ana', `arrived ${user.userId}`])
    assert.ok(seen.includes(expected), `${expected} is not among ${seen.join(', ')}`)
  assert.deepEqual(seen.slice(-2).toSorted(), ['presence tracker stopped', 'stopped'])
})
