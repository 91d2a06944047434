import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { test } from 'node:test'
import { sharedTestServer } from '../../../test/server.ts'
import { toneWav } from '../../../test/tone.ts'

const server = await sharedTestServer()
const ana = await server.signUp()

const form = (content: Uint8Array, filename: string, more: Record<string, string> = {}) => {
  const data = new FormData()
  for (const [name, value] of Object.entries(more)) data.set(name, value)
  data.set('file', new File([new Uint8Array(content)], filename))
  return data
}
const upload = (content: Uint8Array, filename: string) =>
  ana.post('/api/greeting-files', form(content, filename, { userId: ana.userId }))
const stored = () => server.app.services.storage

test('a greeting is uploaded with its duration, listed, downloaded in full and in part, and deleted', async () => {
  const wav = toneWav(3)
  const { status, body: greeting } = await upload(wav, 'Grüße.wav')
  assert.equal(status, 201)
  assert.equal(greeting.filename, 'Grüße.wav')
  assert.equal(greeting.duration_seconds, 3)
  assert.deepEqual((await ana.get(`/api/greeting-files?userId=${ana.userId}`)).body, [greeting])

  const whole = await fetch(server.url + greeting.url, { headers: { authorization: `Bearer ${ana.token}` } })
  assert.equal(whole.headers.get('content-type'), 'audio/wav')
  assert.equal(whole.headers.get('x-content-type-options'), 'nosniff')
  assert.deepEqual(Buffer.from(await whole.arrayBuffer()), wav)
  const part = await fetch(server.url + greeting.url, {
    headers: { authorization: `Bearer ${ana.token}`, range: 'bytes=44-143' },
  })
  assert.equal(part.status, 206)
  assert.deepEqual(Buffer.from(await part.arrayBuffer()), wav.subarray(44, 144))
  const beyond = await fetch(server.url + greeting.url, {
    headers: { authorization: `Bearer ${ana.token}`, range: `bytes=${wav.length}-` },
  })
  assert.deepEqual([beyond.status, beyond.headers.get('content-range')], [416, `bytes */${wav.length}`])
  assert.equal((await server.anyone.get(greeting.url)).status, 401)

  assert.deepEqual((await ana.delete(`/api/greeting-files/${greeting.id}`)).body, { success: true })
  assert.equal((await ana.get(greeting.url)).status, 404)
})

test('an upload interrupted by a crash and retried with its key is stored once', async () => {
  const send = () => {
    const form = new FormData()
    form.set('file', new File([new Uint8Array(toneWav(1))], 'once.wav'))
    return ana.post('/api/greeting-files', form, { 'idempotency-key': 'greeting once' })
  }
  const first = await send()
  assert.equal(first.status, 201, first.text)
  // The state after a crash: a key without a response and without a lock.
  await server.app.services.connections.pool.query(
    `update platform.idempotency_keys set status = null, answer = null, locked_until = now() - interval '1 second'
      where key = 'greeting once'`,
  )
  const again = await send()
  assert.deepEqual([again.status, again.body], [201, first.body])
  const { body: all } = await ana.get('/api/greeting-files')
  assert.equal(all.filter(({ filename }: { filename: string }) => filename === 'once.wav').length, 1)
  await ana.delete(`/api/greeting-files/${first.body.id}`)
})

test('the type is determined by the content, not the name', async () => {
  const mp3 = await readFile(new URL('./audio/fixtures/tone.mp3', import.meta.url)).catch(() => null)
  if (mp3) assert.equal((await upload(mp3, 'really.wav')).status, 201)
  const page = await upload(Buffer.from('<html><script>alert(1)</script>'), 'greeting.wav')
  assert.equal(page.status, 415)
  assert.match(page.body.error, /WAV, MP3/)
  assert.equal(page.body.details[0].path, 'body.file')
})

for (const [kind, extension] of [
  ['webm', 'webm'],
  ['mp4', 'm4a'],
] as const) {
  test(`a recording that Chromium made as ${kind} is a greeting, and gets a name`, async () => {
    const recorded = await readFile(new URL(`./audio/fixtures/recorded.${kind}`, import.meta.url))
    const form = new FormData()
    form.append('file', new Blob([new Uint8Array(recorded)], { type: `audio/${kind}` }))
    form.append('userId', ana.userId)
    const { status, body } = await ana.post('/api/greeting-files', form)
    assert.equal(status, 201, body.error)
    assert.equal(body.filename, `recording.${extension}`)
    assert.equal(body.duration_seconds, 1)
    const download = await fetch(server.url + body.url, { headers: { authorization: `Bearer ${ana.token}` } })
    assert.equal(download.headers.get('content-type'), `audio/${kind}`)
    assert.deepEqual(Buffer.from(await download.arrayBuffer()), recorded)
    await ana.delete(`/api/greeting-files/${body.id}`)
  })
}

test('a damaged file is refused with the reason, and nothing is stored', async () => {
  const before = await ana.get('/api/greeting-files')
  const empty = await upload(toneWav(1).subarray(0, 44), 'empty.wav')
  assert.equal(empty.status, 400)
  assert.ok(empty.body.error.length > 20)
  const none = await ana.post('/api/greeting-files', new FormData())
  assert.equal(none.status, 400)
  assert.equal((await ana.post('/api/greeting-files', '{}', { 'content-type': 'application/json' })).status, 415)
  assert.deepEqual((await ana.get('/api/greeting-files')).body, before.body)
})

test('one byte over 50 MB is too large', async () => {
  const tooMuch = Buffer.alloc(50 * 1024 * 1024 + 1)
  toneWav(1).copy(tooMuch)
  const { status, body } = await upload(tooMuch, 'long.wav')
  assert.equal(status, 413, body?.error)
  assert.equal(body.code, 'too_large')
})

test('an aborted upload leaves nothing behind', async () => {
  const { port } = new URL(server.url)
  const socket = connect(Number(port), '127.0.0.1')
  socket.write(
    `POST /api/greeting-files HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${ana.token}\r\n` +
      'content-type: multipart/form-data; boundary=b\r\ncontent-length: 100000\r\n\r\n' +
      '--b\r\ncontent-disposition: form-data; name="file"; filename="a.wav"\r\n\r\nRIFF',
  )
  await new Promise((resolve) => setImmediate(resolve))
  socket.destroy()
  assert.equal((await ana.get('/api/greeting-files')).status, 200)
})

test('a signed URL works without a login until it expires, and only unchanged', async () => {
  const { body: greeting } = await upload(toneWav(1), 'hello.wav')
  const fileId = greeting.url.split('/')[3]
  const { body: signed } = await ana.post(`/api/files/${fileId}/signed-url`)
  assert.equal((await server.anyone.get(signed.url)).status, 200)
  const [, , , token] = signed.url.split('/')
  for (const position of [0, 40, token.length - 1]) {
    const changed = token.slice(0, position) + (token[position] === 'a' ? 'b' : 'a') + token.slice(position + 1)
    assert.equal((await server.anyone.get(signed.url.replace(token, changed))).status, 403)
  }
  for (const longer of [
    `${signed.url}.exe`,
    signed.url.replace(token, `${token}.x`),
    signed.url.replace('hello', 'other'),
  ]) {
    assert.equal((await server.anyone.get(longer)).status, 403, longer)
  }
  const late = Date.parse(signed.expires_at) - Date.now()
  assert.ok(late <= 15 * 60_000 && late > 14 * 60_000)
})

test('keys outside the folder are refused', async () => {
  await assert.rejects(stored().read('../keys/encryption'))
  await assert.rejects(stored().localPath('a/../../b'))
})
