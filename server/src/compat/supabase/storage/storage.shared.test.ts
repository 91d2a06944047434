import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClient } from '@supabase/supabase-js'
import { sharedTestServer } from '../../../../test/server.ts'
import { toneWav } from '../../../../test/tone.ts'

const server = await sharedTestServer()

const clientOf = (token: string, path = '') =>
  createClient(server.url + path, 'anon-key', {
    auth: { persistSession: false, autoRefreshToken: false },
    accessToken: () => Promise.resolve(token),
  })

const ana = await server.signUp()
const { storage, from } = { storage: clientOf(ana.token).storage, from: clientOf(ana.token) }
const eve = clientOf((await server.signUp()).token).storage
const anyone = clientOf('anon-key').storage

const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)
const picture = () => new Blob([new Uint8Array(png)], { type: 'image/png' })

test('a private object is for members, and by a signed address for 15 minutes for anyone', async () => {
  const receipts = storage.from('receipts')
  const { data, error } = await receipts.upload('2027/a b.png', picture(), { cacheControl: '3600', upsert: false })
  assert.equal(error, null)
  assert.deepEqual([data?.path, data?.fullPath], ['2027/a b.png', 'receipts/2027/a b.png'])
  const again = await receipts.upload('2027/a b.png', picture())
  assert.deepEqual([again.error?.message], ['The resource already exists'])
  assert.equal((await receipts.upload('2027/a b.png', picture(), { upsert: true })).error, null)
  assert.equal((await receipts.download('2027/a b.png')).data?.size, png.length)
  const { data: listed } = await receipts.list('2027')
  assert.deepEqual(
    listed?.map(({ name, metadata }) => [name, metadata?.size]),
    [['a b.png', png.length]],
  )
  for (const other of [eve, anyone]) {
    assert.ok((await other.from('receipts').download('2027/a b.png')).error)
    assert.ok((await other.from('receipts').createSignedUrl('2027/a b.png', 60)).error)
    assert.ok(((await other.from('receipts').list('2027')).data ?? []).length === 0)
    assert.ok(((await other.from('receipts').remove(['2027/a b.png'])).data ?? []).length === 0)
    assert.notEqual((await fetch(other.from('receipts').getPublicUrl('2027/a b.png').data.publicUrl)).status, 200)
  }
  const { data: signed } = await receipts.createSignedUrl('2027/a b.png', 3600)
  const opened = await fetch(signed?.signedUrl ?? '')
  assert.deepEqual([opened.status, opened.headers.get('content-type')], [200, 'image/png'])
  assert.equal((await fetch(`${signed?.signedUrl}x`)).status, 403)
  assert.equal((await receipts.move('2027/a b.png', '2027/b.png')).error, null)
  assert.equal((await receipts.exists('2027/b.png')).data, true)
  assert.equal((await receipts.remove(['2027/b.png'])).data?.length, 1)
  assert.ok((await receipts.download('2027/b.png')).error)
})

test('a public object is an image that anyone may see; its path belongs to who took it first', async () => {
  const path = `${ana.userId}/cup.png`
  assert.equal((await storage.from('products').upload(path, picture())).error, null)
  const { publicUrl } = storage.from('products').getPublicUrl(path).data
  const seen = await fetch(publicUrl)
  assert.deepEqual([seen.status, Buffer.from(await seen.arrayBuffer()).equals(png)], [200, true])
  assert.ok((await eve.from('products').upload(path, picture(), { upsert: true })).error)
  assert.ok((await storage.from('products').upload('page.html', new Blob(['<script>']))).error)
  await storage.from('products').remove([path])
  assert.equal((await fetch(publicUrl)).status, 404)
})

test('a sound that is uploaded is a greeting, with its row', async () => {
  const { data: buckets } = await storage.listBuckets()
  assert.ok(buckets?.some(({ name }) => name === 'voice-app-uploads'))
  assert.ok((await storage.createBucket('mine', { public: true })).error)
  const path = `${ana.userId}/hello.wav`
  const uploads = storage.from('voice-app-uploads')
  assert.equal((await uploads.upload(path, new Blob([new Uint8Array(toneWav(1))], { type: 'audio/wav' }))).error, null)
  const url = uploads.getPublicUrl(path).data.publicUrl
  const { data: row, error } = await from
    .from('greeting_files')
    .insert({ user_id: ana.userId, filename: 'hello.wav', url, file_type: 'audio/wav', file_size: 10 })
    .select()
    .single()
  assert.equal(error, null)
  assert.equal((await fetch(server.url + row.url)).status, 200)
  const { data: campaign } = await from
    .from('campaigns')
    .insert({ title: 'Spring', greeting_file_url: url })
    .select()
    .single()
  assert.equal(campaign.greeting_file_id, row.id)
  const { error: foreign } = await from
    .from('greeting_files')
    .insert({ filename: 'x', url: 'https://evil.example/x.wav' })
  assert.match(foreign?.message ?? '', /Upload/)
  assert.equal((await from.from('greeting_files').delete().eq('id', row.id).eq('user_id', ana.userId)).error, null)
  assert.ok((await uploads.download(path)).error)
})

test('odd paths and unknown buckets are refused', async () => {
  for (const path of ['../a.png', 'a//b.png', 'a\\b.png', `${'a'.repeat(600)}.png`])
    assert.ok((await storage.from('receipts').download(path)).error, path)
  assert.equal((await storage.from('nowhere').upload('a.png', picture())).error?.message, 'Bucket not found')
  const odd = await ana.get('/storage/v1/object/receipts/%zz')
  assert.ok(odd.status === 400 || odd.status === 404)
  assert.equal((await ana.get('/rest/v1/%zz')).body.code !== undefined, true)
})
