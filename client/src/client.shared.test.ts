import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sharedTestServer } from '../../server/test/server.ts'
import { toneWav } from '../../server/test/tone.ts'
import { ApiError, createClient, createLive, createSession, listAll, type LiveStatus } from './index.ts'

const server = await sharedTestServer()
const ana = await server.signUp()
const api = createClient({ url: server.url, token: ana.token })

test('operations are functions with types', async () => {
  const contact = await api.createContact({
    body: { first_name: 'Bo', last_name: 'Berg', phone_number: '+14155550123' },
  })
  assert.deepEqual(await api.getContact({ path: { id: contact.id } }), contact)
  assert.equal((await api.listContacts({ query: { limit: 1 } })).data[0]?.id, contact.id)
})

test('a refusal is an ApiError with its fields', async () => {
  await assert.rejects(api.createContact({ body: { first_name: 'B', phone_number: '1' } }), (error: unknown) => {
    assert.ok(error instanceof ApiError)
    assert.equal(error.status, 400)
    assert.ok(error.details.some(({ path }) => path === 'body.phone_number'))
    return true
  })
})

test('live events arrive, and missed ones after a reconnect', async () => {
  // Has its own workspace: events of other tests may still arrive in a shared one.
  const { token } = await server.signUp()
  const api = createClient({ url: server.url, token })
  const received: string[] = []
  const listen = (after?: string) => {
    const live = createLive({ url: server.url, token, ...(after && { after }) })
    const opened = Promise.withResolvers<void>()
    const news = Promise.withResolvers<void>()
    live.on('pong', () => opened.resolve())
    live.on('contact:new', (data) => {
      received.push(data.contact_id)
      news.resolve()
    })
    live.send('ping')
    return { live, opened: opened.promise, news: news.promise }
  }
  const create = async (n: number) =>
    (await api.createContact({ body: { first_name: 'C', last_name: 'D', phone_number: `+1415555020${n}` } })).id
  const first = listen()
  await first.opened
  const one = await create(1)
  await first.news
  const after = first.live.after()
  first.live.close()
  const two = await create(2)
  const second = listen(after)
  await second.news
  second.live.close()
  assert.deepEqual(received, [one, two])
})

test('a client that has received no frame yet misses none when it reconnects', async () => {
  await server.allDelivered()
  const { promise: resumed, resolve } = Promise.withResolvers<void>()
  const first = createLive({ url: server.url, token: ana.token })
  first.on('resumed', () => resolve())
  await resumed
  const after = first.after()
  assert.ok(after)
  first.close()
  const body = { first_name: 'C', last_name: 'D', phone_number: '+14155550203' }
  const { id } = await api.createContact({ body })
  const { promise: news, resolve: receive } = Promise.withResolvers<unknown>()
  const second = createLive({ url: server.url, token: ana.token, after })
  second.on('contact:new', receive)
  assert.equal(((await news) as { contact_id: string }).contact_id, id)
  second.close()
})

test('files go there as bytes and come back as the same bytes, with their type', async () => {
  const content = toneWav(1)
  const greeting = await api.createGreetingFile({ body: { file: content, filename: 'hello.wav' } })
  assert.equal(greeting.filename, 'hello.wav')
  for (const back of [
    await api.download(greeting.url),
    await api.download(server.url + greeting.url),
    await api.getFile({ path: { id: greeting.url.split('/')[3]!, filename: 'hello.wav' } }),
  ]) {
    assert.equal(back.type, 'audio/wav')
    assert.deepEqual(Buffer.from(await back.arrayBuffer()), Buffer.from(content))
  }
  const csv = new File(['Nummer,Name\n+12025550101,Rui Costa\n'], 'people.csv')
  const preview = await api.previewImport({
    body: { file: csv, mapping: JSON.stringify({ Nummer: 'phone_number', Name: 'name' }) },
  })
  assert.equal(preview.rows[0]?.contact?.first_name, 'Rui')
})

