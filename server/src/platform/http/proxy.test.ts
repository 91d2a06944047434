import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type TestServer, startTestServer } from '../../../test/server.ts'

const limits = { RATE_LIMIT_PUBLIC_PER_MINUTE: '5' }
const METRICS_TOKEN = 'a token for Prometheus'
const direct = await startTestServer({ ...limits, TRUST_PROXY: 'off' })
const behindOne = await startTestServer({ ...limits, TRUST_PROXY: 'on', METRICS_TOKEN })
const behindTwo = await startTestServer({ ...limits, TRUST_PROXY: '2' })
const behindThis = await startTestServer({ ...limits, TRUST_PROXY: '127.0.0.1' })

const passes = async (server: TestServer, forwardedFor: string) =>
  (await server.anyone.post('/api/auth/forgot-password', {}, { 'x-forwarded-for': forwardedFor })).status !== 429

/** How many of twelve requests of one client pass, when it writes another first address each time. */
async function passed(server: TestServer, forwardedFor: (spoofed: string) => string): Promise<number> {
  let count = 0
  for (let i = 0; i < 12; i++) if (await passes(server, forwardedFor(`198.51.100.${i}`))) count++
  return count
}

test('what a client writes into X-Forwarded-For itself does not count', async () => {
  for (const server of [behindOne, behindThis]) {
    assert.equal(await passed(server, (spoofed) => `${spoofed}, 203.0.113.7`), 5)
    assert.ok(await passes(server, '203.0.113.8'), 'another client of the same proxy')
  }
})

test('with two proxies the client is the second from the right', async () => {
  assert.equal(await passed(behindTwo, (spoofed) => `${spoofed}, 203.0.113.7, 10.0.0.1`), 5)
})

test('without a proxy the header says nothing', async () => {
  assert.equal(await passed(direct, (spoofed) => spoofed), 5)
})

test('metrics are for this machine, not for those who come through a proxy on it', async () => {
  const metrics = async (server: TestServer, headers: Record<string, string> = {}) => {
    const { status, text } = await server.anyone.get('/metrics', headers)
    return status === 200 && text.includes('switchboard_http_requests_total') ? 200 : status
  }
  assert.equal(await metrics(direct), 200)
  for (const header of ['x-forwarded-for', 'x-forwarded-proto', 'forwarded', 'via', 'x-real-ip']) {
    assert.equal(await metrics(direct, { [header]: '203.0.113.7' }), 404, header)
  }
  assert.equal(await metrics(behindThis), 404)
})

test('with METRICS_TOKEN metrics can be read from anywhere, but not without the token', async () => {
  const metrics = async (headers: Record<string, string>) => (await behindOne.anyone.get('/metrics', headers)).status
  assert.equal(await metrics({}), 404)
  assert.equal(await metrics({ authorization: 'Bearer another' }), 404)
  assert.equal(await metrics({ authorization: `Bearer ${METRICS_TOKEN}` }), 200)
  assert.equal(await metrics({ authorization: `Bearer ${METRICS_TOKEN}`, 'x-forwarded-for': '203.0.113.7' }), 200)
})
