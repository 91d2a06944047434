import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeTestSignal, writeWav } from '../peers/audio.ts'
import { startCalledPeople } from '../peers/sipp.ts'
import type { CalledPeople } from '../peers/sipp.ts'
import { until } from '../until.ts'
import { aNumber, aText, anId, anInstant, answered, assertShape, refused, unknownId } from './answers.ts'
import { testDocument } from './document.ts'
import type { Scene } from './document.ts'
import { asPerson } from './front-end.ts'
import type { FrontEnd, Person } from './front-end.ts'

const transferNumber = '+14155550100'

testDocument(
  {
    name: 'Seed 000, outbound calling',
    open: ['POST /api/auth/signup', 'POST /api/auth/login', 'GET /api/plans'],
    signedIn: [
      'POST /api/auth/logout',
      'GET /api/profiles/:userId',
      'PATCH /api/profiles/:userId',
      'POST /api/profiles/:userId/affiliate',
      'GET /api/transfer-numbers',
      'POST /api/transfer-numbers',
      'DELETE /api/transfer-numbers/:transferNumberId',
      'GET /api/sip-providers',
      'POST /api/sip-providers',
      'PUT /api/sip-providers/:providerId',
      'DELETE /api/sip-providers/:providerId',
      'PATCH /api/sip-providers/:providerId/status',
      'POST /api/sip-providers/:id/test',
      'GET /api/greeting-files',
      'POST /api/greeting-files',
      'GET /api/files/:id/:filename',
      'GET /api/campaigns',
      'POST /api/campaigns',
      'GET /api/campaigns/call-count/:userId',
      'GET /api/campaigns/:id',
      'PATCH /api/campaigns/:id',
      'DELETE /api/campaigns/:id',
      'POST /api/campaigns/:id/start',
      'POST /api/campaigns/:id/pause',
      'POST /api/campaigns/:id/resume',
      'POST /api/campaigns/:id/stop',
      'GET /api/campaigns/:id/calls',
      'GET /api/campaigns/:id/report.csv',
      'GET /api/contacts',
      'POST /api/contacts',
      'GET /api/contacts/:id',
      'PUT /api/contacts/:id',
      'PATCH /api/contacts/:id',
      'DELETE /api/contacts/:id',
      'GET /api/contact-lists',
      'POST /api/contact-lists',
      'POST /api/contact-lists/:id/contacts',
      'DELETE /api/contact-lists/:id/contacts',
      'POST /api/contact-lists/:id/import',
      'GET /api/imports/:id',
      'GET /api/do-not-call',
      'POST /api/do-not-call',
      'DELETE /api/do-not-call/:id',
      'GET /api/subscriptions/:userId',
      'POST /api/subscriptions',
      'POST /api/payments',
      'GET /api/payments',
    ],
    withoutInput: ['POST /api/auth/logout', 'GET /api/plans'],
    sent: ['campaign:watch', 'ping'],
    received: ['campaign:progress', 'import:progress', 'call:logged', 'pong'],
  },
  async (scene) => {
    await using called = await startCalledPeople({
      folder: scene.folder,
      script: {
        byNumberEnding: {
          '0100': { does: 'listen' },
          '01': { does: 'press', keys: '1', afterMs: 500, talkMs: 1500 },
          '02': { does: 'hang up', afterMs: 300 },
        },
        otherwise: { does: 'reject', status: 404 },
        ringMs: 50,
      },
    })
    const { step } = scene
    const bo = await scene.signUp({ name: 'Bo Berg' })
    let ana!: Person
    let agent!: Person
    await step('authentication', async () => {
      ana = await authentication(scene)
      agent = await scene.join(ana, 'agent')
    })
    await step('user profiles', () => profiles(ana, bo, agent))
    await step('transfer numbers', () => transferNumbers(ana, bo, agent))
    await step('SIP providers', () => sipProviders(ana, bo, agent))
    await step('greeting files', () => greetingFiles(scene, ana, bo))
    await step('contacts', () => contacts(ana, bo))
    await step('contact lists and imports', () => contactLists(ana, bo))
    await step('do not call', () => doNotCall(ana, bo))
    await step('campaigns', () => campaigns(ana, bo, agent))
    await step('a campaign calls', () => aCampaignCalls(ana, bo, called))
    await step('subscriptions and payments', () => subscriptions(scene, ana, bo, agent))
    await step('logout', async () => {
      assertShape(await answered(200, ana.post('/api/auth/logout')), { success: true, message: aText })
      await refused(401, ana.get(`/api/profiles/${ana.id}`))
    })
  },
)

