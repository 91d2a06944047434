import assert from 'node:assert/strict'
import { test } from 'node:test'
import { header } from './message/headers.ts'
import { accountAt, createTestNetwork } from './test/network.ts'

test('outside any call: 481, 405, 501, 416, 420, 400, 505, and silence for a stray ACK', async () => {
  const network = createTestNetwork()
  const agent = await network.agent(6001)
  agent.onInvite(
    () => true,
    () => assert.fail('no call was to come'),
  )
  const statuses: number[] = []
  const send = await network.peer(
    6002,
    (message) => void (message.type === 'response' && statuses.push(message.status)),
  )
  let count = 0
  async function ask(
    method: string,
    { uri = 'sip:u@h', to = '<sip:b@h>', version = '2.0', extra = [] as string[] } = {},
  ) {
    const via = `Via: SIP/2.0/UDP 127.0.0.1:6002;branch=z9hG4bK${++count}`
    const lines = [
      `${method} ${uri} SIP/${version}`,
      via,
      'From: <sip:a@h>;tag=1',
      `To: ${to}`,
      `Call-ID: c${count}`,
      `CSeq: 1 ${method}`,
    ]
    send([...lines, ...extra, '', ''].join('\r\n'), 6001)
    await network.clock.advance(5)
    return statuses.splice(0).join()
  }
  assert.equal(await ask('OPTIONS'), '200')
  assert.equal(await ask('BYE', { to: '<sip:b@h>;tag=x' }), '481')
  assert.equal(await ask('CANCEL'), '481')
  assert.equal(await ask('INFO'), '481')
  assert.equal(await ask('REGISTER'), '405')
  assert.equal(await ask('FOO'), '501')
  assert.equal(await ask('REFER'), '603')
  assert.equal(await ask('INVITE', { uri: 'soap.beep://h' }), '416')
  assert.equal(await ask('INVITE', { extra: ['Require: 100rel'] }), '420')
  assert.equal(await ask('INVITE', { extra: ['Content-Type: text/plain', 'Content-Length: -1'] }), '400')
  assert.equal(await ask('OPTIONS', { version: '3.0' }), '505')
  assert.equal(await ask('ACK', { to: '<sip:b@h>;tag=x' }), '')
  assert.equal(await ask('ACK', { extra: ['Content-Length: -1'] }), '')
  await agent.close()
})

test('responses go to the port of Via, or with rport to the source of the request', async () => {
  const network = createTestNetwork()
  const agent = await network.agent(6001)
  const arrived: string[] = []
  const send = await network.peer(6002, () => arrived.push('source'))
  await network.peer(6009, (message) =>
    arrived.push(`via ${header(message.headers, 'via')?.split(';').slice(2).join(';')}`),
  )
  for (const [branch, rport] of [
    ['z9hG4bK1', ''],
    ['z9hG4bK2', ';rport'],
  ]) {
    const via = `Via: SIP/2.0/UDP client.test:6009;branch=${branch}${rport}`
    const lines = [
      'OPTIONS sip:h SIP/2.0',
      via,
      'From: <sip:a@h>;tag=1',
      'To: <sip:b@h>',
      `Call-ID: ${branch}`,
      'CSeq: 1 OPTIONS',
    ]
    send([...lines, '', ''].join('\r\n'), 6001)
  }
  await network.clock.advance(10)
  assert.deepEqual(arrived, ['via received=127.0.0.1', 'source'])
  assert.match(network.log.at(-1)!.text, /;rport=6002;received=127\.0\.0\.1\r\n/)
  await agent.close()
})

test('a registrar and health checks can be answered by a handler', async () => {
  const network = createTestNetwork()
  const [agent, registrar] = [await network.agent(6001), await network.agent(6002)]
  registrar.onRequest('REGISTER', (request) => ({
    status: request.header('Authorization') ? 200 : 401,
    headers: Object.fromEntries([
      request.header('Authorization') ? ['Expires', '60'] : ['WWW-Authenticate', 'Digest realm="c", nonce="n"'],
    ]),
  }))
  registrar.onRequest('OPTIONS', () => ({ status: 503, reason: 'Draining' }))
  const tried = agent.tryRegister(accountAt(6002), 1000)
  const asked = agent.options(accountAt(6002), 1000)
  await network.clock.advance(50)
  assert.deepEqual(await tried, { status: 200, reason: 'OK' })
  assert.equal(await asked, 503)
  assert.deepEqual(network.sent(6001).filter((what) => what === 'REGISTER').length, 3)
})
