import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stripVTControlCharacters } from 'node:util'
import { startTestServer } from '../../../test/server.ts'
import { until } from '../../../test/until.ts'
import { prettyLine } from '../log-lines.ts'

const server = await startTestServer({ LOG_LEVEL: 'info' })
const ana = await server.signUp()

type Line = Record<string, unknown>
const lines = () =>
  server.logLines.map((line) => JSON.parse(line) as Line).filter(({ route, status }) => route || status)

/** The lines of the requests that `work` makes. They come after the answers. */
async function logged(requests: number, work: () => Promise<unknown>): Promise<Line[]> {
  const before = lines().length
  await work()
  await until('the requests are logged', () => lines().length >= before + requests)
  return lines().slice(before)
}

test('each request is a line: operation, user, address, result and duration', async () => {
  let requestId: string | null = ''
  const [line] = await logged(1, async () => {
    requestId = (await ana.get('/api/contacts/0199b0a0-0000-7000-8000-000000000001?limit=1')).headers.get(
      'x-request-id',
    )
  })
  const { time, duration_ms, ...rest } = line!
  assert.ok(Date.parse(time as string) > 0 && Number(duration_ms) >= 0)
  assert.deepEqual(rest, {
    level: 'info',
    method: 'GET',
    route: '/api/contacts/:id',
    status: 404,
    address: '127.0.0.1',
    request_id: requestId,
    user_id: ana.userId,
    workspace_id: ana.workspaceId,
    msg: 'GET /api/contacts/:id 404',
  })
})

test('tokens in addresses are in no line, and monitors do not fill the log', async () => {
  const found = await logged(3, async () => {
    await server.anyone.get('/api/signed-files/secret-token/secret-name.wav')
    await server.anyone.get('/nothing/secret-token?token=secret-token')
    await server.anyone.get('/healthz')
    await server.anyone.get('/readyz')
    await ana.get('/api/contacts?search=secret-token')
  })
  assert.deepEqual(
    found.map(({ msg }) => msg),
    ['GET /api/signed-files/:token/:filename 403', 'GET (no such endpoint) 404', 'GET /api/contacts 200'],
  )
  assert.doesNotMatch(server.logLines.join(''), /secret/)
  assert.ok(!server.logLines.join('').includes(ana.token))
})

test('at a terminal a line is read by a person', () => {
  const out = process.stderr
  const plain = (line: object) => stripVTControlCharacters(prettyLine(JSON.stringify(line), out))
  const time = '2026-11-30T10:00:00.000Z'
  const clock = new Date(time).toTimeString().slice(0, 8)
  assert.equal(
    plain({ level: 'info', time, route: '/api/contacts', status: 200, msg: 'GET /api/contacts 200' }),
    `${clock} INFO  GET /api/contacts 200 route=/api/contacts status=200`,
  )
  assert.equal(plain({ level: 'warn', time, msg: 'A mail for Ana:\nHello' }), `${clock} WARN  A mail for Ana:\nHello`)
  assert.equal(
    plain({ level: 'error', time, msg: 'It failed.', err: { stack: 'Error: no\n    at x' } }),
    `${clock} ERROR It failed.\nError: no\n    at x`,
  )
})