async function authentication(scene: Scene): Promise<Person> {
  const { visitor, url, notes } = scene
  const credentials = { email: 'ana@example.com', password: 'correct horse battery' }
  const metadata = { full_name: 'Ana Lima', company_name: 'Lima Lda' }
  const signUp = (body: object) => visitor.post('/api/auth/signup', body)
  assertShape(await answered(201, signUp({ ...credentials, metadata })), {
    message: aText,
    user: { id: anId, email: credentials.email },
    session: { user: { id: anId, email: credentials.email }, access_token: aText, expires_at: aNumber },
  })
  await refused(409, signUp(credentials))
  await refused(400, signUp({ password: credentials.password }), 'body.email')
  await refused(400, signUp({ email: 'ana', password: credentials.password }), 'body.email')
  await refused(400, signUp({ email: 'new@example.com' }), 'body.password')
  await refused(400, signUp({ email: 'new@example.com', password: '12345' }), 'body.password')
  await refused(400, signUp({ ...credentials, metadata: 'Ana' }), 'body.metadata')
  await refused(400, visitor.post('/api/auth/signup', '{"email":', { 'content-type': 'application/json' }))
  await refused(415, visitor.post('/api/auth/signup', 'email=ana', { 'content-type': 'text/plain' }))

  const login = await answered(200, visitor.post('/api/auth/login', credentials))
  assertShape(login, {
    session: { user: { id: anId, email: credentials.email }, access_token: login.token, expires_at: aNumber },
    token_type: 'Bearer',
  })
  const inADay = Date.now() / 1000 + 24 * 3600
  assert.ok(Math.abs(login.session.expires_at - inADay) < 300, 'Tokens are good for 24 hours, in Unix seconds.')
  await refused(401, visitor.post('/api/auth/login', { ...credentials, password: 'wrong horse' }))
  await refused(401, visitor.post('/api/auth/login', { ...credentials, email: 'nobody@example.com' }))
  await refused(400, visitor.post('/api/auth/login', { email: credentials.email }), 'body.password')

  // Nobody guesses for long; who is guessed at elsewhere is not their neighbour.
  const { email, password } = await scene.signUp()
  for (let guess = 1; guess <= 5; guess++)
    await refused(401, visitor.post('/api/auth/login', { email, password: `guess ${guess}` }))
  await refused(429, visitor.post('/api/auth/login', { email, password }))
  await answered(200, visitor.post('/api/auth/login', credentials))
  return asPerson(url, notes, credentials, login)
}

async function profiles(ana: Person, bo: Person, agent: Person): Promise<void> {
  const mine = `/api/profiles/${ana.id}`
  const profile = {
    id: anId,
    user_id: ana.id,
    full_name: 'Ana Lima',
    avatar_url: null,
    is_admin: false,
    is_affiliate: false,
    company_name: 'Lima Lda',
    created_at: anInstant,
    updated_at: anInstant,
  }
  assertShape(await answered(200, ana.get(mine)), profile)
  assertShape(await answered(200, ana.get(`/api/profiles/${agent.id}`)), { user_id: agent.id })
  for (const [person, id] of [
    [bo, ana.id],
    [agent, ana.id],
    [ana, bo.id],
    [ana, unknownId],
  ] as const) {
    await refused(404, person.get(`/api/profiles/${id}`))
    await refused(404, person.patch(`/api/profiles/${id}`, { full_name: 'Mallory' }))
    await refused(404, person.post(`/api/profiles/${id}/affiliate`))
  }
  await refused(404, ana.get('/api/profiles/me'))

  const changes = { full_name: 'Ana Maria Lima', avatar_url: 'https://example.com/ana.png', is_admin: true }
  const changed = { ...profile, full_name: changes.full_name, avatar_url: changes.avatar_url }
  assertShape(await answered(200, ana.patch(mine, changes)), changed)
  assertShape(await answered(200, ana.get(mine)), changed)
  await refused(400, ana.patch(mine, { full_name: 7 }), 'body.full_name')
  await refused(400, ana.patch(mine, { avatar_url: 'javascript:alert(1)' }), 'body.avatar_url')

  assertShape(await answered(200, ana.post(`${mine}/affiliate`)), { message: aText })
  assertShape(await answered(200, ana.get(mine)), { ...changed, is_affiliate: true })
}

