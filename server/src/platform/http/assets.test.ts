import assert from 'node:assert/strict'
import { request } from 'node:http'
import { mkdtemp, mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { routeTables } from '../../modules.ts'
import { startTestServer } from '../../../test/server.ts'
import { loadAssets } from './asset-files.ts'

const folder = await mkdtemp(path.join(tmpdir(), 'switchboard-web-'))
after(() => rm(folder, { recursive: true }))
const WEB_DIR = path.join(folder, 'dist')
const script = `console.log(${JSON.stringify('x'.repeat(5000))})`
const page = `<!doctype html><title>Console</title><script nonce="__CSP_NONCE__">document.documentElement.className = 'dark'</script>
<script type="module" nonce="__CSP_NONCE__" src="/assets/index-Bx3fA9Qz.js"></script>`
for (const [name, content] of Object.entries({
  'index.html': page,
  'assets/index-Bx3fA9Qz.js': script,
  'assets/style-Cq81_x-Z.css': 'body { color: red }',
  'assets/style-Cq81_x-Z.css.br': 'made by the build',
  'assets/logo-D0Kd3mPq.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
  'favicon.ico': 'icon',
  'manifest.webmanifest': '{}',
  'data.unknown': '<script>alert(1)</script>',
  'widget.js': script,
  'widget/panel.html': '<!doctype html><title>Panel</title>',
  '.vite/manifest.json': '{}',
})) {
  await mkdir(path.dirname(path.join(WEB_DIR, name)), { recursive: true })
  await writeFile(path.join(WEB_DIR, name), content)
}
await writeFile(path.join(folder, 'secret.txt'), 'secret')
await symlink(path.join(folder, 'secret.txt'), path.join(WEB_DIR, 'link.txt'))

const server = await startTestServer({ WEB_DIR })

interface Received {
  status: number | undefined
  headers: Record<string, string | string[] | undefined>
  body: Buffer
}

/** The path goes out exactly as it is written, and the body comes back as it was sent. */
const get = (address: string, headers: Record<string, string> = {}, method = 'GET') =>
  new Promise<Received>((resolve, reject) => {
    const { port, hostname } = new URL(server.url)
    const sent = request({ port, hostname, path: address, headers, method }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () =>
        resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) }),
      )
    })
    sent.on('error', reject).end()
  })

const browser = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }

test('files have their types, and hashed names are stored for a year', async () => {
  const types: [string, string, string][] = [
    ['/assets/index-Bx3fA9Qz.js', 'text/javascript; charset=utf-8', 'public, max-age=31536000, immutable'],
    ['/assets/style-Cq81_x-Z.css', 'text/css; charset=utf-8', 'public, max-age=31536000, immutable'],
    ['/assets/logo-D0Kd3mPq.svg', 'image/svg+xml; charset=utf-8', 'public, max-age=31536000, immutable'],
    ['/favicon.ico', 'image/x-icon', 'no-cache'],
    ['/manifest.webmanifest', 'application/manifest+json; charset=utf-8', 'no-cache'],
    ['/data.unknown', 'application/octet-stream', 'no-cache'],
  ]
  for (const [address, type, caching] of types) {
    const { status, headers } = await get(address)
    assert.equal(status, 200, address)
    assert.equal(headers['content-type'], type)
    assert.equal(headers['cache-control'], caching, address)
    assert.equal(headers['x-content-type-options'], 'nosniff')
    assert.match(String(headers['content-security-policy']), /default-src 'none'/)
  }
})

test('a file is compressed for those who take it, and each form has a strong tag of its own', async () => {
  const address = '/assets/index-Bx3fA9Qz.js'
  const plain = await get(address)
  const brotli = await get(address, { 'accept-encoding': 'gzip, br' })
  const gzip = await get(address, { 'accept-encoding': 'gzip, br;q=0' })
  assert.equal(plain.body.toString(), script)
  assert.equal(brotliDecompressSync(brotli.body).toString(), script)
  assert.equal(gunzipSync(gzip.body).toString(), script)
  assert.ok(brotli.body.length < plain.body.length)
  const tags = [plain, brotli, gzip].map(({ headers }) => String(headers.etag))
  assert.equal(new Set(tags).size, 3)
  for (const tag of tags) assert.match(tag, /^"[\w-]+"$/)
  assert.equal(plain.headers['content-encoding'], undefined)
  assert.match(String(plain.headers.vary), /accept-encoding/i)
  const built = await get('/assets/style-Cq81_x-Z.css', { 'accept-encoding': 'br' })
  assert.deepEqual([built.headers['content-encoding'], built.body.toString()], ['br', 'made by the build'])
  assert.equal((await get('/assets/style-Cq81_x-Z.css.br')).status, 404)
})

