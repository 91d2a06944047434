import assert from 'node:assert/strict'
import { test } from 'node:test'
import { explainAs } from '../../../../test/explain.ts'
import { startTestServer } from '../../../../test/server.ts'
import { beside, search } from './history.ts'

const server = await startTestServer()
const { pool } = server.app.services.connections
const [ana, ben] = await Promise.all([server.signUp(), server.signUp()])
const newGroup = async (who: typeof ana) =>
  (await who.post('/api/chats', { type: 'group', name: 'Night shift', member_ids: [] })).body.id as string
const say = (who: typeof ana, chat_id: string, content: string, more: object = {}) =>
  who.post('/api/messages/send', { chat_id, content, ...more })
const found = async (who: typeof ana, query: string) =>
  (await who.get(`/api/messages/search?${query}`)).body.data.map(({ content }: { content: string }) => content)

test('search finds words in the chats of the caller only, newest first, and the last word by its beginning', async () => {
  const [one, two, theirs] = [await newGroup(ana), await newGroup(ana), await newGroup(ben)]
  await say(ana, one, 'The blue harbour')
  await say(ana, two, 'A blue boat in the harbour')
  await say(ben, theirs, 'The blue harbour of others')
  assert.deepEqual(await found(ana, 'q=blue'), ['A blue boat in the harbour', 'The blue harbour'])
  assert.deepEqual(await found(ana, 'q=blue%20harb'), ['A blue boat in the harbour', 'The blue harbour'])
  assert.deepEqual(await found(ana, `q=blue&chat_id=${one}`), ['The blue harbour'])
  assert.deepEqual(await found(ana, 'q=blue%20-boat'), ['The blue harbour'])
  assert.deepEqual(await found(ana, `q=%22blue%20boat%22`), ['A blue boat in the harbour'])
  assert.equal((await ana.get(`/api/messages/search?q=blue&chat_id=${theirs}`)).status, 404)
  assert.equal((await ana.get('/api/messages/search')).status, 400)
  for (const q of ["'", ':*', '&', '| !', '"', 'x:y', `chat ${theirs}`, `'chat ${theirs}'`]) {
    assert.deepEqual(await found(ana, `q=${encodeURIComponent(q)}`), [], q)
  }
  const first = (await ana.get('/api/messages/search?q=blue&limit=1')).body
  assert.deepEqual(await found(ana, `q=blue&limit=1&cursor=${first.next_cursor}`), ['The blue harbour'])
})

test('search ignores accents, and finds words in scripts without spaces', async () => {
  const chat = await newGroup(ana)
  const wanted: [string, string[]][] = [
    ['Crème brûlée à Zürich', ['creme', 'Brulee', 'ZURICH', 'zürich', 'crème zurich']],
    ['明日の会議は東京です', ['会議', '東京', '明日 東京']],
    ['我们明天去北京吃饭', ['北京', '明天 吃饭']],
    ['พรุ่งนี้ประชุมที่กรุงเทพ', ['ประชุม']],
    ['שָׁלוֹם לכולם', ['שלום']],
    ['Ёлка и чай', ['елка', 'чай', 'чаи']],
    ['Party 🎉 tonight 👍🏽', ['🎉', 'party 🎉', '👍']],
  ]
  for (const [content] of wanted) await say(ana, chat, content)
  for (const [content, queries] of wanted)
    for (const q of queries) assert.deepEqual(await found(ana, `q=${encodeURIComponent(q)}`), [content], q)
  for (const q of ['京東', '会議 -東京', '🎂']) assert.deepEqual(await found(ana, `q=${encodeURIComponent(q)}`), [], q)
})

test('encrypted and view-once messages are not in the index; edits are', async () => {
  const chat = await newGroup(ana)
  await say(ana, chat, 'ciphertext pineapple', { encrypted: true })
  await say(ana, chat, 'once pineapple', { visibility: 'view_once' })
  const { body } = await say(ana, chat, 'plain apple')
  assert.deepEqual(await found(ana, 'q=pineapple'), [])
  await ana.patch(`/api/messages/${body.id}`, { content: 'plain pineapple' })
  assert.deepEqual(await found(ana, 'q=pineapple'), ['plain pineapple'])
})

// Explains the query of the function with values in place of its variables, as it is planned on each call.
test('search and pages of messages use their indexes under row-level security', async () => {
  const [chat, big] = [await newGroup(ana), await newGroup(ana)]
  // A hundred chats of a hundred messages each, one of them Ana's, and one of four thousand.
  await pool.query(
    `insert into chat.chats (id, type, name, created_by, activity_id, last_number)
     select gen_random_uuid(), 'group', 'Other', $1, $2, 100 from generate_series(1, 99)`,
    [ben.userId, chat],
  )
  await pool.query(
    `insert into chat.messages (id, chat_id, number, sender_id, type, content)
     select gen_random_uuid(), c.id, n, $2, 'text', 'word' || n % 25 || ' common ' || n
       from chat.chats c cross join generate_series(1, case when c.id = $3 then 4000 else 100 end) n
      where c.id in ($1, $3) or c.name = 'Other'`,
    [chat, ana.userId, big],
  )
  await pool.query("select gin_clean_pending_list('chat.messages_search')")
  await pool.query('analyze chat.messages, chat.members')
  const { rows: source } = await pool.query<{ prosrc: string }>(
    "select prosrc from pg_proc where oid = 'app.search_messages(text, uuid, uuid, int)'::regprocedure",
  )
  const query = /return query\s+([^;]+);/.exec(source[0]?.prosrc ?? '')?.[1] ?? ''
  const planned = query
    .replace('wanted', `'''word17'' & ''chat ${chat}'''::tsquery`)
    .replace('mine', `'{${chat}}'::uuid[]`)
    .replace('p_before', "'ffffffff-ffff-ffff-ffff-ffffffffffff'")
    .replace('p_rows', '51')
  const plan = await explain('app_system', planned)
  assert.match(plan, /Bitmap Index Scan on messages_search/)
  assert.doesNotMatch(plan, /Seq Scan on messages/)
  assert.equal((await found(ana, `q=word17&chat_id=${chat}`)).length, 4)

  const page = await explain(
    'app_user',
    `select id from chat.messages m where m.chat_id = '${big}' and m.number < 2000
        and (m.expires_at is null or m.expires_at > now()) order by m.number desc limit 51`,
  )
  assert.match(page, /Index Scan Backward using messages_number_key/)
  assert.doesNotMatch(page, /Sort/)

  // The messages they reply to and their files are read by an index too.
  for (const shown of [
    beside({ rows: '51', direction: 'older' }).call({ chat_id: big, number: 2000, skipped: 0 }),
    search({ rows: '51' }).call({ q: 'common', chat_id: null, type: null, before: lastId }),
  ]) {
    const plan = await explainAs(pool, ana, shown, { reluctant: false })
    assert.doesNotMatch(plan, /Seq Scan on (messages|files)/, plan)
  }
})

const lastId = 'ffffffff-ffff-ffff-ffff-ffffffffffff'

async function explain(role: 'app_user' | 'app_system', query: string): Promise<string> {
  const client = await pool.connect()
  try {
    await client.query('begin')
    await client.query(`set local role ${role}`)
    await client.query("select set_config('app.user_id', $1, true)", [ana.userId])
    const { rows } = await client.query<{ 'QUERY PLAN': string }>(`explain ${query}`)
    return rows.map((row) => row['QUERY PLAN']).join('\n')
  } finally {
    await client.query('rollback')
    client.release()
  }
}