test('our token is not sent to other servers', async () => {
  const sent: RequestInit[] = []
  const fetch = async (_address: unknown, init: RequestInit = {}) => {
    sent.push(init)
    return new Response('x')
  }
  const { download } = createClient({ url: server.url, token: ana.token, fetch: fetch as typeof globalThis.fetch })
  for (const address of ['https://elsewhere.example/a', '//elsewhere.example/a', `${server.url}.evil.example/a`])
    await download(address)
  assert.deepEqual(sent, [{ credentials: 'omit' }, { credentials: 'omit' }, { credentials: 'omit' }])
})

test('a list is read to its end, whichever way it pages', async () => {
  const bea = await server.signUp()
  const api = createClient({ url: server.url, token: bea.token })
  const names = ['Ana', 'Ben', 'Cho']
  for (const [i, first_name] of names.entries()) {
    await api.createContact({ body: { first_name, last_name: 'X', phone_number: `+1415555030${i}` } })
    await api.createProspect({ body: { name: first_name } })
  }
  const all = async (list: AsyncIterable<{ name?: string; first_name?: string }>) => {
    const found: (string | undefined)[] = []
    for await (const { name, first_name } of list) found.push(first_name ?? name)
    return found.toSorted()
  }
  // A prospect is a contact too. By next_cursor, by the Link header, and a bare array.
  const twice = names.flatMap((name) => [name, name])
  assert.deepEqual(await all(listAll(api.listContacts, { query: { limit: 2 } })), twice)
  assert.deepEqual(await all(listAll(api.listProspects, { query: { limit: 2 } })), names)
  assert.deepEqual(await all(listAll(api.listContactLists)), [])
})

/** The statuses of a live connection, until it is over. */
const statusesOf = (options: Omit<Parameters<typeof createLive>[0], 'url' | 'onStatus'>) =>
  new Promise<LiveStatus[]>((resolve) => {
    const statuses: LiveStatus[] = []
    const live = createLive({
      ...options,
      url: server.url,
      onStatus(status) {
        statuses.push(status)
        if (status === 'open') live.close()
        if (['signed out', 'refused', 'closed'].includes(status)) resolve(statuses)
      },
    })
  })

test('a live connection reports an expired token instead of reconnecting forever', async () => {
  const bea = await server.signUp()
  await bea.post('/api/auth/logout')
  assert.deepEqual(await statusesOf({ token: bea.token }), ['connecting', 'signed out'])
  const { body } = await ana.post('/api/api-keys', { name: 'agent', scopes: ['contacts:read'] })
  assert.deepEqual(await statusesOf({ token: body.key }), ['connecting', 'refused'])
  // A renewal that brings nothing better is not repeated.
  const renewals: string[] = []
  const renew = async () => {
    renewals.push('one')
    return 'nonsense'
  }
  assert.deepEqual(await statusesOf({ token: bea.token, renew }), ['connecting', 'connecting', 'signed out'])
  assert.equal(renewals.length, 1)
})

test('a session renews its token for requests and for the live connection, once for all who ask', async () => {
  const anyone = createClient({ url: server.url })
  const { access_token, refresh_token } = await anyone.login({ body: { email: ana.email, password: ana.password } })
  const kept: string[] = []
  const session = createSession({
    url: server.url,
    tokens: { access_token: `${access_token}x`, refresh_token },
    onRenewed: (tokens) => kept.push(tokens.refresh_token),
  })
  const api = createClient(session)
  const [me] = await Promise.all([api.getMe(), api.getMe(), api.getMe()])
  assert.equal(me.email, ana.email)
  assert.equal(kept.length, 1)
  assert.deepEqual(await statusesOf({ token: 'nonsense', renew: session.renew }), [
    'connecting',
    'connecting',
    'open',
    'closed',
  ])
  await api.logout()
  await assert.rejects(api.getMe(), (error) => error instanceof ApiError && error.status === 401)
})

test('without a WebSocket of its own the runtime needs one passed', () => {
  const { WebSocket } = globalThis
  Reflect.deleteProperty(globalThis, 'WebSocket')
  try {
    assert.throws(() => createLive({ url: server.url, token: 'x' }), /Pass one/)
  } finally {
    globalThis.WebSocket = WebSocket
  }
})
