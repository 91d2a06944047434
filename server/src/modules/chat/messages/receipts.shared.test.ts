import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { findEachOther } from '../../../../test/find-each-other.ts'
import { type SignedUp, sharedTestServer } from '../../../../test/server.ts'
import { serverContext } from '../../../platform/services.ts'
import { removeExpiredMessages } from '../jobs.ts'

const server = await sharedTestServer()
const { pool } = server.app.services.connections
const everywhere = serverContext(server.app.services, { workspaceId: null })
const [ana, ben, cleo, dora] = await Promise.all([server.signUp(), server.signUp(), server.signUp(), server.signUp()])
await findEachOther(ana, ben, cleo, dora)

async function newGroup(...others: SignedUp[]): Promise<string> {
  const member_ids = others.map(({ userId }) => userId)
  return (await ana.post('/api/chats', { type: 'group', name: 'Night shift', member_ids })).body.id
}
const send = async (who: SignedUp, chat_id: string, content: string, more: object = {}) =>
  (await who.post('/api/messages/send', { chat_id, content, ...more })).body
const unread = async (who: SignedUp, chatId: string) => (await who.get(`/api/chats/${chatId}`)).body.unread_count
const remove = (who: SignedUp, id: string) => who.delete(`/api/messages?message_id=${id}`)
const expire = (id: string) =>
  pool.query("update chat.messages set expires_at = now() - interval '1 s' where id = $1 and expires_at is not null", [
    id,
  ])

test('unread messages are counted exactly after reading, deleting, expiring and sending', async () => {
  const chat = await newGroup(ben)
  const sent = []
  for (let i = 1; i <= 6; i++) sent.push(await send(ana, chat, `m${i}`))
  assert.equal(await unread(ben, chat), 6)
  assert.equal(await unread(ana, chat), 0)
  await ana.delete('/api/messages', { message_id: sent[1].id }, { 'content-type': 'application/json' })
  await ana.delete(`/api/messages?message_id=${sent[4].id}`)
  assert.equal(await unread(ben, chat), 4)
  const { body } = await ben.post('/api/messages/read', { chat_id: chat, message_id: sent[2].id })
  assert.deepEqual(body, { success: true, chat_id: chat, message_id: sent[2].id, unread_count: 2 })
  assert.equal((await ben.post('/api/messages/read', { chat_id: chat, message_id: sent[0].id })).body.unread_count, 2)
  const disappearing = await send(ana, chat, 'gone soon', { visibility: 'disappearing', expires_in_seconds: 60 })
  assert.equal(await unread(ben, chat), 3)
  await expire(disappearing.id)
  assert.equal(await unread(ben, chat), 2, 'before the cleanup job')
  await removeExpiredMessages.run(everywhere, {})
  assert.equal(await unread(ben, chat), 2, 'and after')
  await send(ben, chat, 'mine')
  assert.equal(await unread(ben, chat), 0)
  assert.equal(await unread(ana, chat), 1)
})

test('a message is delivered, then read, when all members have received or read it', async () => {
  const chat = await newGroup(ben, cleo)
  const { id } = await send(ana, chat, 'Hello')
  const status = async () => (await ana.get(`/api/messages?chat_id=${chat}`)).body.data[0].status
  await ben.post('/api/messages/read', { chat_id: chat, message_id: id })
  assert.equal(await status(), 'sent')
  await cleo.post('/api/messages/delivered', { chat_id: chat })
  assert.equal(await status(), 'delivered')
  await cleo.post('/api/messages/read', { chat_id: chat })
  assert.equal(await status(), 'read')
  assert.equal((await dora.post('/api/messages/read', { chat_id: chat })).status, 404)
  assert.equal((await ben.post('/api/messages/read', { chat_id: chat, message_id: chat })).status, 404)
})

/** An action in a chat; `at` selects a message. */
const action = fc.record({
  what: fc.constantFrom('send', 'send', 'send', 'send disappearing', 'read', 'delete', 'expire', 'clean up'),
  who: fc.constantFrom(ana, ben, cleo),
  at: fc.nat(99),
})

test('the unread count is right after any concurrent sending, reading, deleting and expiring', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(action, { minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 6 }),
      async (rounds) => {
        const chat_id = await newGroup(ben, cleo)
        const sent: { id: string; by: SignedUp }[] = []
        for (const round of rounds) {
          await Promise.all(
            round.map(async ({ what, who, at }) => {
              const chosen = sent[at % Math.max(1, sent.length)]
              if (what === 'send') sent.push({ ...(await send(who, chat_id, 'x')), by: who })
              else if (what === 'send disappearing') {
                sent.push({ ...(await send(who, chat_id, 'x', { expires_in_seconds: 600 })), by: who })
              } else if (what === 'clean up') await removeExpiredMessages.run(everywhere, {})
              else if (!chosen) return
              else if (what === 'read') await who.post('/api/messages/read', { chat_id, message_id: chosen.id })
              else if (what === 'delete') await remove(chosen.by, chosen.id)
              else await expire(chosen.id)
            }),
          )
        }
        for (const who of [ana, ben, cleo]) {
          const { rows } = await pool.query<{ unread: string }>(
            `select count(*) as unread from chat.messages m join chat.members u on u.chat_id = m.chat_id and u.user_id = $2
            where m.chat_id = $1 and m.number > u.read_number and m.deleted_at is null
              and (m.expires_at is null or m.expires_at > now())`,
            [chat_id, who.userId],
          )
          assert.equal(await unread(who, chat_id), Number(rows[0]?.unread))
        }
      },
    ),
    { numRuns: 12 },
  )
})
