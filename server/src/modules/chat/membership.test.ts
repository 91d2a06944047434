import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import { createChatFixture } from '../../../test/chat-fixture.ts'
import { find } from '../../../test/find-each-other.ts'
import { type SignedUp, startTestServer } from '../../../test/server.ts'
import { transaction } from '../../platform/context.ts'
import { statement } from '../../platform/database/statement.ts'
import { serverContext } from '../../platform/services.ts'

// Below the API: tests table by table what a user can do to the rows of a chat in which they are not a member. Then it
// switches row-level security off, to show that the test would fail without it.

const server = await startTestServer()
const { pool } = server.app.services.connections
const [ana, ben, outsider] = await Promise.all([server.signUp(), server.signUp(), server.signUp()])
const fixture = await createChatFixture(ana, 'marker')
await find(ana, ben)
await ana.post(`/api/chats/${fixture.chats}/members`, { member_ids: [ben.userId] })
const once = await ana.post('/api/messages/send', { chat_id: fixture.chats, content: 'x', visibility: 'view_once' })
const { body: poll } = await ana.get(`/api/polls/${fixture.polls}`)
for (const { status } of [
  await ana.post('/api/messages/reactions', { message_id: fixture.messages, emoji: '👍' }),
  await ana.put('/api/polls', { poll_id: poll.id, option_ids: [poll.options[0].id] }),
  await ben.post(`/api/messages/${once.body.id}/view`),
]) {
  assert.equal(status, 200)
}

const tables = [
  ...['chats', 'members', 'messages', 'files', 'views', 'reactions', 'polls', 'ballots'].map((name) => `chat.${name}`),
  ...['calls', 'participants'].map((name) => `video.${name}`),
]
const as = ({ workspaceId, userId }: SignedUp) => serverContext(server.app.services, { workspaceId, userId })

class Undo extends Error {}

/** Returns how many rows a statement affects, and rolls it back. Returns 0 when the role may not run it. */
async function affected(who: SignedUp, name: string, query: ReturnType<typeof sql>): Promise<number> {
  let rows = 0
  const run = statement(name, () => sql<{ one: number }>`${query}`)
  await transaction(as(who), async (ctx) => {
    rows = (await ctx.db.all(run, {})).length
    throw new Undo()
  }).catch((error: unknown) => {
    if (!(error instanceof Undo) && (error as { code?: string }).code !== '42501') throw error
  })
  return rows
}

const reads = (who: SignedUp, table: string) =>
  affected(who, `membership.read.${table}`, sql`select 1 as one from ${sql.table(table)}`)

for (const table of tables) {
  test(`${table} is visible to members of the chat only`, async () => {
    assert.ok((await reads(ana, table)) > 0)
    assert.equal(await reads(outsider, table), 0)
    const removal = sql`delete from ${sql.table(table)} returning 1 as one`
    assert.equal(await affected(outsider, `membership.delete.${table}`, removal), 0)
    await pool.query(`alter table ${table} disable row level security`)
    try {
      assert.ok((await reads(outsider, table)) > 0, 'without row-level security this test would fail')
    } finally {
      await pool.query(`alter table ${table} enable row level security`)
    }
  })
}

const join = sql`insert into chat.members (chat_id, user_id) values (${sql.lit(fixture.chats)}, app.user_id()) returning 1 as one`

test('users cannot make themselves members or send messages as another user', async () => {
  assert.equal(await affected(outsider, 'membership.join', join), 0)
  const forge = sql`
    insert into chat.messages (id, chat_id, number, sender_id, type, content)
    values (gen_random_uuid(), ${sql.lit(fixture.chats)}, 1000, ${sql.lit(ana.userId)}, 'text', 'x') returning 1 as one`
  assert.equal(await affected(ben, 'membership.forge', forge), 0)
  assert.equal(await affected(ana, 'membership.speak', forge), 1)
})