async function transferNumbers(ana: Person, bo: Person, agent: Person): Promise<void> {
  const post = (body: object, person: FrontEnd = ana) => person.post('/api/transfer-numbers', body)
  const list = (person: Person, of = person) => answered(200, person.get(`/api/transfer-numbers?userId=${of.id}`))
  const sales = { name: 'Sales', phone_number: '+1 415 555 0100', description: 'Ana answers' }
  // Whose it is and what was counted, is the server's to say.
  const made = await answered(201, post({ ...sales, user_id: bo.id, call_count: 99 }))
  const number = {
    id: anId,
    user_id: ana.id,
    name: 'Sales',
    phone_number: transferNumber,
    description: 'Ana answers',
    call_count: 0,
    created_at: anInstant,
    updated_at: anInstant,
  }
  assertShape(made, number)
  const second = await answered(201, post({ name: 'Support', phone_number: '+14155550101', description: '' }))
  assertShape(second, { description: null })
  assertShape(await list(ana), [{ id: second.id }, { ...number, id: made.id }])
  assert.deepEqual(await list(bo), [])

  await refused(400, post({ phone_number: transferNumber }), 'body.name')
  await refused(400, post({ name: 'Sales' }), 'body.phone_number')
  await refused(400, post({ name: 'Sales', phone_number: 'Ana' }), 'body.phone_number')
  await refused(400, post({ name: ['Sales'], phone_number: transferNumber }), 'body.name')
  await refused(403, post(sales, agent))
  await refused(403, bo.get(`/api/transfer-numbers?userId=${ana.id}`))
  await refused(400, ana.get('/api/transfer-numbers?userId=ana'), 'query.userId')

  const remove = (id: string, person: Person) => person.delete(`/api/transfer-numbers/${id}?userId=${person.id}`)
  await refused(404, remove(second.id, bo))
  await refused(404, remove(unknownId, ana))
  await refused(403, remove(second.id, agent))
  assert.deepEqual(await answered(200, remove(second.id, ana)), { success: true })
  await refused(404, remove(second.id, ana))
  assertShape(await list(ana), [{ id: made.id }])
}

