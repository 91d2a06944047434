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

const found = async (q: string, more = '', who = ana) => {
  const { status, body, text } = await who.get(`/api/contacts?q=${encodeURIComponent(q)}${more}`)
  assert.equal(status, 200, text)
  return body.data.map(({ first_name }: { first_name: string }) => first_name)
}

test('a contact is found by parts of names and addresses, with or without capitals and accents', async () => {
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
    // Nothing typed is a pattern.
    ['a_silva', ['Anna-Maria']],
    ['%', []],
    ['\\', []],
    ["'", []],
    ['jose silva', []],
  ]
  for (const [q, names] of wanted) assert.deepEqual(await found(q), names, q)
  assert.equal((await found('  ')).length, people.length, 'nothing typed finds everybody')
})

test('a telephone number is found by any of its digits, however it is written', async () => {
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

test('what is found follows changes, other filters, pages and workspaces', async () => {
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

// Not the whole table, whoever else has contacts in it: the workspace's own, newest first, until a page is full.
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
    const plan = await explainAs(server.app.services.connections.pool, ana, asked)
    assert.match(plan, /Index Scan (Backward )?using contacts_(newest|workspace_id_id_key)/)
    assert.doesNotMatch(plan, /Seq Scan|Sort/)
  }
})
