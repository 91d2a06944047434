import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sharedTestServer } from '../../server/test/server.ts'
import { ApiError, createClient, createLive } from './index.ts'

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
  await assert.rejects(
    api.createContact({ body: { first_name: '', last_name: 'B', phone_number: '1' } }),
    (error: unknown) => {
      assert.ok(error instanceof ApiError)
      assert.equal(error.status, 400)
      assert.ok(error.details.some(({ path }) => path === 'body.first_name'))
      return true
    },
  )
})

test('live events arrive, and those missed meanwhile after coming back', async () => {
  // Of a workspace of its own: what others have just done may still be on its way to whoever comes.
  const { token } = await server.signUp()
  const api = createClient({ url: server.url, token })
  const heard: string[] = []
  const listen = (after?: string) => {
    const live = createLive({ url: server.url, token, ...(after && { after }) })
    const opened = Promise.withResolvers<void>()
    const news = Promise.withResolvers<void>()
    live.on('pong', () => opened.resolve())
    live.on('contact:new', (data) => {
      heard.push((data as { contact_id: string }).contact_id)
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
  assert.deepEqual(heard, [one, two])
})

test('who has heard nothing yet misses nothing either', async () => {
  await server.allTold()
  const { promise: placed, resolve } = Promise.withResolvers<void>()
  const first = createLive({ url: server.url, token: ana.token })
  first.on('resumed', () => resolve())
  await placed
  const after = first.after()
  assert.ok(after)
  first.close()
  const body = { first_name: 'C', last_name: 'D', phone_number: '+14155550203' }
  const { id } = await api.createContact({ body })
  const { promise: news, resolve: hear } = Promise.withResolvers<unknown>()
  const second = createLive({ url: server.url, token: ana.token, after })
  second.on('contact:new', hear)
  assert.equal(((await news) as { contact_id: string }).contact_id, id)
  second.close()
})