async function sipProviders(ana: Person, bo: Person, agent: Person): Promise<void> {
  const post = (body: object, person: FrontEnd = ana) => person.post('/api/sip-providers', body)
  const list = (person: Person) => answered(200, person.get(`/api/sip-providers?userId=${person.id}`))
  const carrier = {
    name: 'Carrier',
    host: 'sip.example.com',
    port: 5060,
    username: 'acme',
    password: 'sip secret',
    active: false,
  }
  const made = await answered(201, post({ ...carrier, user_id: bo.id }))
  const provider = {
    id: anId,
    user_id: ana.id,
    name: 'Carrier',
    host: 'sip.example.com',
    port: 5060,
    username: 'acme',
    password: undefined,
    active: false,
    created_at: anInstant,
    updated_at: anInstant,
  }
  assertShape(made, provider)
  assertShape(await list(ana), [{ ...provider, id: made.id }])
  assert.deepEqual(await list(bo), [])
  for (const field of ['name', 'host', 'port', 'username', 'password'])
    await refused(400, post({ ...carrier, [field]: undefined }), `body.${field}`)
  await refused(400, post({ ...carrier, port: 'five thousand' }), 'body.port')
  await refused(400, post({ ...carrier, active: 'yes' }), 'body.active')
  await refused(403, post(carrier, agent))
  await refused(403, bo.get(`/api/sip-providers?userId=${ana.id}`))

  const one = `/api/sip-providers/${made.id}`
  const changed = { ...provider, name: 'The carrier', host: '127.0.0.1', port: 5070 }
  assertShape(await answered(200, ana.put(one, { name: 'The carrier', host: '127.0.0.1', port: 5070 })), changed)
  assertShape(await list(ana), [changed])
  await refused(400, ana.put(one, { port: 70_000 }), 'body.port')
  await refused(403, agent.put(one, { name: 'Mine' }))

  assert.deepEqual(await answered(200, ana.patch(`${one}/status`, { active: true, user_id: ana.id })), {
    success: true,
  })
  assertShape(await list(ana), [{ ...changed, active: true }])
  await refused(400, ana.patch(`${one}/status`, { user_id: ana.id }), 'body.active')

  for (const [person, id] of [
    [bo, made.id],
    [ana, unknownId],
  ] as const) {
    await refused(404, person.put(`/api/sip-providers/${id}`, { name: 'Mine' }))
    await refused(404, person.patch(`/api/sip-providers/${id}/status`, { active: false }))
    await refused(404, person.post(`/api/sip-providers/${id}/test`))
    await refused(404, person.delete(`/api/sip-providers/${id}?userId=${person.id}`))
  }
  assert.deepEqual(await answered(200, ana.delete(`${one}?userId=${ana.id}`)), { success: true })
  assert.deepEqual(await list(ana), [])
}

async function greetingFiles({ folder, visitor }: Scene, ana: Person, bo: Person): Promise<void> {
  await writeWav(join(folder, 'hello.wav'), makeTestSignal({ seconds: 2 }))
  const sound = await readFile(join(folder, 'hello.wav'))
  const upload = (content: Uint8Array<ArrayBuffer> | string | undefined, person: FrontEnd = ana) => {
    const form = new FormData()
    form.append('userId', ana.id)
    if (content !== undefined) form.append('file', new Blob([content]), 'hello.wav')
    return person.post('/api/greeting-files', form)
  }
  const made = await answered(201, upload(sound))
  const greeting = {
    id: anId,
    user_id: ana.id,
    filename: 'hello.wav',
    url: /^\/api\/files\/[^/]+\/hello\.wav$/,
    duration_seconds: 2,
    created_at: anInstant,
  }
  assertShape(made, greeting)
  assertShape(await answered(200, ana.get(`/api/greeting-files?userId=${ana.id}`)), [greeting])
  assert.deepEqual(await answered(200, bo.get(`/api/greeting-files?userId=${bo.id}`)), [])
  await refused(400, upload(undefined), 'body.file')
  await refused(415, upload('These are words and no sound.'))
  await refused(403, bo.get(`/api/greeting-files?userId=${ana.id}`))

  const heard = await ana.get(made.url)
  assert.equal(heard.status, 200)
  assert.equal(Number(heard.headers.get('content-length')), sound.length)
  await refused(404, bo.get(made.url))
  await refused(401, visitor.get(made.url))
}

