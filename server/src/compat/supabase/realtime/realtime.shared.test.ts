import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { REALTIME_SUBSCRIBE_STATES, type SupabaseClient, createClient } from '@supabase/supabase-js'
import { sharedTestServer } from '../../../../test/server.ts'
import { workspaceTopic } from '../../../platform/events.ts'
import { until } from '../../../../test/until.ts'

const server = await sharedTestServer()

const clients: SupabaseClient[] = []
after(() => Promise.all(clients.map((client) => client.realtime.disconnect())))

function clientOf(token: string, path = ''): SupabaseClient {
  const client: SupabaseClient = createClient(server.url + path, 'anon-key', {
    auth: { persistSession: false, autoRefreshToken: false },
    accessToken: () => Promise.resolve(token),
  })
  clients.push(client)
  return client
}

interface Payload {
  eventType: string
  table: string
  // oxlint-disable-next-line no-explicit-any -- tests look into rows freely.
  new: any
  // oxlint-disable-next-line no-explicit-any -- tests look into rows freely.
  old: any
}

/** Subscribes, and resolves when the channel is joined. */
async function follow(db: SupabaseClient, filter: object, name = 'news'): Promise<Payload[]> {
  const seen: Payload[] = []
  await new Promise<void>((resolve, reject) => {
    db.channel(name)
      .on(
        'postgres_changes' as never,
        { schema: 'public', ...filter } as never,
        ((payload: Payload) => void seen.push(payload)) as never,
      )
      .subscribe((status, error) => {
        if (status === REALTIME_SUBSCRIBE_STATES.SUBSCRIBED) resolve()
        else if (status === REALTIME_SUBSCRIBE_STATES.CHANNEL_ERROR && !/Sign in/.test(error?.message ?? ''))
          reject(error ?? new Error(status))
      })
  })
  return seen
}

test('changes of an inbox arrive as changes of tables, to its members alone', async () => {
  const ana = await server.signUp()
  const { body: shop } = await ana.post('/api/shops', { name: 'Silva' })
  const [ours, theirs] = [clientOf(ana.token, '/compat/shop'), clientOf((await server.signUp()).token, '/compat/shop')]
  const conversations = await follow(ours, { event: '*', table: 'conversations', filter: `shop_id=eq.${shop.id}` })
  const foreign = await follow(theirs, { event: '*', table: 'conversations', filter: `shop_id=eq.${shop.id}` })
  const { body: visit } = await server.anyone.post(`/api/public/shops/${shop.id}/conversations`, {
    customerName: 'Omar',
    text: 'Hi',
  })
  await until('the conversation arrives', () => conversations.length > 0)
  const { id } = visit.conversation
  assert.deepEqual(
    [conversations[0]?.new.id, conversations[0]?.new.shop_id, conversations[0]?.table],
    [id, shop.id, 'conversations'],
  )
  const messages = await follow(
    ours,
    { event: 'INSERT', table: 'messages', filter: `conversation_id=eq.${id}` },
    'messages',
  )
  const others = await follow(
    ours,
    { event: 'INSERT', table: 'messages', filter: `conversation_id=eq.${shop.id}` },
    'others',
  )
  await ours.from('messages').insert({ conversation_id: id, sender: 'bot', text: 'Hello' })
  await until('the message arrives', () => messages.length > 0)
  assert.deepEqual([messages[0]?.eventType, messages[0]?.new.text, messages[0]?.new.sender], ['INSERT', 'Hello', 'bot'])
  assert.deepEqual([others, foreign], [[], []])
  await ours.removeAllChannels()
  await theirs.removeAllChannels()
})

test('a campaign reports its counters and status in the words of the dialer', async () => {
  const ana = await server.signUp()
  const db = clientOf(ana.token, '/compat/calling')
  const { data: campaign } = await db.from('campaigns').insert({ title: 'Spring' }).select().single()
  const seen = await follow(db, { event: 'UPDATE', table: 'campaigns', filter: `id=eq.${campaign.id}` })
  const progress = { campaign_id: campaign.id, status: 'active', total_calls: 3, answered_calls: 1, progress: 50 }
  server.app.services.live.publish(workspaceTopic(ana.workspaceId, 'campaigns:read'), 'campaign:progress', progress)
  await until('the change arrives', () => seen.length > 0)
  assert.deepEqual([seen[0]?.new.id, seen[0]?.new.status, seen[0]?.new.total_calls], [campaign.id, 'running', 3])
  await db.removeAllChannels()
})

test('what is not supported is refused in a sentence', async () => {
  const ana = await server.signUp()
  const db = clientOf(ana.token)
  await assert.rejects(follow(db, { event: '*', table: 'users' }, 'a'), /are not reported/)
  await assert.rejects(
    new Promise((resolve, reject) => {
      db.channel('room')
        .on('broadcast', { event: 'x' }, () => undefined)
        .subscribe((status, error) => {
          if (status === REALTIME_SUBSCRIBE_STATES.SUBSCRIBED) resolve(undefined)
          else reject(error ?? new Error(status))
        })
    }),
    /postgres_changes/,
  )
  await db.removeAllChannels()
})

test('a session that is ended ends its channels', async () => {
  const ana = await server.signUp()
  const { body: shop } = await ana.post('/api/shops', { name: 'Silva' })
  const ben = await server.addMember(ana, 'agent')
  const seen = await follow(clientOf(ana.token, '/compat/shop'), { event: '*', table: 'conversations' })
  const seenByBen = await follow(clientOf(ben.token, '/compat/shop'), { event: '*', table: 'conversations' })
  await ana.post('/api/auth/logout')
  await server.allDelivered()
  await server.anyone.post(`/api/public/shops/${shop.id}/conversations`, { customerName: 'Omar', text: 'Hi' })
  await until('the other member receives it', () => seenByBen.length > 0)
  assert.deepEqual(seen, [])
})

test('without a user there are no channels', async () => {
  const db = clientOf('anon-key')
  const reason = await new Promise<string>((resolve) => {
    db.channel('news')
      .on('postgres_changes', { event: '*', schema: 'public', table: 'messages' }, () => undefined)
      .subscribe((status, error) => resolve(error?.message ?? status))
  })
  assert.match(reason, /Sign in/)
  await db.removeAllChannels()
})
