import assert from 'node:assert/strict'
import { isDeepStrictEqual } from 'node:util'
import { test } from 'node:test'
import type { z } from 'zod'
import { liveFrames, routeTables } from '../src/modules.ts'
import { bodyIn, operationsOf, pathIn, queryIn } from './operations.ts'
import { type SignedUp, type TestServer, startTestServer } from './server.ts'
import { type TestSocket, openSocket } from './sockets.ts'
import { createFixture } from './fixture.ts'

// The client's types of live events are made of the declared schemas. Here the frames of a server are held against them.
const server = await startTestServer()
const declared = liveFrames()

/** Operations that end the session, or take the user out of the workspace or chat: no frames come after them. */
const endings =
  /^(logout|signOut|supabaseLogout|deleteAccount|revoke|deleteShop|deleteWorkspace|leaveWorkspace|removeMember|removeTeammate|changeRole|changeTeam|changeTeammate|suspend|ban|deleteUser|changePassword|supabaseUpdateUser|switchWorkspace|createWorkspace|createShop|acceptInvitation|leaveChat|deleteChat|removeChatMember|blockUser|disable|confirmTotp|addPasskey|deletePasskey)/

/** The same server, which opens a socket for each user as soon as they have signed up. */
function listening(server: TestServer): { server: TestServer; sockets: TestSocket[] } {
  const sockets: TestSocket[] = []
  const listen = async (user: SignedUp) => {
    sockets.push(await openSocket(`${server.url.replace('http', 'ws')}/ws`, { token: user.token }))
    return user
  }
  return {
    sockets,
    server: {
      ...server,
      signUp: async (more) => listen(await server.signUp(more)),
      addMember: async (owner, role) => listen(await server.addMember(owner, role)),
    },
  }
}

/** Returns why the frame's data fits no declared form of its event; undefined when it fits one. */
function fault(event: string, data: unknown): string | undefined {
  const forms = declared[event]
  if (!forms) return `${event} is not declared`
  const reasons = forms.map((form) => misfit(form, data))
  return reasons.includes(undefined) ? undefined : `${event}: ${reasons.join(' | ')} in ${JSON.stringify(data)}`
}

function misfit(form: z.ZodType, data: unknown): string | undefined {
  const parsed = form.safeParse(data)
  if (!parsed.success) return parsed.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`).join(', ')
  // Fields that are not declared are dropped by the schema.
  return isDeepStrictEqual(parsed.data, data) ? undefined : `more than ${JSON.stringify(parsed.data)}`
}

test('every frame that clients receive has the declared form of its event', async () => {
  const { server: listened, sockets } = listening(server)
  const fixture = await createFixture(listened)
  const [owner] = sockets as [TestSocket]
  const writes = operationsOf(routeTables).filter(
    ({ id, route, compat }) =>
      compat === undefined && route.method !== 'GET' && !route.rawBody && !route.upload && !endings.test(id),
  )
  owner.send('chat:join', { chat_id: fixture.ids.chats })
  owner.send('chat:typing', { chat_id: fixture.ids.chats })
  owner.send('chat:delivered', { chat_id: fixture.ids.chats })
  owner.send('chat:read', { chat_id: fixture.ids.chats })
  // Deletions come last, so that the others find their records.
  const order = (method: string) => (method === 'DELETE' ? 1 : 0)
  for (const { route } of writes.toSorted((a, b) => order(a.route.method) - order(b.route.method))) {
    const answer = await fetch(server.url + pathIn(fixture, route) + queryIn(fixture, route), {
      method: route.method,
      headers: { authorization: `Bearer ${fixture.owner.token}`, 'content-type': 'application/json' },
      body: JSON.stringify(bodyIn(fixture, route) ?? {}),
    })
    await answer.arrayBuffer()
  }
  owner.send('presence', { status: 'away' })
  owner.send('shop:join', { shopId: fixture.owner.workspaceId })
  owner.send('campaign:watch', { campaign_id: fixture.ids.campaigns })
  owner.send('nonsense')
  owner.send('resume')
  await server.allDelivered()
  for (const socket of sockets) {
    socket.send('ping')
    await socket.next('pong')
  }
  const frames = sockets.flatMap(({ frames }) => frames)
  const faults = new Set(frames.flatMap(({ event, data }) => fault(event, data) ?? []))
  assert.deepEqual([...faults], [])
  const events = new Set(frames.map(({ event }) => event))
  // Not received here: most of a video call's, and `resync`, which needs a log that was cleared.
  assert.ok(events.size >= 35, `${events.size} of ${Object.keys(declared).length} events`)
})

test('a frame with another form is a fault', () => {
  const contact_id = '0199b0a0-0000-7000-8000-000000000002'
  assert.equal(fault('contact:new', { contact_id }), undefined)
  assert.match(fault('contact:new', { contact_id, more: 1 }) ?? '', /more than/)
  assert.match(fault('contact:new', {}) ?? '', /contact_id/)
  assert.match(fault('contact:nonsense', {}) ?? '', /not declared/)
})