async function contacts(ana: Person, bo: Person): Promise<void> {
  const post = (body: object) => ana.post('/api/contacts', body)
  const person = { first_name: 'Cleo', last_name: 'Costa', phone_number: '+1 415 555 0190', email: 'cleo@example.com' }
  const made = await answered(201, post({ ...person, notes: 'Calls back', user_id: bo.id }))
  const contact = {
    id: anId,
    user_id: ana.id,
    ...person,
    phone_number: '+14155550190',
    notes: 'Calls back',
    created_at: anInstant,
    updated_at: anInstant,
  }
  assertShape(made, contact)
  const one = `/api/contacts/${made.id}`
  assertShape(await answered(200, ana.get(one)), contact)
  assertShape(await answered(200, ana.get('/api/contacts')), { data: [contact], next_cursor: null })
  assertShape(await answered(200, ana.put(one, { notes: '' })), { ...contact, notes: null })
  assertShape(await answered(200, ana.patch(one, { last_name: 'Cruz' })), {
    ...contact,
    last_name: 'Cruz',
    notes: null,
  })
  for (const field of ['first_name', 'last_name', 'phone_number'])
    await refused(400, post({ ...person, [field]: undefined }), `body.${field}`)
  await refused(400, post({ ...person, email: 'cleo' }), 'body.email')
  await refused(409, post(person))
  await refused(400, ana.patch(one, { notes: 5 }), 'body.notes')
  await refused(400, ana.get('/api/contacts?limit=many'), 'query.limit')
  for (const [someone, path] of [
    [bo, one],
    [ana, `/api/contacts/${unknownId}`],
  ] as const) {
    await refused(404, someone.get(path))
    await refused(404, someone.put(path, { notes: 'Mine' }))
    await refused(404, someone.patch(path, { notes: 'Mine' }))
    await refused(404, someone.delete(path))
  }
  assert.deepEqual(await answered(200, ana.delete(one)), { success: true })
  await refused(404, ana.get(one))
}

async function contactLists(ana: Person, bo: Person): Promise<void> {
  const contact = await answered(
    201,
    ana.post('/api/contacts', { first_name: 'Dov', last_name: 'Dahl', phone_number: '+14155550191' }),
  )
  const made = await answered(201, ana.post('/api/contact-lists', { name: 'Customers', description: 'Of March' }))
  const list = {
    id: anId,
    user_id: ana.id,
    name: 'Customers',
    description: 'Of March',
    created_at: anInstant,
    updated_at: anInstant,
  }
  assertShape(made, list)
  const lists = (person: Person) => answered(200, person.get(`/api/contact-lists?userId=${person.id}`))
  assertShape(await lists(ana), [list])
  assert.deepEqual(await lists(bo), [])
  await refused(400, ana.post('/api/contact-lists', { description: 'Nameless' }), 'body.name')
  await refused(403, bo.get(`/api/contact-lists?userId=${ana.id}`))

  // The items of a list: its contacts.
  const items = `/api/contact-lists/${made.id}/contacts`
  const onIt = async () => (await answered(200, ana.get(`/api/contacts?contact_list_id=${made.id}`))).data
  const contact_ids = [contact.id]
  await answered(200, ana.post(items, { contact_ids }))
  assertShape(await onIt(), [{ id: contact.id }])
  await refused(400, ana.post(items, {}), 'body.contact_ids')
  await refused(400, ana.delete(items, { contact_ids: 'all' }), 'body.contact_ids')
  await refused(404, bo.post(items, { contact_ids }))
  await refused(404, bo.delete(items, { contact_ids }))
  await answered(200, ana.delete(items, { contact_ids }))
  assert.deepEqual(await onIt(), [])

  using live = await ana.listen()
  live.send('ping')
  await live.next('pong')
  const importInto = (id: string, person: Person, csv: string | undefined) => {
    const form = new FormData()
    if (csv !== undefined) form.append('file', new Blob([csv]), 'customers.csv')
    return person.post(`/api/contact-lists/${id}/import`, form)
  }
  const rows = [
    'First name,Last name,Phone number',
    'Eve,Ek,+14155550192',
    'Dov,Dahl,+14155550191',
    'Eve,Ek,+1 415 555 0192',
    'Finn,Fors,none',
  ]
  const begun = await answered(202, importInto(made.id, ana, rows.join('\r\n')))
  assertShape(begun, { id: anId, status: aText, total: aNumber, done: aNumber })
  const ended = { id: begun.id, status: 'completed', total: 4, done: 4, created: 1, merged: 2, failed: 1 }
  await live.next('import:progress', ({ id, status }) => id === begun.id && status === 'completed')
  const outcome = await answered(200, ana.get(`/api/imports/${begun.id}`))
  assertShape(outcome, { ...ended, errors_url: aText })
  const errors = await ana.get(outcome.errors_url)
  assert.equal(errors.status, 200)
  assert.match(errors.text, /Finn,Fors,none/)
  assertShape(await onIt(), [{ first_name: /Eve|Dov/ }, { first_name: /Eve|Dov/ }])
  await refused(400, importInto(made.id, ana, undefined), 'body.file')
  await refused(404, importInto(made.id, bo, rows.join('\r\n')))
  await refused(404, bo.get(`/api/imports/${begun.id}`))
}

