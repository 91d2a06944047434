/** Whole sessions over loopback UDP. Waiting is always for an event, never for a time. */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { TestContext } from 'node:test'
import assert from 'node:assert/strict'

import { type Clock, systemClock } from '../clock.ts'
import { createMediaEngine } from './engine.ts'
import { decodingTable, encode } from './audio/g711.ts'
import { NoPorts } from './rtp/ports.ts'
import { emptyPacket, parseRtp, sequenceDelta, timestampDelta, writeRtpHeader } from './rtp/rtp.ts'
import type { RtpPacket } from './rtp/rtp.ts'
import type { Codec, MediaEngineOptions, MediaHandlers, MediaSession } from './types.ts'
import { wavHeader } from './audio/wav.ts'

const host = '127.0.0.1'
let folder = ''
before(async () => (folder = await mkdtemp(join(tmpdir(), 'media-'))))
after(() => rm(folder, { recursive: true }))

/** A clock that does not advance while this process is stalled: frames skipped after a stall are not tested here. */
function createPatientClock(): Clock {
  let seenAt = systemClock.monotonic()
  let now = 0
  return {
    ...systemClock,
    monotonic() {
      const at = systemClock.monotonic()
      now += Math.min(at - seenAt, 50)
      seenAt = at
      return now
    },
  }
}

function engineFor(t: TestContext, options: Partial<MediaEngineOptions> = {}) {
  const engine = createMediaEngine({
    host,
    portRange: { from: 21_000, to: 21_199 },
    clock: createPatientClock(),
    ...options,
  })
  t.after(() => engine.close())
  return engine
}

type Heard = RtpPacket & { payload: Buffer }

/** A telephone whose every packet is recorded. */
async function telephone(t: TestContext, payloadType = 0) {
  const socket = createSocket('udp4')
  socket.bind(0, host)
  await once(socket, 'listening')
  t.after(() => socket.close())
  const heard: Heard[] = []
  let waiting: (() => void) | null = null
  socket.on('message', (datagram) => {
    const packet = emptyPacket()
    assert.ok(parseRtp(datagram, packet))
    heard.push({
      ...packet,
      payload: Buffer.from(datagram.subarray(packet.payloadStart, packet.payloadEnd)),
    })
    waiting?.()
  })
  const { port } = socket.address()
  let sequence = 65_530
  let timestamp = 4_294_967_000
  return {
    port,
    heard,
    sdp: (lines = '') =>
      `v=0\r\no=- 1 1 IN IP4 ${host}\r\ns=-\r\nc=IN IP4 ${host}\r\nt=0 0\r\nm=audio ${port} RTP/AVP ${payloadType} 97\r\na=rtpmap:97 telephone-event/8000\r\n${lines}`,
    /** Resolves when `enough` returns true, checked after every packet. */
    async until(enough: (heard: Heard[]) => boolean) {
      while (!enough(heard)) {
        const { promise, resolve } = Promise.withResolvers<void>()
        waiting = resolve
        await promise
      }
    },
    say(to: number, payload: Buffer, type = payloadType, at?: number) {
      const datagram = Buffer.alloc(12 + payload.length)
      writeRtpHeader(datagram, type, false, sequence, at ?? timestamp, 77)
      payload.copy(datagram, 12)
      socket.send(datagram, to, host)
      sequence = (sequence + 1) & 0xffff
      if (at === undefined) timestamp = (timestamp + 160) >>> 0
    },
  }
}

async function call(
  t: TestContext,
  engine: ReturnType<typeof engineFor>,
  handlers: MediaHandlers = {},
  payloadType = 0,
) {
  const phone = await telephone(t, payloadType)
  const session = await engine.createSession(handlers)
  session.offer()
  session.applyAnswer(phone.sdp())
  session.start()
  return { phone, session }
}

/** Noise in codes that transcode both ways without change (without the negative zero of µ-law). */
const noise = (bytes: number) => Buffer.from(Array.from({ length: bytes }, () => 128 + Math.floor(Math.random() * 100)))

async function wavOf(name: string, codes: Buffer): Promise<{ path: string }> {
  const samples = Int16Array.from(codes, (code) => decodingTable('PCMU')[code]!)
  const path = join(folder, name)
  // A chunk of odd length before the data, as some editors write.
  const extra = Buffer.concat([Buffer.from('LIST'), Buffer.from([3, 0, 0, 0]), Buffer.from('abc\0')])
  const header = wavHeader(1, samples.length)
  await writeFile(
    path,
    Buffer.concat([header.subarray(0, 36), extra, header.subarray(36), Buffer.from(samples.buffer)]),
  )
  return { path }
}

/** All received audio of one stream, ordered by timestamp. */
const joined = (heard: Heard[]) => Buffer.concat(heard.map(({ payload }) => payload))

function isContinuous(heard: Heard[]): boolean {
  return heard.every((each, i) => {
    const last = heard[i - 1]
    return (
      !last ||
      (each.ssrc === last.ssrc &&
        sequenceDelta(each.sequence, last.sequence) === 1 &&
        timestampDelta(each.timestamp, last.timestamp) > 0)
    )
  })
}

