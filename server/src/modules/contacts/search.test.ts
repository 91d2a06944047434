import assert from 'node:assert/strict'
import { test } from 'node:test'
import { explainAs } from '../../../test/explain.ts'
import { startTestServer } from '../../../test/server.ts'
import { list } from './contacts.ts'

const server = await startTestServer()
const ana = await server.signUp()
const people = [
  ['José', 'Müller', '+493012345678', 'jm@harbour.example.com'],
  ['Łukasz', 'Weiß', '+48221234567', null],
  ['Ёлка', 'Чайка', '+79161234567', null],
  ['明子', '東京', '+81312345678', null],
  ['Anna-Maria', 'Silva', '+14155550123', 'a_silva@example.com'],
  ['Mariana', 'O’Hara', '+14155550199', 'axsilva@example.com'],
] as const
for (const [first_name, last_name, phone_number, email] of people) {
  const { status } = await ana.post('/api/contacts', { first_name, last_name, phone_number, email: email ?? '' })
  assert.equal(status, 201)
}

// More contacts than are read without the index. The newest are alike, and the oldest one differs.
const big = await server.signUp()
const { pool } = server.app.services.connections
const oldest = '00000000-0000-7000-8000-000000000001'
const insert = (first_name: string, count: number, firstId: string, firstNumber: number) =>
  pool.query(
    `insert into contacts.contacts (id, workspace_id, user_id, first_name, last_name, phone_number, email)
     select ($6 || '-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid, $1, $2, $3, 'Nowak',
            '+4930' || ($4::int + i), 'n' || i || '@example.com' from generate_series(1, $5::int) i`,
    [big.workspaceId, big.userId, first_name, firstNumber, count, firstId],
  )
await insert('Zoë Quill-Marsh', 1, '00000000', 1_000_000)
for (let i = 1; i <= 5; i++) await insert('a'.repeat(100), 500, `fffffff${i}`, 1_000_000 + 1000 * i)
await pool.query("select gin_clean_pending_list('contacts.contacts_search')")
await pool.query('analyze contacts.contacts')

const found = async (q: string, more = '', who = ana) => {
  const { status, body, text } = await who.get(`/api/contacts?q=${encodeURIComponent(q)}${more}`)
  assert.equal(status, 200, text)
  return body.data.map(({ first_name }: { first_name: string }) => first_name)
}

test('a contact is found by parts of names and addresses, ignoring case and accents', async () => {
  const wanted: [string, string[]][] = [
    ['jose', ['José']],
    ['JOSÉ mull', ['José']],
    ['müller  jos', ['José']],
    ['lukasz weiss', ['Łukasz']],
    ['weiß', ['Łukasz']],
    ['елка', ['Ёлка']],
    ['ЧАЙ', ['Ёлка']],
    ['東', ['明子']],
    ['maria', ['Mariana', 'Anna-Maria']],
    ['harbour.ex', ['José']],
    ['maria axsilva@', ['Mariana']],
    // The search text is not a pattern.
    ['a_silva', ['Anna-Maria']],
    ['%', []],
    ['\\', []],
    ["'", []],
    ['jose silva', []],
  ]
  for (const [q, names] of wanted) assert.deepEqual(await found(q), names, q)
  assert.equal((await found('  ')).length, people.length, 'an empty search returns all contacts')
})

test('a telephone number is found by any of its digits, in any spelling', async () => {
  const wanted: [string, string[]][] = [
    ['(415) 555-01', ['Mariana', 'Anna-Maria']],
    ['+1 415 555 0123', ['Anna-Maria']],
    ['030 1234.5678', ['José']],
    ['0049 30 12345678', ['José']],
    ['0199', ['Mariana']],
    ['maria 555-0123', ['Anna-Maria']],
  ]
  for (const [q, names] of wanted) assert.deepEqual(await found(q), names, q)
})

test('search results follow changes, other filters, pages and workspaces', async () => {
  const [newest] = (await ana.get('/api/contacts?limit=1')).body.data
  const page = (await ana.get('/api/contacts?q=silva&limit=1')).body
  assert.deepEqual(await found('silva', `&limit=1&cursor=${page.next_cursor}`), ['Anna-Maria'])
  assert.deepEqual(await found('silva', `&phone_number=%2B14155550123`), ['Anna-Maria'])
  const { body: team } = await ana.post('/api/contact-lists', { name: 'Team' })
  await ana.post(`/api/contact-lists/${team.id}/contacts`, { contact_ids: [newest.id] })
  assert.deepEqual(await found('silva', `&contact_list_id=${team.id}`), ['Mariana'])

  await ana.patch(`/api/contacts/${newest.id}`, { last_name: 'Ibáñez' })
  assert.deepEqual([await found('hara'), await found('ibanez')], [[], ['Mariana']])
  await ana.patch(`/api/contacts/${newest.id}`, { email: null })
  assert.deepEqual(await found('silva'), ['Anna-Maria'])
  assert.deepEqual(await found('silva', '', await server.signUp()), [])
})