async function doNotCall(ana: Person, bo: Person): Promise<void> {
  const made = await answered(
    201,
    ana.post('/api/do-not-call', { phone_number: '+14155550199', reason: 'Asked us not to' }),
  )
  const entry = { id: anId, phone_number: '+14155550199', reason: 'Asked us not to', created_at: anInstant }
  assertShape(made, entry)
  assertShape(await answered(200, ana.get('/api/do-not-call')), { data: [entry] })
  assertShape(await answered(200, bo.get('/api/do-not-call')), { data: [] })
  await refused(400, ana.post('/api/do-not-call', { reason: 'No number' }), 'body.phone_number')
  await refused(400, ana.get('/api/do-not-call?limit=0'), 'query.limit')
  await refused(404, bo.delete(`/api/do-not-call/${made.id}`))
  assert.deepEqual(await answered(200, ana.delete(`/api/do-not-call/${made.id}`)), { success: true })
  assertShape(await answered(200, ana.get('/api/do-not-call')), { data: [] })
}

async function campaigns(ana: Person, bo: Person, agent: Person): Promise<void> {
  const post = (body: object, person: FrontEnd = ana) => person.post('/api/campaigns', body)
  const [greeting] = await answered(200, ana.get(`/api/greeting-files?userId=${ana.id}`))
  const given = {
    title: 'Spring offer',
    description: 'For all',
    greeting_file_url: greeting.url,
    greeting_file_name: 'hello.wav',
    transfer_number: transferNumber,
  }
  const counted = { progress: 0, total_calls: 0, answered_calls: 0, transferred_calls: 0, failed_calls: 0 }
  const made = await answered(201, post({ ...given, user_id: bo.id, status: 'active', total_calls: 7 }))
  const campaign = {
    id: anId,
    user_id: ana.id,
    ...given,
    status: 'pending',
    ...counted,
    created_at: anInstant,
    updated_at: anInstant,
  }
  assertShape(made, campaign)
  const list = (person: Person) => answered(200, person.get(`/api/campaigns?userId=${person.id}`))
  assertShape(await list(ana), [campaign])
  assert.deepEqual(await list(bo), [])
  const one = `/api/campaigns/${made.id}`
  assertShape(await answered(200, ana.get(one)), campaign)
  assertShape(await answered(200, ana.get(`${one}/calls`)), { data: [] })
  assert.deepEqual(await answered(200, ana.get(`/api/campaigns/call-count/${ana.id}`)), { totalCalls: 0 })
  assertShape(await answered(200, ana.patch(one, { description: '' })), { ...campaign, description: null })

  await refused(400, post({ description: 'Nameless' }), 'body.title')
  await refused(400, post({ ...given, title: 5 }), 'body.title')
  await refused(400, post({ ...given, greeting_file_url: 'https://example.com/hello.wav' }), 'body.greeting_file_url')
  await refused(400, post({ ...given, transfer_number: 'Ana' }), 'body.transfer_number')
  await refused(403, post(given, agent))
  await refused(403, bo.get(`/api/campaigns?userId=${ana.id}`))
  await refused(403, bo.get(`/api/campaigns/call-count/${ana.id}`))
  await refused(400, ana.patch(one, { calls_per_second: 'many' }), 'body.calls_per_second')
  // It says all that is missing.
  for (const field of ['contact_list_id', 'sip_provider_id']) await refused(400, ana.post(`${one}/start`), field)
  for (const action of ['pause', 'resume']) await refused(409, ana.post(`${one}/${action}`))

  for (const [person, path] of [
    [bo, one],
    [ana, `/api/campaigns/${unknownId}`],
  ] as const) {
    await refused(404, person.get(path))
    await refused(404, person.patch(path, { title: 'Mine' }))
    await refused(404, person.delete(path))
    for (const action of ['start', 'pause', 'resume', 'stop']) await refused(404, person.post(`${path}/${action}`))
    await refused(404, person.get(`${path}/calls`))
    await refused(404, person.get(`${path}/report.csv`))
  }
  assert.deepEqual(await answered(200, ana.delete(one)), { success: true })
  await refused(404, ana.get(one))
  assert.deepEqual(await list(ana), [])
}

