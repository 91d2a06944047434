import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testLog } from '../../../test/node.ts'
import { createNodeBus } from '../nodes.ts'
import { createHub, encodeFrame } from './hub.ts'

const newHub = () => createHub(createNodeBus({ kind: 'embedded' } as never, testLog), testLog)

const listener = () => {
  const heard: string[] = []
  return { heard, hear: (frame: Buffer) => void heard.push(frame.toString()) }
}

test('a frame reaches each listener of its topics once, and nobody after leaving', () => {
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
  assert.deepEqual([ana.heard, ben.heard], [['1'], ['1', '2']])
})

test('a frame says its event and data, and its id when it is durable', () => {
  assert.equal(encodeFrame('pong', {}).toString(), '{"event":"pong","data":{}}')
  assert.equal(encodeFrame('note', { n: 1 }, 'a.1').toString(), '{"event":"note","data":{"n":1},"id":"a.1"}')
})
