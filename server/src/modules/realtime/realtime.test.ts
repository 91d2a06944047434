import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type Server, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { sql } from 'kysely'
import { z } from 'zod'
import { type TestNode, openNodeDatabase, startTestNode } from '../../../test/node.ts'
import { Refused, type TestSocket, openSocket } from '../../../test/sockets.ts'
import { until } from '../../../test/until.ts'
import { transaction } from '../../platform/context.ts'
import type { OpenDatabase } from '../../platform/database/open.ts'
import { statement } from '../../platform/database/statement.ts'
import { missing, unauthorized } from '../../platform/errors.ts'
import { emit, event, workspaceTopic } from '../../platform/events.ts'
import { newId } from '../../platform/id.ts'
import { comparePositions, decodePosition } from '../../platform/outbox/position.ts'
import { cutLog } from '../../platform/retention.ts'
import { type Services, serverContext } from '../../platform/services.ts'
import { MemberRemoved, MemberRoleChanged, SessionRevoked } from '../identity/events.ts'
import { jsonFrames } from '../../platform/sockets/frame-codec.ts'
import { socketCommand } from '../../platform/sockets/commands.ts'
import { type Realtime, createRealtime } from './realtime.ts'
import { createTicket } from './tickets.ts'

const Noted = event('test.noted', z.object({ n: z.number() }), { event: 'note', scope: 'contacts:read' })
const Whispered = event('test.whispered', z.object({ user_id: z.uuid(), n: z.number() }), {
  event: 'whisper',
  topics: ({ user_id }) => [`user:${user_id}`],
  frame: ({ n }) => ({ n }),
})

const findWorkspace = statement(
  'test.workspace',
  (_, p: { id: string }) => sql<{ id: string }>`select id from identity.workspaces where id = ${p.id}`,
)

/** Like `campaign:watch`: only topics of rows that the user can see can be joined. */
const watch = socketCommand({
  event: 'test:watch',
  access: 'contacts:read',
  data: z.object({ id: z.uuid() }),
  async handle(ctx, socket, { id }) {
    if (!(await ctx.db.maybe(findWorkspace, { id }))) missing('workspace')
    socket.join(`room:${id}`)
    socket.send('test:watching', { id })
  },
})

/** The clients of `/compat/test/ws` write `{type, payload}`, and do not know `whisper`. */
const typedFrames = jsonFrames({
  example: '{ "type": "ping", "payload": {} }',
  read: ({ type, payload }) => ({ event: type, data: payload }),
  write: ({ event, data, id }) => (event === 'whisper' ? undefined : { type: event, payload: data, id }),
})

interface Node extends TestNode {
  realtime: Realtime
  url: string
}

