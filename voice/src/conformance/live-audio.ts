import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answers } from '../callee.ts'
import type { AudioChannel, AudioEnd } from '../live-audio/types.ts'
import { samplesPerMs } from '../live-audio/types.ts'
import { on, type MakeHarness, type Fixture, type WatchedLeg } from './harness.ts'

/** A listener that writes down what it hears. */
interface Notebook {
  channels: AudioChannel[]
  /** Loud samples heard, on all channels. */
  loud: number
  /** Samples heard, and whether each began where the one before ended. */
  heard: number
  isWhole: boolean
  marks: { name: string; playedMs: number }[]
  underruns: number
  ends: AudioEnd[]
  /** The connection is over. */
  isOver: boolean
  close(): Promise<void>
}

async function listen({ gateway }: Fixture): Promise<Notebook> {
  const notebook: Notebook = {
    channels: [],
    loud: 0,
    heard: 0,
    isWhole: true,
    marks: [],
    underruns: 0,
    ends: [],
    isOver: false,
    close: () => listener.close(),
  }
  const listener = await gateway.listen((channel) => {
    notebook.channels.push(channel)
    let next: number | null = null
    return {
      onAudio(samples, position) {
        notebook.isWhole &&= next === null || position === next
        next = position + samples.length
        notebook.heard += samples.length
        notebook.loud += samples.filter((sample) => Math.abs(sample) > 2_000).length
      },
      onMark: (name, playedMs) => notebook.marks.push({ name, playedMs }),
      onUnderrun: (count) => (notebook.underruns = count),
      onClosed: (reason) => notebook.ends.push(reason),
    }
  })
  void listener.closed.then(() => (notebook.isOver = true))
  return notebook
}

/** A call that is answered and whose audio is open to a listener. */
async function talking(fixture: Fixture, to = '100') {
  const notebook = await listen(fixture)
  const call = await fixture.dial(to)
  await call.event('answered')
  const audio = await call.leg.openAudio()
  await fixture.until('the channel', () => notebook.channels.length === 1)
  return { notebook, call, audio, channel: notebook.channels[0]! }
}

/** Speech of one loudness. */
const speech = (ms: number) => new Int16Array(ms * samplesPerMs).fill(8_000)
const statesOf = (call: WatchedLeg) => call.events.flatMap((event) => (event.t === 'audio' ? event.state : []))