/** One who presses 1 and is transferred, one who hangs up, one whose number is not in use. */
async function aCampaignCalls(ana: Person, bo: Person, called: CalledPeople): Promise<void> {
  const contact_list_id = (await answered(201, ana.post('/api/contact-lists', { name: 'Three' }))).id
  const contact_ids: string[] = []
  for (const ending of ['01', '02', '03']) {
    const contact = { first_name: 'Gil', last_name: ending, phone_number: `+141555502${ending}` }
    contact_ids.push((await answered(201, ana.post('/api/contacts', contact))).id)
  }
  await answered(200, ana.post(`/api/contact-lists/${contact_list_id}/contacts`, { contact_ids }))
  const carrier = { name: 'Carrier', host: '127.0.0.1', port: called.port, username: 'acme', password: 'sip secret' }
  const provider = await answered(201, ana.post('/api/sip-providers', { ...carrier, active: true, register: false }))
  assertShape(await answered(200, ana.post(`/api/sip-providers/${provider.id}/test`)), { ok: true, message: aText })
  const [greeting] = await answered(200, ana.get(`/api/greeting-files?userId=${ana.id}`))
  const { id } = await answered(
    201,
    ana.post('/api/campaigns', {
      title: 'Three calls',
      contact_list_id,
      greeting_file_id: greeting.id,
      transfer_number: transferNumber,
      calling_hours: null,
      retry: { max_attempts: 1 },
      calls_per_second: 10,
    }),
  )
  using live = await ana.listen()
  using elsewhere = await bo.listen()
  assertShape(await answered(200, ana.post(`/api/campaigns/${id}/start`)), { id, status: 'active' })
  assertShape(await answered(200, ana.post(`/api/campaigns/${id}/pause`)), { id, status: 'paused' })
  assertShape(await answered(200, ana.post(`/api/campaigns/${id}/resume`)), { id, status: 'active' })
  live.send('campaign:watch', { campaign_id: id })
  elsewhere.send('campaign:watch', { campaign_id: id })
  await elsewhere.next('error')
  await until(
    'the campaign is over',
    async () => (await ana.get(`/api/campaigns/${id}`)).body.status === 'completed',
    60_000,
  )

  const counts = { total_calls: 3, answered_calls: 2, transferred_calls: 1, failed_calls: 1, progress: 100 }
  assertShape(await answered(200, ana.get(`/api/campaigns/${id}`)), { status: 'completed', ...counts })
  await live.next('campaign:progress', (data) => data.campaign_id === id && data.status === 'completed')
  await live.next('call:logged')
  assert.deepEqual(await answered(200, ana.get(`/api/campaigns/call-count/${ana.id}`)), { totalCalls: 3 })
  const [number] = await answered(200, ana.get(`/api/transfer-numbers?userId=${ana.id}`))
  assertShape(number, { phone_number: transferNumber, call_count: 1 })

  const { data } = await answered(200, ana.get(`/api/campaigns/${id}/calls`))
  const byNumber = Object.fromEntries(data.map((call: { phone_number: string }) => [call.phone_number, call]))
  const call = { id: anId, contact_id: anId, attempts: 1, ended_at: anInstant, duration_seconds: aNumber }
  assertShape(byNumber, {
    '+14155550201': { ...call, status: 'transferred', key: '1', transferred: true, answered_at: anInstant },
    '+14155550202': { ...call, status: 'completed', key: null, transferred: false, answered_at: anInstant },
    '+14155550203': { status: 'failed', transferred: false, answered_at: null, cause: 'not_found' },
  })
  const report = await ana.get(`/api/campaigns/${id}/report.csv`)
  assert.match(report.headers.get('content-type') ?? '', /^text\/csv/)
  assert.equal(report.text.trim().split('\r\n').length, 4)

  const another = { title: 'Not begun', contact_list_id, greeting_file_id: greeting.id, key_map: { 9: 'opt_out' } }
  const stopped = (await answered(201, ana.post('/api/campaigns', another))).id
  await answered(200, ana.post(`/api/campaigns/${stopped}/start`))
  assertShape(await answered(200, ana.post(`/api/campaigns/${stopped}/stop`)), { status: 'stopped' })
  await refused(409, ana.post(`/api/campaigns/${stopped}/resume`))
  assert.deepEqual(
    elsewhere.frames.map(({ event }) => event),
    ['error'],
    'Nobody else hears of it.',
  )
}