// Reads the contacts of the workspace, newest first, until a page is full, and not the whole table.
test('search reads the contacts of one workspace by their index', async () => {
  const shape = {
    rows: '51',
    of_user: false,
    in_list: false,
    with_number: false,
    with_email: false,
    with_tag: false,
    with_words: true,
  }
  const parameters = {
    user_id: null,
    contact_list_id: null,
    phone_number: null,
    email: null,
    tag: null,
    words: ['%silva%'],
  }
  for (const before of [null, 'ffffffff-ffff-ffff-ffff-ffffffffffff']) {
    const asked = list({ ...shape, continued: before !== null }).call({ ...parameters, before })
    const plan = await explainAs(pool, ana, asked)
    assert.match(plan, /Index Scan (Backward )?using contacts_(newest|workspace_id_id_key)/)
    assert.doesNotMatch(plan, /Seq Scan on contacts/)
    assert.doesNotMatch(plan, /Sort Key: c/)
  }
})

test('in a big workspace the oldest contact is found by beginnings of words and by either end of its number', async () => {
  for (const q of ['zoe', 'QUI mar', 'quill-marsh nowak', '+49 30 1000001', '030 1000001', '000001', 'zoe n1@example'])
    assert.deepEqual(await found(q, '', big), ['Zoë Quill-Marsh'], q)
  for (const q of ['uill', 'zoe aaaa', 'zo', 'zz', '%', '\\', "'", 'q:*', '~', 'a'.repeat(200), 'zoe ~ |'])
    assert.deepEqual(await found(q, '', big), [], q)
  assert.deepEqual(await found('zoe', '', ana), [], 'another workspace does not see it')
  assert.equal((await found('aaa nowak', '&limit=50', big)).length, 50)

  assert.equal((await big.patch(`/api/contacts/${oldest}`, { tags: ['Old'] })).status, 200)
  const { body: team } = await big.post('/api/contact-lists', { name: 'Team' })
  await big.post(`/api/contact-lists/${team.id}/contacts`, { contact_ids: [oldest] })
  for (const filter of ['tag=Old', `contact_list_id=${team.id}`, `userId=${big.userId}`, 'email=n1@example.com'])
    assert.deepEqual(await found('quill', `&${filter}`, big), ['Zoë Quill-Marsh'], filter)
  assert.deepEqual(await found('quill', '&tag=New', big), [])
  // The filter leaves so few contacts that any part of a word is found.
  assert.deepEqual(await found('uill', '&tag=Old', big), ['Zoë Quill-Marsh'])
})

test('the pages of a search show each contact once', async () => {
  const seen = new Set<string>()
  let cursor = ''
  do {
    const { body } = await big.get(`/api/contacts?q=now&limit=200${cursor}`)
    for (const { id } of body.data) {
      assert.ok(!seen.has(id))
      seen.add(id)
    }
    cursor = body.next_cursor ? `&cursor=${body.next_cursor}` : ''
  } while (cursor)
  assert.equal(seen.size, 2501)
})

test('a search reads a bounded number of contacts, for any words', async () => {
  const shape = { rows: '51', of_user: false, in_list: false, with_number: false, with_email: false, with_tag: false }
  const filters = { user_id: null, contact_list_id: null, phone_number: null, email: null, tag: null, before: null }
  for (const words of [['%aaaaaaaaaaaaaaaaaab%'], ['%nowak%', '%zzz%'], ['%\\_%'], [`%${'a'.repeat(200)}%`]]) {
    const asked = list({ ...shape, with_words: true, continued: false }).call({ ...filters, words })
    const plan = await explainAs(pool, big, asked, { reluctant: false, analyze: true })
    assert.ok(mostRows(plan) <= 2000, plan)
    assert.doesNotMatch(plan, /Seq Scan on contacts/)
  }
  assert.match(await planOfFunction(`'${big.workspaceId?.slice(-12)}now':*`), /Scan on contacts x .*actual rows=1000/)
})

// Explains the query of the function with values in place of its variables, as it is planned on each call.
async function planOfFunction(wanted: string): Promise<string> {
  const { rows: source } = await pool.query<{ prosrc: string }>(
    "select prosrc from pg_proc where oid = 'contacts.search_contacts(text[])'::regprocedure",
  )
  const query = /return query\s+([^;]+);/.exec(source[0]?.prosrc ?? '')?.[1] ?? ''
  const client = await pool.connect()
  try {
    await client.query('begin')
    for (const setting of ['role = app_system', 'enable_seqscan = off', 'enable_indexscan = off'])
      await client.query(`set local ${setting}`)
    const text = query
      .replace('wanted', `'${wanted.replaceAll("'", "''")}'::tsquery`)
      .replace('mine', `'${big.workspaceId}'`)
      .replace('(patterns)', `('{%x%}')`)
    const { rows } = await client.query<{ 'QUERY PLAN': string }>(`explain (analyze, timing off) ${text}`)
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n')
    assert.match(plan, /Bitmap Index Scan on contacts_search/)
    return plan
  } finally {
    await client.query('rollback')
    client.release()
  }
}

/** Returns the most contacts that a step of the plan has read, including those that a filter removed. */
function mostRows(plan: string): number {
  const read = [...plan.matchAll(/on contacts \w+ .*actual rows=([\d.]+)/g)].map((match) => Number(match[1]))
  const removed = [...plan.matchAll(/Rows Removed by (?:Filter|Index Recheck): (\d+)/g)].map((match) =>
    Number(match[1]),
  )
  assert.ok(read.length > 0, plan)
  return Math.max(...read, ...removed)
}