test('silence is sent at once; a file is played bit for bit, and its length is reported', async (t) => {
  const states: string[] = []
  const { promise: finished, resolve } = Promise.withResolvers<void>()
  const { phone, session } = await call(t, engineFor(t), {
    onPlayback(_, state, playedMs) {
      states.push(`${state} ${playedMs}`)
      if (state === 'finished') resolve()
    },
  })
  await phone.until((heard) => heard.length >= 2)
  assert.ok(phone.heard[0]!.marker)
  assert.ok(phone.heard[0]!.payload.every((code) => code === 0xff))
  const audio = noise(160 * 12 + 80)
  session.play(await wavOf('greeting.wav', audio))
  await finished
  const sent = phone.heard.length
  await phone.until((heard) => heard.length > sent + 1)
  assert.ok(joined(phone.heard).includes(audio))
  assert.ok(isContinuous(phone.heard))
  assert.deepEqual(states, ['started 0', 'finished 250'])
})

test('stop returns how much was sent; a loop repeats without a gap', async (t) => {
  const { phone, session } = await call(t, engineFor(t))
  const audio = noise(200)
  const playback = session.play(await wavOf('loop.wav', audio), { loop: true })
  await phone.until((heard) => joined(heard).includes(Buffer.concat([audio, audio, audio])))
  const playedMs = await playback.stop()
  const frames = phone.heard.filter(({ payload }) => payload.some((code) => code !== 0xff)).length
  assert.ok(playedMs >= frames * 20 && playedMs <= frames * 20 + 40, `${playedMs} ms, ${frames} frames seen`)
  assert.equal(await playback.stop(), playedMs)
})

test('a file that cannot be played is reported, and the call goes on', async (t) => {
  const { promise: error, resolve } = Promise.withResolvers<Error>()
  const states: string[] = []
  const { phone, session } = await call(t, engineFor(t), {
    onError: resolve,
    onPlayback: (_, state) => states.push(state),
  })
  const path = join(folder, 'stereo.wav')
  await writeFile(path, wavHeader(2, 0))
  session.play({ path })
  assert.match((await error).message, /stereo\.wav: The file has 2 channels\. .*8 kHz, mono, 16-bit/)
  const sent = phone.heard.length
  await phone.until((heard) => heard.length > sent)
  assert.deepEqual(states, ['stopped'])
})

test('keys are sent with their payload type and received with ours', async (t) => {
  const keys: string[] = []
  const { promise: both, resolve } = Promise.withResolvers<void>()
  const { phone, session } = await call(t, engineFor(t), {
    onDtmf(key) {
      if (keys.push(key) === 2) resolve()
    },
  })
  assert.equal(session.dtmf, 'rfc4733')
  for (let i = 0; i < 3; i++) phone.say(session.port, Buffer.from([1, 10, 0, 160]), 97, 1000)
  for (let i = 0; i < 3; i++) phone.say(session.port, Buffer.from([11, 0x8a, 0, 160]), 101, 5000)
  await both
  assert.deepEqual(keys, ['1', '#'])

  await session.sendDtmf('42')
  const events = phone.heard.filter(({ payloadType }) => payloadType === 97)
  assert.deepEqual(
    [...new Set(events.map(({ timestamp, payload }) => `${payload[0]} ${timestamp - events[0]!.timestamp}`))],
    ['4 0', '2 1280'],
  )
  await assert.rejects(session.sendDtmf('x'), /"X" is not a DTMF key/)
})

test('a bridge carries audio bit for bit, keys too, and records both sides', async (t) => {
  const engine = engineFor(t)
  const a = await call(t, engine)
  const b = await call(t, engine)
  await a.phone.until((heard) => heard.length > 0)
  await b.phone.until((heard) => heard.length > 0)
  const path = join(folder, 'both.wav')
  const recording = await a.session.record(path)
  a.session.bridge(b.session)
  const [fromA, fromB] = [noise(160 * 10), noise(160 * 10)]
  for (let at = 0; at < fromA.length; at += 160) {
    a.phone.say(a.session.port, fromA.subarray(at, at + 160))
    b.phone.say(b.session.port, fromB.subarray(at, at + 160))
  }
  a.phone.say(a.session.port, Buffer.from([9, 10, 0, 160]), 97, 123)
  await b.phone.until((heard) => joined(heard).includes(fromA) && heard.some(({ payloadType }) => payloadType === 97))
  await a.phone.until((heard) => joined(heard).includes(fromB))
  const relayed = b.phone.heard.length
  a.session.unbridge()
  await b.phone.until((heard) => heard.length > relayed + 2)
  assert.ok(b.phone.heard.every(({ ssrc }) => ssrc === b.phone.heard[0]!.ssrc))
  assert.ok(b.phone.heard.every((each, i, all) => i === 0 || sequenceDelta(each.sequence, all[i - 1]!.sequence) === 1))

  await recording.stop()
  const wav = await readFile(path)
  assert.equal(wav.readUInt32LE(40), wav.length - 44)
  const samples = new Int16Array(wav.buffer.slice(wav.byteOffset + 44, wav.byteOffset + wav.length))
  const side = (channel: number) => Buffer.from(samples.filter((_, i) => i % 2 === channel).buffer)
  const linear = (codes: Buffer) => Buffer.from(Int16Array.from(codes, (code) => decodingTable('PCMU')[code]!).buffer)
  assert.ok(side(0).includes(linear(fromA)), 'left is the other party')
  assert.ok(side(1).includes(linear(fromB)), 'right is what we send')
})