async function subscriptions(scene: Scene, ana: Person, bo: Person, agent: Person): Promise<void> {
  const plans = await answered(200, scene.visitor.get('/api/plans'))
  assertShape(
    plans.data.map((plan: { id: string }) => plan.id),
    ['free', 'starter', 'pro', 'business'],
  )
  const mine = `/api/subscriptions/${ana.id}`
  const post = (body: object, person: FrontEnd = ana) => person.post('/api/subscriptions', body)
  await refused(404, ana.get(mine))
  await refused(400, post({ user_id: ana.id }), 'body.plan_id')
  await refused(400, post({ user_id: ana.id, plan_id: 'golden' }), 'body.plan_id')
  await refused(400, post({ user_id: bo.id, plan_id: 'free' }), 'body.user_id')
  await refused(403, post({ plan_id: 'free' }, agent))

  // Nobody makes themselves a customer who has paid.
  const forged = { user_id: ana.id, plan_id: 'pro', plan_name: 'Free Pro', status: 'active' }
  const subscription = {
    id: anId,
    user_id: ana.id,
    plan_id: 'pro',
    plan_name: 'Pro',
    status: 'incomplete',
    current_period_end: null,
    created_at: anInstant,
    updated_at: anInstant,
  }
  assertShape(await answered(201, post(forged)), subscription)
  assertShape(await answered(200, ana.get(mine)), subscription)
  await refused(404, bo.get(mine))

  const received = { workspace_id: ana.workspaceId, payment_method: 'bank_transfer', payment_details: { note: 'June' } }
  await refused(403, ana.post('/api/payments', received))
  const root = await scene.makeAdmin(await scene.signUp())
  const { price } = plans.data.find((plan: { id: string }) => plan.id === 'pro')
  const payment = {
    id: anId,
    user_id: ana.id,
    amount: price,
    payment_method: 'bank_transfer',
    payment_details: { note: 'June' },
    plan_id: 'pro',
    status: 'completed',
    created_at: anInstant,
  }
  assertShape(await answered(201, root.post('/api/payments', received)), payment)
  await refused(400, root.post('/api/payments', { workspace_id: ana.workspaceId }), 'body.payment_method')
  assertShape(await answered(200, ana.get('/api/payments')), { data: [payment] })
  assertShape(await answered(200, bo.get('/api/payments')), { data: [] })
  await refused(400, ana.get('/api/payments?limit=none'), 'query.limit')
  const paid = { ...subscription, status: 'active', current_period_end: anInstant }
  assertShape(await answered(200, ana.get(mine)), paid)
  assertShape(await answered(201, post({ plan_id: 'free' })), { id: paid.id, plan_id: 'free', status: 'active' })
}