test('what a client has already is not sent again', async () => {
  const { headers } = await get('/favicon.ico')
  const tag = String(headers.etag)
  for (const wanted of [tag, `W/${tag}`, `"other", ${tag}`, '*']) {
    const again = await get('/favicon.ico', { 'if-none-match': wanted })
    assert.deepEqual([again.status, again.body.length, again.headers.etag], [304, 0, tag], wanted)
  }
  assert.equal((await get('/favicon.ico', { 'if-none-match': '"other"' })).status, 200)
  const head = await get('/favicon.ico', {}, 'HEAD')
  assert.deepEqual([head.status, head.body.length, head.headers['content-length']], [200, 0, '4'])
})

test('the page has a policy with a nonce of its own in each response', async () => {
  const nonces = new Set<string>()
  for (const address of ['/', '/inbox', '/contacts/0199b0a0?tab=calls', '/index.html']) {
    const { status, headers, body } = await get(address, browser)
    assert.equal(status, 200, address)
    const policy = String(headers['content-security-policy'])
    const nonce = /script-src 'self' 'nonce-([\w+/=]{20,})';/.exec(policy)?.[1] ?? ''
    assert.equal(body.toString(), page.replaceAll('__CSP_NONCE__', nonce))
    assert.match(policy, /^default-src 'none'; .*base-uri 'none'; frame-ancestors 'none'$/)
    assert.doesNotMatch(policy, /unsafe/)
    assert.match(String(headers['permissions-policy']), /geolocation=\(\)/)
    assert.equal(headers['referrer-policy'], 'strict-origin-when-cross-origin')
    assert.equal(headers['cache-control'], 'no-cache')
    assert.equal(headers.etag, undefined)
    nonces.add(nonce)
  }
  assert.equal(nonces.size, 4)
})

test('only a browser that opens a page gets the page for an address that is not known', async () => {
  const segments = new Set(
    routeTables.flatMap(({ routes }) => Object.values(routes).map((route) => route.path.split('/')[1])),
  )
  for (const segment of [...segments, 'docs', 'healthz', 'ws', 'rest', 'assets', 'widget']) {
    const { status, headers } = await get(`/${segment}/no/such/thing`, browser)
    assert.equal(status, 404, segment)
    assert.match(String(headers['content-type']), /json/)
  }
  for (const address of ['/missing.js', '/assets/old-Bx3fA9Qz.js', '/inbox/missing.png']) {
    assert.equal((await get(address, browser)).status, 404, address)
  }
  assert.equal((await get('/inbox', { accept: '*/*' })).status, 404)
  assert.equal((await get('/inbox', browser, 'POST')).status, 404)
  const unknown = await get('/api/nowhere', browser)
  assert.match(unknown.body.toString(), /There is no such endpoint as GET \/api\/nowhere/)
  assert.equal((await get('/docs', browser)).status, 200)
})

test('nothing outside the folder can be reached', async () => {
  const addresses = [
    '/../secret.txt',
    '/..%2fsecret.txt',
    '/%2e%2e/secret.txt',
    '/%2e%2e%2fsecret.txt',
    '/assets/../../secret.txt',
    '/assets/..%5c..%5csecret.txt',
    '//secret.txt',
    '/secret.txt%00.js',
    `/${encodeURIComponent(path.join(folder, 'secret.txt'))}`,
    '/link.txt',
    '/.vite/manifest.json',
    '/%E0%A4%A.js',
    '/__proto__',
    '/constructor.js',
  ]
  for (const address of addresses) {
    const { status, body } = await get(address)
    assert.ok(status === 404 || status === 400, `${address} is ${status}`)
    assert.doesNotMatch(body.toString(), /^secret/)
  }
})

test("the visitor's widget may be loaded and framed by other sites, and nothing else", async () => {
  const widget = await get('/widget.js', { origin: 'https://shop.example' })
  assert.equal(widget.headers['cross-origin-resource-policy'], 'cross-origin')
  assert.equal(widget.headers['access-control-allow-origin'], '*')
  const panel = await get('/widget/panel.html')
  assert.match(String(panel.headers['content-security-policy']), /frame-ancestors \*$/)
  const own = await get('/assets/index-Bx3fA9Qz.js', { origin: 'https://shop.example' })
  assert.equal(own.headers['cross-origin-resource-policy'], 'same-site')
  assert.equal(own.headers['access-control-allow-origin'], undefined)
})

test('without a built console the page at / says so', async () => {
  const bare = await startTestServer({ WEB_DIR: path.join(folder, 'none') })
  const { status, text } = await bare.anyone.get('/')
  assert.equal(status, 200)
  assert.match(text, /no web console/i)
  assert.equal((await fetch(`${bare.url}/inbox`, { headers: browser })).status, 404)
})

test('a folder that is too large is refused, because its files stay in memory', async () => {
  await assert.rejects(loadAssets(WEB_DIR, { maxBytes: 1000 }), /more than 1000 bytes/)
  await assert.rejects(loadAssets(WEB_DIR, { maxFiles: 3 }), /more than 3 files/)
})