test('a bridge between the two laws transcodes', async (t) => {
  const engine = engineFor(t)
  const a = await call(t, engine, {}, 0)
  const b = await call(t, engine, {}, 8)
  await b.phone.until((heard) => heard.length > 0)
  a.session.bridge(b.session)
  const samples = Int16Array.from({ length: 1600 }, (_, i) => 8000 * Math.sin(i / 3))
  const inLaw = (codec: Codec, from: Int16Array) => {
    const codes = Buffer.alloc(from.length)
    encode(codec, from, codes)
    return codes
  }
  const said = inLaw('PCMU', samples)
  for (let at = 0; at < 1600; at += 160) a.phone.say(a.session.port, said.subarray(at, at + 160))
  const expected = inLaw(
    'PCMA',
    Int16Array.from(said, (code) => decodingTable('PCMU')[code]!),
  )
  await b.phone.until((heard) => joined(heard).includes(expected))
  assert.ok(b.phone.heard.every(({ payloadType }) => payloadType === 8))
})

test('on hold nothing is sent and no timeout runs; afterwards the stream continues', async (t) => {
  const engine = engineFor(t)
  const { phone, session } = await call(t, engine)
  const other = await call(t, engine)
  await phone.until((heard) => heard.length > 1)
  assert.match(session.answerOffer(phone.sdp('a=sendonly\r\n')), /^a=recvonly\r$/m)
  const { packetsSent } = session.stats()
  const count = other.phone.heard.length
  await other.phone.until((heard) => heard.length > count + 5)
  assert.equal(session.stats().packetsSent, packetsSent)
  session.answerOffer(phone.sdp('a=sendrecv\r\n'))
  await phone.until((heard) => heard.length > packetsSent)
  const [last, resumed] = [phone.heard[packetsSent - 1]!, phone.heard[packetsSent]!]
  assert.ok(resumed.marker)
  assert.equal(sequenceDelta(resumed.sequence, last.sequence), 1)
  assert.ok(timestampDelta(resumed.timestamp, last.timestamp) > 5 * 160)
})

test('silence of the other side is reported once', async (t) => {
  const { promise, resolve } = Promise.withResolvers<void>()
  let times = 0
  const handlers = {
    onTimeout() {
      times++
      resolve()
    },
  }
  const { phone, session } = await call(t, engineFor(t, { mediaTimeoutMs: 100 }), handlers)
  await promise
  const sent = phone.heard.length
  await phone.until((heard) => heard.length > sent + 55)
  assert.equal(times, 1)
  assert.equal(session.stats().packetsReceived, 0)
})

test('the description changes its version only when its content changes', async (t) => {
  const phone = await telephone(t)
  const session = await engineFor(t, { advertisedHost: '203.0.113.1' }).createSession({})
  const first = session.answerOffer(phone.sdp())
  assert.equal(session.answerOffer(phone.sdp()), first)
  assert.match(first, /^c=IN IP4 203\.0\.113\.1\r$/m)
  assert.match(session.answerOffer(phone.sdp('a=inactive\r\n')), /^o=- \d+ 2 IN/m)
})

test('ports in use are skipped, the range can run out, and all ports are returned', async (t) => {
  const taken = createSocket('udp4')
  taken.bind(21_303, host)
  await once(taken, 'listening')
  t.after(() => taken.close())
  const engine = engineFor(t, { portRange: { from: 21_299, to: 21_309 } })
  assert.equal(engine.freePorts(), 5)
  const sessions: MediaSession[] = []
  for (let i = 0; i < 4; i++) sessions.push(await engine.createSession({}))
  assert.deepEqual(
    sessions.map(({ port }) => port).toSorted((x, y) => x - y),
    [21_300, 21_304, 21_306, 21_308],
  )
  await assert.rejects(engine.createSession({}), NoPorts)
  for (const session of [...sessions, ...sessions]) session.close()
  await engine.close()
  assert.equal(engine.freePorts(), 5)
})

test('every method of an ended session does nothing', async (t) => {
  const { session } = await call(t, engineFor(t))
  session.close()
  session.start()
  session.unbridge()
  assert.equal(await session.play({ path: 'none.wav' }).stop(), 0)
  assert.equal(await session.playSignal({ tone: 'ringback' }).stop(), 0)
  await session.sendDtmf('1')
  assert.deepEqual(await (await session.record('none.wav')).stop(), { durationMs: 0 })
})