export function describeLiveAudio(make: MakeHarness): void {
  const callees = { '100': answers(0, { echoes: true }), '200': answers(0) }

  test('what is sent is said, and what they say arrives whole', () =>
    on(make, { callees }, async (fixture) => {
      const { notebook, call, channel } = await talking(fixture)
      assert.equal(channel.legId, call.leg.id)
      await channel.send(speech(400))
      channel.mark('said')
      await fixture.until('the echo', () => notebook.loud === 400 * samplesPerMs)
      assert.deepEqual(notebook.marks, [{ name: 'said', playedMs: 400 }])
      assert.equal(notebook.underruns, 0)
      assert.ok(notebook.isWhole)
      assert.deepEqual(statesOf(call), ['listening'])
    }))

  test('marks are reached in order, as they are played', () =>
    on(make, { callees }, async (fixture) => {
      const { notebook, channel } = await talking(fixture)
      for (const name of ['one', 'two', 'three']) {
        await channel.send(speech(100))
        channel.mark(name)
      }
      await fixture.until('three marks', () => notebook.marks.length === 3)
      assert.deepEqual(
        notebook.marks.map(({ name }) => name),
        ['one', 'two', 'three'],
      )
      assert.equal(notebook.marks[2]!.playedMs, 300)
    }))

  test('a flush stops speech and reports how much of it was played', () =>
    on(make, { callees }, async (fixture) => {
      const { notebook, channel } = await talking(fixture)
      await channel.send(speech(100))
      channel.mark('first')
      await channel.send(speech(20_000))
      channel.mark('second')
      await fixture.until('the first mark and the echo', () => notebook.marks.length === 1 && notebook.loud > 2_000)
      const { playedMs, sinceMarkMs, pending } = await channel.flush()
      assert.ok(playedMs >= 250 && playedMs < 20_000, `${playedMs} ms`)
      assert.equal(sinceMarkMs, playedMs - notebook.marks[0]!.playedMs)
      assert.deepEqual(pending, ['second'])
      await fixture.until('the echo of all that was played', () => notebook.loud === playedMs * samplesPerMs)
      await fixture.pass(200)
      assert.equal(notebook.loud, playedMs * samplesPerMs)
      await channel.send(speech(100))
      channel.mark('third')
      await fixture.until('the third mark', () => notebook.marks.length === 2)
      assert.deepEqual(notebook.marks[1], { name: 'third', playedMs: playedMs + 100 })
    }))

  test('more speech than may wait is taken as there is room', () =>
    on(make, { callees }, async (fixture) => {
      const notebook = await listen(fixture)
      const call = await fixture.dial('100')
      await call.event('answered')
      await call.leg.openAudio({ queueMs: 400 })
      await fixture.until('the channel', () => notebook.channels.length === 1)
      const [channel] = notebook.channels
      let hasRoom = false
      const sent = channel!.send(speech(1_000)).then(() => (hasRoom = true))
      channel!.mark('end')
      await fixture.pass(40)
      assert.equal(hasRoom, false)
      await fixture.until('the end', () => notebook.marks.length === 1)
      await sent
      assert.deepEqual(notebook.marks, [{ name: 'end', playedMs: 1_000 }])
    }))

  test('speech that comes too late is an underrun; a mark at its end says that it is all', () =>
    on(make, { callees }, async (fixture) => {
      const { notebook, channel } = await talking(fixture)
      await channel.send(speech(60))
      channel.mark('all')
      await fixture.until('the mark', () => notebook.marks.length === 1)
      await fixture.pass(100)
      assert.equal(notebook.underruns, 0)
      await channel.send(speech(60))
      await fixture.until('the underrun', () => notebook.underruns === 1)
    }))

  test('a file goes first, and speech waits for it', () =>
    on(make, { callees }, async (fixture) => {
      const { notebook, call, channel } = await talking(fixture)
      const playback = call.leg.play(fixture.audio(300))
      await call.event('playback', ({ state }) => state === 'started')
      await channel.send(speech(100))
      channel.mark('after')
      await call.event('playback', ({ id, state }) => id === playback.id && state === 'finished')
      await fixture.until('the speech', () => notebook.marks.length === 1)
      assert.deepEqual(notebook.marks, [{ name: 'after', playedMs: 100 }])
    }))

  test('without a listener a leg waits; the one that comes takes it, and a later one takes it over', () =>
    on(make, { callees }, async (fixture) => {
      const call = await fixture.dial('100')
      await call.event('answered')
      await call.leg.openAudio()
      await call.event('audio')
      const first = await listen(fixture)
      await fixture.until('the channel', () => first.channels.length === 1)
      const second = await listen(fixture)
      await fixture.until('the channel', () => second.channels.length === 1)
      await fixture.until('the end of the first', () => first.isOver)
      assert.deepEqual(first.ends, ['disconnected'])
      await fixture.until('four events', () => statesOf(call).length === 4)
      assert.deepEqual(statesOf(call), ['waiting', 'listening', 'waiting', 'listening'])
      await first.channels[0]!.send(speech(100))
      await second.channels[0]!.send(speech(200))
      await fixture.until('the echo', () => second.loud === 200 * samplesPerMs)
      await second.close()
      await fixture.until('that it waits again', () => statesOf(call).at(-1) === 'waiting')
    }))

  test('it ends with the call, before it, and when it is closed', () =>
    on(make, { callees }, async (fixture) => {
      const { notebook, call, audio, channel } = await talking(fixture)
      await audio.close()
      await fixture.until('the end', () => notebook.ends.length === 1)
      await channel.send(speech(100))
      assert.equal((await channel.flush()).playedMs, 0)
      await call.leg.openAudio()
      await fixture.until('a new channel', () => notebook.channels.length === 2)
      await audio.close()
      await call.leg.hangup()
      await call.event('ended')
      await fixture.until('its end', () => notebook.ends.length === 2)
      assert.deepEqual(notebook.ends, ['closed', 'ended'])
      assert.deepEqual(statesOf(call), ['listening', 'closed', 'listening', 'closed'])
      assert.equal(call.events.at(-1)!.t, 'ended')
    }))

  test('a bridge ends it: the party talks to another one', () =>
    on(make, { callees }, async (fixture) => {
      const { notebook, call } = await talking(fixture)
      void call.leg.transfer({ to: '200', mode: 'bridge', ringTimeoutMs: 5_000 })
      await call.event('transfer', ({ state }) => state === 'answered')
      await fixture.until('the end', () => notebook.ends.length === 1)
      assert.deepEqual(notebook.ends, ['transferred'])
      await assert.rejects(call.leg.openAudio(), /is bridged/)
    }))

  test('keys arrive while speech is playing', () =>
    on(
      make,
      { callees: { '100': answers(0, { echoes: true, keys: [{ key: '5', afterMs: 300 }] }) } },
      async (fixture) => {
        const { call, channel } = await talking(fixture)
        await channel.send(speech(1_000))
        assert.equal((await call.event('dtmf')).key, '5')
      },
    ))

  test('what cannot be opened says why', () =>
    on(make, { callees }, async (fixture) => {
      const ringing = await fixture.dial('999')
      await assert.rejects(ringing.leg.openAudio(), /not been answered/)
      await fixture.pass(10)
      const { call } = await talking(fixture)
      await assert.rejects(call.leg.openAudio(), /open already/)
      await fixture.pass(10)
      const other = await fixture.dial('200')
      await other.event('answered')
      await assert.rejects(other.leg.openAudio({ queueMs: 1 }), RangeError)
      await other.leg.hangup()
      await other.event('ended')
      await (await other.leg.openAudio()).close()
      assert.deepEqual(statesOf(other), [])
    }))
}
