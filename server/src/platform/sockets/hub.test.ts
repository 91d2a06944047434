import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { testLog } from '../../../test/node.ts'
import { createNodeBus } from '../nodes.ts'
import { type FrameCodec, type OutgoingFrame, jsonFrames, ourFrames, outgoingFrame } from './frame-codec.ts'
import { createHub } from './hub.ts'

const newHub = () => createHub(createNodeBus({ kind: 'embedded' } as never, testLog), testLog)

const listener = (codec: FrameCodec = ourFrames) => {
  const received: string[] = []
  return { received, receive: (frame: OutgoingFrame) => void received.push(String(frame.as(codec))) }
}

test('a frame reaches each listener of its topics once, and none after leaving', () => {
  const hub = newHub()
  const [ana, ben] = [listener(), listener()]
  hub.join('a', ana)
  hub.join('b', ana)
  hub.join('b', ben)
  hub.deliver(['a', 'b', 'c'], outgoingFrame('1', {}))
  hub.leave('b', ana)
  hub.deliver(['b'], outgoingFrame('2', {}))
  hub.leave('b', ben)
  hub.leave('b', ben)
  hub.deliver(['b'], outgoingFrame('3', {}))
  const events = ({ received }: { received: string[] }) => received.map((text) => JSON.parse(text).event)
  assert.deepEqual([events(ana), events(ben)], [['1'], ['1', '2']])
})

test('a message to several topics reaches each listener once, here and on another node, in one bus message', () => {
  const messages: string[] = []
  let receive: (message: string) => void = () => undefined
  const bus = {
    publish(_: string, message: string) {
      messages.push(message)
      receive(message)
      return true
    },
    listen(channel: string, listen: (message: string) => void) {
      if (channel === 'live') receive = listen
    },
    start: () => undefined,
    stop: async () => undefined,
  }
  const there = createHub(bus, testLog)
  const here = createHub({ ...bus, listen: () => undefined }, testLog)
  const [local, remote] = [listener(), listener()]
  for (const topic of ['a', 'b']) {
    here.join(topic, local)
    there.join(topic, remote)
  }
  here.publish(['a', 'b', 'c'], 'presence', { n: 1 })
  here.publish([], 'presence', { n: 2 })
  const frame = '{"event":"presence","data":{"n":1}}'
  assert.deepEqual([local.received, remote.received, messages], [[frame], [frame], [`a,b,c ${frame}`]])
})

test('what is long is packed for other nodes, and stays here when it is still too long', () => {
  const channels = new Map<string, (message: string) => void>()
  const between = {
    publish(channel: string, message: string) {
      if (message.length > 7800) return false
      channels.get(channel)?.(message)
      return true
    },
    listen: (channel: string, listen: (message: string) => void) => void channels.set(channel, listen),
    start: () => undefined,
    stop: async () => undefined,
  }
  const there = createHub(between, testLog)
  const listening = listener()
  there.join('user:1', listening)
  const here = createHub({ ...between, listen: () => undefined }, testLog)
  const sdp = 'a=rtpmap:96 VP8/90000 ü\r\n'.repeat(400)
  here.publish('user:1', 'call:signal', { sdp })
  assert.deepEqual(JSON.parse(listening.received[0] ?? ''), { event: 'call:signal', data: { sdp } })
  here.publish('user:1', 'noise', { bytes: randomBytes(9000).toString('base64') })
  assert.equal(listening.received.length, 1)
})

test('a client of another codec receives its own spelling, here and on another node', () => {
  let receive: (message: string) => void = () => undefined
  const bus = {
    publish(_: string, message: string) {
      receive(message)
      return true
    },
    listen(channel: string, listen: (message: string) => void) {
      if (channel === 'live') receive = listen
    },
    start: () => undefined,
    stop: async () => undefined,
  }
  const typed = jsonFrames({
    example: '{}',
    read: ({ type, payload }) => ({ event: type, data: payload }),
    write: ({ event, data }) => ({ type: event, payload: data }),
  })
  const there = createHub(bus, testLog)
  const here = createHub({ ...bus, listen: () => undefined }, testLog)
  const [local, remote, ours] = [listener(typed), listener(typed), listener()]
  here.join('a', local)
  there.join('a', remote)
  there.join('a', ours)
  here.publish('a', 'presence', { n: 1 })
  const frame = '{"type":"presence","payload":{"n":1}}'
  assert.deepEqual([local.received, remote.received], [[frame], [frame]])
  assert.deepEqual(ours.received, ['{"event":"presence","data":{"n":1}}'])
})
