import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { testLog } from '../../../test/node.ts'
import { createNodeBus } from '../nodes.ts'
import { createHub, encodeFrame } from './hub.ts'

const newHub = () => createHub(createNodeBus({ kind: 'embedded' } as never, testLog), testLog)

const listener = () => {
  const received: string[] = []
  return { received, receive: (frame: Buffer) => void received.push(frame.toString()) }
}

test('a frame reaches each listener of its topics once, and none after leaving', () => {
  const hub = newHub()
  const [ana, ben] = [listener(), listener()]
  hub.join('a', ana)
  hub.join('b', ana)
  hub.join('b', ben)
  hub.deliver(['a', 'b', 'c'], Buffer.from('1'))
  hub.leave('b', ana)
  hub.deliver(['b'], Buffer.from('2'))
  hub.leave('b', ben)
  hub.leave('b', ben)
  hub.deliver(['b'], Buffer.from('3'))
  assert.deepEqual([ana.received, ben.received], [['1'], ['1', '2']])
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

test('a frame says its event and data, and its id when it is durable', () => {
  assert.equal(encodeFrame('pong', {}).toString(), '{"event":"pong","data":{}}')
  assert.equal(encodeFrame('note', { n: 1 }, 'a.1').toString(), '{"event":"note","data":{"n":1},"id":"a.1"}')
})