async function startNode(): Promise<Node> {
  const node = await startTestNode({ database, pollMs: 100 })
  const realtime = createRealtime({
    ...node,
    // The real one checks a signature; here only its result matters.
    authenticate({ authorization, cookie }) {
      const [, userId, sessionId] = /^Bearer (.+)\.(.+)$/.exec(authorization ?? cookie ?? '') ?? []
      if (authorization && !userId) throw unauthorized('This access token is not valid. Sign in again.')
      return userId && sessionId ? { kind: 'user', userId, sessionId } : { kind: 'public' }
    },
    codecs: { '/compat/test/ws': typedFrames },
    commands: [watch],
  })
  const server: Server = createServer()
  realtime.attach(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const stop = async () => {
    await realtime.close()
    await new Promise((resolve) => server.close(resolve))
    await node.stop()
  }
  return { ...node, realtime, url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/ws`, stop }
}

let database: OpenDatabase
let node: Node
before(async () => {
  database = await openNodeDatabase()
  node = await startNode()
})
after(async () => {
  await node.stop()
  await database.close()
})

const insertUser = statement(
  'test.user',
  (_, p: { id: string }) =>
    sql`insert into identity.users (id, email) values (${p.id}, ${p.id}::text || '@example.com')`,
)
const insertSession = statement(
  'test.session',
  (_, p: { id: string; user: string }) =>
    sql`insert into identity.sessions (id, user_id, refresh_key, expires_at, idle_expires_at)
      values (${p.id}, ${p.user}, '', now() + interval '1 day', now() + interval '1 day')`,
)
const insertWorkspace = statement(
  'test.new_workspace',
  (_, p: { id: string }) => sql`insert into identity.workspaces (id, name) values (${p.id}, 'Test')`,
)
const insertMember = statement(
  'test.member',
  (_, p: { user: string; workspace: string; role: string }) =>
    sql`insert into identity.members (workspace_id, user_id, role) values (${p.workspace}, ${p.user}, ${p.role})
      on conflict (workspace_id, user_id) do update set role = excluded.role`,
)
const deleteMember = statement(
  'test.no_member',
  (_, p: { user: string }) => sql`delete from identity.members where user_id = ${p.user}`,
)
const chooseWorkspace = statement(
  'test.choose',
  (_, p: { user: string; workspace: string }) =>
    sql`update identity.users set current_workspace_id = ${p.workspace} where id = ${p.user}`,
)
const revokeSession = statement(
  'test.revoke',
  (_, p: { id: string }) => sql`update identity.sessions set revoked_at = now() where id = ${p.id}`,
)

const everywhere = (services: Services = node.services) => serverContext(services, { workspaceId: null })

interface Person {
  userId: string
  sessionId: string
  workspaceId: string
  token: string
}

async function person(workspaceId = newId(), role = 'owner'): Promise<Person> {
  const [userId, sessionId] = [newId(), newId()]
  await transaction(everywhere(), async ({ db }) => {
    await db.all(insertUser, { id: userId })
    await db.all(insertSession, { id: sessionId, user: userId })
    if (role === 'owner') await db.all(insertWorkspace, { id: workspaceId })
    await db.all(insertMember, { user: userId, workspace: workspaceId, role })
    await db.all(chooseWorkspace, { user: userId, workspace: workspaceId })
  })
  return { userId, sessionId, workspaceId, token: `${userId}.${sessionId}` }
}

const note = (workspaceId: string, ...numbers: number[]) =>
  transaction(serverContext(node.services, { workspaceId }), async (ctx) =>
    numbers.forEach((n) => emit(ctx, Noted, { n })),
  )

const notes = (socket: TestSocket): number[] =>
  socket.frames.filter(({ event }) => event === 'note').map(({ data }) => data.n)
const noteNumber = (n: number) => (frame: { event: string; data: { n?: number } }) =>
  frame.event === 'note' && frame.data.n === n

const refusedWith = (status: number) => (error: unknown) => {
  assert.ok(error instanceof Refused, String(error))
  assert.equal(error.status, status)
  const { error: sentence, code, request_id } = JSON.parse(error.body)
  assert.ok(sentence && code && request_id)
  return true
}

test('a member receives the events of their workspace; other workspaces receive none', async () => {
  const [ana, eve] = [await person(), await person()]
  const hers = await openSocket(node.url, { token: ana.token })
  const foreign = await openSocket(node.url, { token: eve.token })
  await note(ana.workspaceId, 1, 2)
  await note(eve.workspaceId, 3)
  const second = await hers.next(noteNumber(2))
  assert.deepEqual(second.data, { n: 2 })
  assert.match(second.id!, /^\S+$/)
  await foreign.next(noteNumber(3))
  assert.deepEqual(notes(foreign), [3])
  assert.deepEqual(notes(hers), [1, 2])
  // A resuming client of another workspace does not receive them either.
  foreign.send('resume', { after: hers.frames[0]!.id })
  await foreign.next('resumed')
  assert.deepEqual(notes(foreign), [3])
})

test('each way of signing in opens a socket, and without one it is 401 before the upgrade', async () => {
  const { token } = await person()
  const origin = node.services.config.publicUrl
  const ways = [
    openSocket(node.url, { token }),
    openSocket(`${node.url}?token=${token}`),
    openSocket(node.url, { headers: { authorization: `Bearer ${token}` } }),
    openSocket(node.url, { headers: { cookie: `Bearer ${token}`, origin } }),
  ]
  for (const way of ways) {
    const socket = await way
    socket.send('ping')
    await socket.next('pong')
    socket.drop()
  }
  assert.equal(await (await openSocket(node.url)).closed, 4401)
  assert.equal(await (await openSocket(node.url, { token: 'nonsense' })).closed, 4401)
  assert.equal(await (await openSocket(`${node.url}?ticket=nonsense`)).closed, 4401)
  assert.equal(await (await openSocket(node.url, { token: `${newId()}.${newId()}` })).closed, 4401)
  assert.equal(await (await openSocket(`${node.url}?workspace_id=${newId()}`, { token })).closed, 4404)
  await assert.rejects(openSocket(`${node.url}?after=x`, { token }), refusedWith(400))
  await assert.rejects(openSocket(node.url.replace('/ws', '/other'), { token }), refusedWith(404))
})

test('a page of a foreign origin is refused in HTTP, and so is a cookie without an origin', async () => {
  const { token } = await person()
  await assert.rejects(openSocket(node.url, { token, headers: { origin: 'https://evil.example' } }), refusedWith(403))
  assert.equal(await (await openSocket(node.url, { headers: { cookie: `Bearer ${token}` } })).closed, 4403)
})

test('at another address frames have another spelling, with the same credentials, origins and resume', async () => {
  const ana = await person()
  const address = node.url.replace('/ws', '/compat/test/ws')
  assert.equal(await (await openSocket(address)).closed, 4401)
  await assert.rejects(
    openSocket(address, { token: ana.token, headers: { origin: 'https://evil.example' } }),
    refusedWith(403),
  )
  await assert.rejects(
    openSocket(node.url.replace('/ws', '/compat/toString/ws'), { token: ana.token }),
    refusedWith(404),
  )
  const theirs = await openTypedSocket(address, ana.token)
  const ours = await openSocket(node.url, { token: ana.token })
  theirs.send('ping', {})
  await theirs.next('pong')
  theirs.send('nonsense', {})
  assert.equal((await theirs.next('error')).payload.code, 'unknown_event')
  await transaction(serverContext(node.services, { workspaceId: ana.workspaceId }), async (ctx) => {
    emit(ctx, Noted, { n: 1 })
    emit(ctx, Whispered, { user_id: ana.userId, n: 2 })
    emit(ctx, Noted, { n: 3 })
  })
  await ours.next(noteNumber(3))
  await theirs.next(({ payload }) => payload.n === 3)
  assert.deepEqual(
    theirs.frames.filter(({ id }) => id).map(({ type, payload }) => [type, payload.n]),
    [
      ['note', 1],
      ['note', 3],
    ],
  )
  const [first] = theirs.frames.filter(({ id }) => id)
  const again = await openTypedSocket(`${address}?after=${first!.id}`, ana.token)
  await again.next('resumed')
  assert.deepEqual(
    again.frames.filter(({ type }) => type === 'note').map(({ payload }) => payload),
    [{ n: 3 }],
  )
})

interface TypedFrame {
  type: string
  // oxlint-disable-next-line no-explicit-any -- tests look into frames freely.
  payload: any
  id?: string
}

/** `openSocket`, for frames of `{type, payload}`. */
async function openTypedSocket(address: string, token: string) {
  const socket = await openSocket(address, { token })
  const frames = socket.frames as unknown as TypedFrame[]
  return {
    frames,
    send: (type: string, payload: unknown) => socket.sendRaw(JSON.stringify({ type, payload })),
    async next(wanted: string | ((frame: TypedFrame) => boolean)): Promise<TypedFrame> {
      const fits = typeof wanted === 'string' ? ({ type }: TypedFrame) => type === wanted : wanted
      return (await socket.next((frame) => fits(frame as unknown as TypedFrame))) as unknown as TypedFrame
    },
  }
}

test('a ticket opens one socket, on any node, once', async () => {
  const ana = await person()
  const other = await startNode()
  try {
    const ctx = { ...serverContext(node.services, { workspaceId: ana.workspaceId, userId: ana.userId }) }
    const { ticket } = await createTicket({
      ...ctx,
      principal: { kind: 'user', userId: ana.userId, sessionId: ana.sessionId },
    })
    const tries = [await openSocket(`${other.url}?ticket=${ticket}`), await openSocket(`${node.url}?ticket=${ticket}`)]
    const outcomes = tries.map((socket) => {
      socket.send('ping')
      return Promise.race([socket.closed, socket.next('pong').then(() => 'open')])
    })
    assert.deepEqual((await Promise.all(outcomes)).toSorted(), [4401, 'open'])
    assert.equal(await (await openSocket(`${other.url}?ticket=${ticket}`)).closed, 4401)
  } finally {
    await other.stop()
  }
})

test('a socket closes when its session ends, and others of the user stay', async () => {
  const ana = await person()
  const [ended, staying] = [newId(), newId()]
  for (const id of [ended, staying]) await everywhere().db.all(insertSession, { id, user: ana.userId })
  const socket = await openSocket(node.url, { token: `${ana.userId}.${ended}` })
  const other = await openSocket(node.url, { token: `${ana.userId}.${staying}` })
  await transaction(everywhere(), async (ctx) => {
    await ctx.db.all(revokeSession, { id: ended })
    emit(ctx, SessionRevoked, { user_id: ana.userId, session_ids: [ended], reason: 'signed_out' })
  })
  assert.equal(await socket.closed, 4401)
  assert.equal(await (await openSocket(node.url, { token: `${ana.userId}.${ended}` })).closed, 4401)
  other.send('ping')
  await other.next('pong')
})

test('a change of role or membership changes the subscriptions immediately, rooms included', async () => {
  const owner = await person()
  const agent = await person(owner.workspaceId, 'agent')
  const socket = await openSocket(node.url, { token: agent.token })
  const listening = { socket, userId: agent.userId }
  socket.send('test:watch', { id: owner.workspaceId })
  await socket.next('test:watching')
  const [room, contacts] = [`room:${owner.workspaceId}`, workspaceTopic(owner.workspaceId, 'contacts:read')]
  assert.deepEqual([await receives(listening, room), await receives(listening, contacts)], [true, true])

  const member = { user_id: agent.userId, workspace_id: owner.workspaceId }
  const becomes = (role: string) =>
    transaction(everywhere(), async (ctx) => {
      await ctx.db.all(insertMember, { user: agent.userId, workspace: owner.workspaceId, role })
      emit(ctx, MemberRoleChanged, { ...member, role })
    })
  await becomes('operations')
  await untilReceives(listening, contacts, false)
  assert.equal(await receives(listening, room), false)
  await becomes('agent')
  await untilReceives(listening, contacts, true)

  await transaction(everywhere(), async (ctx) => {
    await ctx.db.all(deleteMember, { user: agent.userId })
    emit(ctx, MemberRemoved, member)
  })
  await untilReceives(listening, contacts, false)
})

interface Listening {
  socket: TestSocket
  userId: string
}

/** Returns true when the client receives a message of this topic, which is sent before one to the user. */
async function receives({ socket, userId }: Listening, topic: string): Promise<boolean> {
  socket.frames.length = 0
  node.hub.publish(topic, 'test:probe', {})
  node.hub.publish(`user:${userId}`, 'test:over', {})
  await socket.next('test:over')
  return socket.frames.some(({ event }) => event === 'test:probe')
}

/** A change takes effect when the node has received its event and reloaded the topics. */
const untilReceives = (who: Listening, topic: string, wanted: boolean) =>
  until(`${topic} is ${wanted ? '' : 'no longer '}received`, async () => (await receives(who, topic)) === wanted)

test('commands join what row-level security shows, and refuse unknown names and invalid data', async () => {
  const ana = await person()
  const socket = await openSocket(node.url, { token: ana.token })
  const failed = async (event: string, data: unknown) => {
    socket.frames.length = 0
    socket.send(event, data)
    return (await socket.next('error')).data
  }
  assert.equal((await failed('test:watch', { id: newId() })).code, 'not_found')
  assert.equal((await failed('test:watch', { id: ana.workspaceId, workspace_id: newId() })).code, 'not_found')
  const unknown = await failed('test:wach', {})
  assert.deepEqual([unknown.code, unknown.event], ['unknown_event', 'test:wach'])
  const invalid = await failed('test:watch', { id: 'x' })
  assert.deepEqual([invalid.code, invalid.details[0].path], ['invalid_input', 'data.id'])
  assert.equal((await failed('resume', { after: 'x' })).code, 'invalid_input')

  socket.send('test:watch', { id: ana.workspaceId })
  await socket.next('test:watching')
  node.hub.publish(`room:${ana.workspaceId}`, 'test:progress', { percent: 50 })
  const progress = await socket.next('test:progress')
  assert.deepEqual(progress, { event: 'test:progress', data: { percent: 50 } })
})

test('an invalid frame gets an error frame, and the socket stays open', async () => {
  const socket = await openSocket(node.url, { token: (await person()).token })
  const bad = [
    '{',
    '[]',
    'null',
    '"ping"',
    '{}',
    '{"event":1}',
    Buffer.from([1, 2, 3]),
    '{"event":"ping","data":{"__proto__":{}}}',
  ]
  for (const text of bad) {
    socket.frames.length = 0
    socket.sendRaw(text)
    const { data } = await socket.next('error')
    assert.ok(data.error && data.code, String(text))
  }
  socket.send('ping')
  await socket.next('pong')
})

test('a client that sends too much is warned, then closed; a frame over 64 KiB closes', async () => {
  const ana = await person()
  const talker = await openSocket(node.url, { token: ana.token })
  for (let i = 0; i < 140; i++) talker.send('ping')
  assert.equal((await talker.next('error')).data.code, 'too_many_messages')
  assert.equal(await talker.closed, 4429)
  const large = await openSocket(node.url, { token: ana.token })
  large.send('ping', { text: 'x'.repeat(64 * 1024) })
  assert.equal(await large.closed, 1009)
})

test('a user has at most 20 sockets', async () => {
  const { token } = await person()
  const sockets = await Promise.all(Array.from({ length: 20 }, () => openSocket(node.url, { token })))
  assert.equal(await (await openSocket(node.url, { token })).closed, 4429)
  sockets[0]!.drop()
  await sockets[0]!.closed
})

test('when all clients reconnect at once, they share their statements, and all are admitted', async (t) => {
  const people = await Promise.all(Array.from({ length: 20 }, () => person()))
  const first = await openSocket(node.url, { token: people[0]!.token })
  first.send('resume')
  const { id } = await first.next('resumed')
  const acquire = t.mock.method(node.services.connections.places, 'acquire')
  const turns = () => acquire.mock.calls.filter(({ arguments: [share] }) => share === 'live').length
  const sockets = await Promise.all(
    people.flatMap(({ token }) =>
      Array.from({ length: 6 }, async () => {
        const socket = await openSocket(`${node.url}?after=${id}`, { token })
        await socket.next('resumed')
        return socket
      }),
    ),
  )
  assert.equal(sockets.length, 120)
  // A client alone takes two: one to load its subscriptions, one to read what it missed.
  assert.ok(turns() > 0 && turns() < 240, `${turns()} round trips for 120 clients`)
  for (const socket of sockets) socket.drop()
  await Promise.all(sockets.map(({ closed }) => closed))
})

test('a client that does not read is dropped, and the others receive everything', async () => {
  const ana = await person()
  const [slow, quick] = [
    await openSocket(node.url, { token: ana.token }),
    await openSocket(node.url, { token: ana.token }),
  ]
  slow.ws.pause()
  const size = node.realtime.size()
  const text = 'x'.repeat(100_000)
  const topic = `user:${ana.userId}`
  for (let n = 0; n < 300; n++) {
    node.hub.publish(topic, 'blob', { n, text })
    await quick.next(({ event, data }) => event === 'blob' && data.n === n)
    quick.frames.length = 0
    if (node.realtime.size() < size) return
  }
  assert.fail('30 MB were kept for a client that does not read.')
})

test('resume sends the missed frames in order; without an id it sends a position to resume from', async () => {
  const ana = await person()
  const first = await openSocket(node.url, { token: ana.token })
  const observer = await openSocket(node.url, { token: ana.token })
  first.send('resume')
  const { id: start } = await first.next('resumed')
  first.drop()
  await first.closed
  await note(ana.workspaceId, 1, 2, 3)
  await transaction(serverContext(node.services, { workspaceId: ana.workspaceId }), async (ctx) =>
    emit(ctx, Whispered, { user_id: ana.userId, n: 4 }),
  )
  // The log delivers an event once no transaction of the cluster is older; delivered events can be read again.
  await observer.next('whisper')
  const second = await openSocket(node.url, { token: ana.token })
  second.send('resume', { after: start })
  await second.next('resumed')
  assert.deepEqual(
    second.frames.map(({ event, data }) => [event, data.n]),
    [
      ['note', 1],
      ['note', 2],
      ['note', 3],
      ['whisper', 4],
      ['resumed', undefined],
    ],
  )
  // The same resume again sends no event twice.
  second.frames.length = 0
  second.send('resume', { after: start })
  await second.next('resumed')
  assert.deepEqual(
    second.frames.map(({ event }) => event),
    ['resumed'],
  )
})

test(
  'a position before the retention or in the future gets resync, and the stream goes on',
  { timeout: 30_000 },
  async () => {
    const ana = await person()
    const socket = await openSocket(node.url, { token: ana.token })
    socket.send('resume')
    const { id } = await socket.next('resumed')
    await note(ana.workspaceId, 1)
    await socket.next(noteNumber(1))
    await cutLog(everywhere(), 0)
    for (const after of [id, 'zzzzzzzz.1']) {
      const late = await openSocket(`${node.url}?after=${after}`, { token: ana.token })
      assert.ok((await late.next('resync')).id)
      await note(ana.workspaceId, 2)
      await late.next(noteNumber(2))
      assert.deepEqual(notes(late), [2])
      late.drop()
    }
  },
)

test(
  'no frame is lost or repeated under concurrent writers, random disconnects and restarts',
  { timeout: 30_000 },
  async () => {
    const ana = await person()
    const random = seeded(20261121)
    const total = 300
    let written = 0
    const start = await openSocket(node.url, { token: ana.token })
    start.send('resume')
    let last = (await start.next('resumed')).id as string
    start.drop()

    const nodes = [node, await startNode()]
    const writer = async () => {
      while (written < total) await note(ana.workspaceId, written++)
    }
    const received: { n: number; id: string }[] = []
    const listen = async () => {
      for (let round = 0; received.length < total; round++) {
        assert.ok(round < 1000, `${received.length} of ${total} came.`)
        const inAddress = random() < 0.5
        const url = `${nodes[round % 2]!.url}${inAddress ? `?after=${last}` : ''}`
        const socket = await openSocket(url, { token: ana.token }).catch(() => undefined)
        // That node is being replaced; try another one, like any client.
        if (!socket) continue
        if (!inAddress) socket.send('resume', { after: last })
        const enough = Math.min(1 + Math.floor(random() * 30), total - received.length)
        await socket.next(() => notes(socket).length >= enough).catch(() => undefined)
        socket.drop()
        const got = socket.frames.filter(({ event }) => event === 'note')
        received.push(...got.map(({ data, id }) => ({ n: data.n as number, id: id! })))
        last = got.at(-1)?.id ?? last
      }
    }
    const restarts = async () => {
      for (let i = 0; i < 3; i++) {
        await nodes[1]!.stop()
        nodes[1] = await startNode()
      }
    }
    try {
      await Promise.all([writer(), writer(), writer(), writer(), listen(), restarts()])
    } finally {
      await nodes[1]!.stop()
    }
    assert.equal(received.length, total)
    assert.deepEqual(
      received.map(({ n }) => n).toSorted((a, b) => a - b),
      Array.from({ length: total }, (_, n) => n),
    )
    const inOrder = received.map(({ id }) => decodePosition(id)!)
    assert.deepEqual(inOrder, inOrder.toSorted(comparePositions))
  },
)

/** Mulberry32. */
function seeded(seed: number) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

test('a node that stops closes its sockets with 1012 and refuses new ones', async () => {
  const { token } = await person()
  const leaving = await startNode()
  const socket = await openSocket(leaving.url, { token })
  const stopped = leaving.stop()
  assert.equal(await socket.closed, 1012)
  await stopped
})
