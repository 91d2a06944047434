import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { after, test } from 'node:test'
import { systemLookup } from './system-lookup.ts'

/** A name server that returns 93.184.216.34, but does not respond for names that begin with `slow`. */
async function openNameServer(): Promise<string> {
  const socket = createSocket('udp4')
  socket.on('message', (question, { port, address }) => {
    const labels: string[] = []
    let at = 12
    while (question[at] !== 0) {
      const length = question[at]!
      labels.push(question.toString('latin1', at + 1, at + 1 + length))
      at += length + 1
    }
    if (labels[0]!.startsWith('slow')) return
    const header = Buffer.from(question.subarray(0, 12))
    header.writeUInt16BE(0x8180, 2)
    header.writeUInt16BE(1, 6)
    header.writeUInt32BE(0, 8)
    const answer = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 93, 184, 216, 34])
    socket.send(Buffer.concat([header, question.subarray(12, at + 5), answer]), port, address)
  })
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  after(() => socket.close())
  return `127.0.0.1:${socket.address().port}`
}

test('names whose name server does not respond delay no other name, and have no address in the end', async () => {
  const lookUp = systemLookup('127.0.0.1', [await openNameServer()])
  const answered: [string, string[]][] = []
  const find = (host: string) =>
    new Promise<void>((resolve) =>
      lookUp(host, (addresses) => {
        answered.push([host, addresses])
        resolve()
      }),
    )
  const slow = Array.from({ length: 40 }, (_, i) => find(`slow${i}.example.com`))
  await find('sip.example.com')
  assert.deepEqual(answered, [['sip.example.com', ['93.184.216.34']]])
  await Promise.all(slow)
  assert.ok(answered.slice(1).every(([, addresses]) => addresses.length === 0))
})

test('names of the hosts file and names without a dot are resolved by the system', async () => {
  const lookUp = systemLookup('127.0.0.1', [await openNameServer()])
  const addresses = await new Promise<string[]>((resolve) => lookUp('localhost', resolve))
  assert.deepEqual(addresses, ['127.0.0.1'])
})
