import assert from 'node:assert/strict'
import { once } from 'node:events'
import { rm, stat, writeFile } from 'node:fs/promises'
import { createConnection, type Socket } from 'node:net'
import { dirname } from 'node:path'
import { test, type TestContext } from 'node:test'
import fc from 'fast-check'
import { systemClock } from '../clock.ts'
import { until } from '../conformance/until.ts'
import type { LegEvent } from '../gateway.ts'
import { createSimMediaEngine } from '../sim/media-engine.ts'
import { createSimNetwork } from '../sim/network.ts'
import { createAudioAddress } from './address.ts'
import { encodeFrame, kinds, protocolVersion } from './frames.ts'
import { createAudioHub } from './hub.ts'
import { connectAudioListener } from './listener.ts'
import { openAudioSocket } from './socket-server.ts'
import type { AudioChannel, Flushed } from './types.ts'

/** A hub at a socket, with one leg whose party is silent. */
async function open(t: TestContext) {
  const hub = createAudioHub(systemClock)
  const media = createSimMediaEngine(
    { clock: systemClock, durationMs: () => 0, mediaTimeoutMs: 1_000, ports: 10 },
    createSimNetwork(),
  )
  const address = await createAudioAddress()
  const server = await openAudioSocket(address, hub, media.everyFrame)
  const session = await media.createSession({})
  const events: LegEvent[] = []
  hub.open({ id: 'leg', session, emit: (event) => events.push(event) }, {})
  t.after(async () => {
    session.close()
    await server.close()
    await rm(dirname(address.path), { recursive: true, force: true })
  })
  const states = () => events.flatMap((event) => (event.t === 'audio' ? event.state : []))
  /** Sends these bytes and waits until it is disconnected; with `ends` it ends the connection itself after sending. */
  async function say(bytes: Uint8Array[], { ends = false } = {}): Promise<void> {
    const socket = await connect(address.path)
    // Writing after the other side has closed may be an error here.
    socket.on('error', () => {})
    socket.resume()
    for (const part of bytes) socket.write(part)
    if (ends) socket.end()
    await new Promise((resolve) => socket.once('close', resolve))
  }
  return { address, hub, server, session, states, say }
}

async function connect(path: string): Promise<Socket> {
  const socket = createConnection(path)
  await once(socket, 'connect')
  return socket
}

const hello = (token: string, version = protocolVersion) => encodeFrame(kinds.hello, 0, version, Buffer.from(token))
const takeNothing = () => ({ onAudio() {} })

test('the folder and the socket are private to this user', async (t) => {
  const { address } = await open(t)
  assert.equal((await stat(dirname(address.path))).mode & 0o777, 0o700)
  assert.equal((await stat(address.path)).mode & 0o777, 0o600)
  assert.equal((await stat(address.path)).uid, process.getuid!())
})

test('a wrong token, another version, another frame or nothing at all: disconnected, and the leg waits', async (t) => {
  const { address, states, say } = await open(t)
  await assert.rejects(
    connectAudioListener({ ...address, token: 'f'.repeat(64) }, takeNothing),
    /did not take this listener/,
  )
  await say([hello('')])
  await say([hello(address.token, protocolVersion + 1)])
  await say([encodeFrame(kinds.flush, 1, 1)])
  await say([])
  assert.deepEqual(states(), ['waiting'])
})

test('a listener that sends invalid bytes is disconnected; the next one takes over the leg', async (t) => {
  const { address, states, say } = await open(t)
  await fc.assert(
    fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 2_000 }), { maxLength: 4 }), async (nonsense) => {
      await say([hello(address.token), ...nonsense], { ends: true })
      const listener = await connectAudioListener(address, takeNothing)
      await listener.close()
    }),
    { numRuns: 60 },
  )
  assert.equal(states().at(-1), 'waiting')
})

test('meaningless frames of a listener are ignored or disconnect it, and harm no call', async (t) => {
  const { address, say, session } = await open(t)
  const frame = fc
    .record({
      kind: fc.constantFrom(...Object.values(kinds)),
      channel: fc.integer({ min: 0, max: 3 }),
      count: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
      payload: fc.uint8Array({ maxLength: 700 }),
    })
    .map(({ kind, channel, count, payload }) => encodeFrame(kind, channel, count, payload))
  await fc.assert(
    fc.asyncProperty(fc.array(frame, { maxLength: 30 }), async (frames) => {
      await say([hello(address.token), ...frames, encodeFrame(99, 0, 0)])
    }),
    { numRuns: 60 },
  )
  assert.equal(session.codec, 'PCMU')
})

test('too many pending marks disconnect the listener', async (t) => {
  const { address, say } = await open(t)
  const speech = encodeFrame(kinds.speech, 1, 0, new Uint8Array(16_000))
  await say([hello(address.token), speech, ...Array.from({ length: 1_001 }, (_, i) => encodeFrame(kinds.mark, 1, i))])
})

test('a listener that sends faster than it may is slowed down and loses nothing', async (t) => {
  const { address } = await open(t)
  let channel: AudioChannel | null = null
  const listener = await connectAudioListener(address, (opened) => {
    channel = opened
    return takeNothing()
  })
  await until('the channel', () => channel !== null)
  // 500 s of speech, more than ten times what may be read during this test.
  for (let i = 0; i < 100; i++) {
    await channel!.send(new Int16Array(8_000 * 5))
    channel!.mark(String(i))
    const flushed: Flushed = await channel!.flush()
    assert.deepEqual(flushed.pending, [String(i)])
  }
  await listener.close()
})

test('a stale socket of a killed process is replaced', async (t) => {
  const { address, hub, server } = await open(t)
  await server.close()
  const again = await createAudioAddress()
  await writeFile(again.path, '')
  const next = await openAudioSocket({ ...again, token: address.token }, hub, () => () => {})
  await (await connectAudioListener({ ...again, token: address.token }, takeNothing)).close()
  await next.close()
  await assert.rejects(stat(dirname(again.path)), /ENOENT/)
})
