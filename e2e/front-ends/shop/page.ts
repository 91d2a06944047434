import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { stripTypeScriptTypes } from 'node:module'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** What the page reports of each of its steps: what it read, or the sentence of the failure. */
export type Report = Record<string, unknown>

/** A page of the front-end's origin, and a browser that shows it. */
export interface ShopPage extends AsyncDisposable {
  readonly origin: string
  /** Shows the page in Chromium with this API behind it. Resolves to its report. Throws after 90 s. */
  run(apiUrl: string, socketUrl: string): Promise<Report>
}

const reportWithinMs = 90_000
const chromium = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** Returns the path of Chromium, or undefined where there is no such program. */
export async function findChromium(): Promise<string | undefined> {
  for (const path of chromium) {
    const [exists] = await Promise.allSettled([readFile(path)])
    if (exists?.status === 'fulfilled') return path
  }
  return undefined
}

/** The page: it uses the API client as the front-end does, in a browser that applies its own rules. */
const script = (apiUrl: string, socketUrl: string) => `
  import { openShopClient } from '/api-client.js'
  const client = openShopClient(${JSON.stringify(apiUrl)}, (url, options) => fetch(url, options))
  const report = {}
  const step = async (name, run) => { try { report[name] = await run() } catch (error) { report[name] = String(error) } }
  const user = { email: 'cara@example.com', password: 'correct horse battery' }
  await step('sign up', () => client.request('POST', '/auth/register', { ...user, username: 'cara' }))
  await step('sign in', async () => {
    const login = await client.request('POST', '/auth/login', user)
    client.token = login.data?.token
    return login
  })
  await step('create a shop', () => client.request('POST', '/shops', { name: 'Silva', currency: 'EUR' }))
  const shop = '/shops/' + report['create a shop'].data?.id
  await step('save the shop', () => client.request('PUT', shop, { quickNote: 'clay' }))
  await step('add a product', () => client.request('POST', shop + '/products', { name: 'Mug', retailPrice: 5, stock: 1 }))
  await step('delete the product', () =>
    client.request('DELETE', shop + '/products/' + report['add a product'].data?.id))
  await step('list the shops', () => client.request('GET', '/shops'))
  await step('live', () => new Promise((resolve, reject) => {
    const socket = new WebSocket(${JSON.stringify(socketUrl)} + '?token=' + client.token)
    const send = (event) => socket.send(JSON.stringify({ type: 'client', event, data: { shopId: report['create a shop'].data?.id }, timestamp: Date.now() }))
    const heard = []
    socket.onopen = () => send('shop:join')
    socket.onerror = () => reject(new Error('no socket'))
    socket.onclose = ({ code }) => reject(new Error('closed with ' + code))
    socket.onmessage = ({ data }) => {
      heard.push(JSON.parse(data).event)
      if (heard.at(-1) === 'shop:joined') send('shop:leave')
      else resolve(heard)
    }
  }))
  await fetch('/report', { method: 'POST', body: JSON.stringify(report) })
`

export async function openShopPage(program: string): Promise<ShopPage> {
  const client = stripTypeScriptTypes(await readFile(join(import.meta.dirname, 'api-client.ts'), 'utf8'))
  const profile = await mkdtemp(join(tmpdir(), 'shop-page-'))
  const reported = Promise.withResolvers<Report>()
  let page = ''
  const server = createServer(async (request, response) => {
    if (request.url === '/api-client.js') {
      return void response.writeHead(200, { 'content-type': 'text/javascript' }).end(client)
    }
    if (request.url === '/report') {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk as Buffer)
      response.end()
      return reported.resolve(JSON.parse(Buffer.concat(chunks).toString('utf8')) as Report)
    }
    response.writeHead(200, { 'content-type': 'text/html' }).end(page)
  })
  server.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  let browser: ReturnType<typeof spawn> | undefined
  return {
    origin,
    run(apiUrl, socketUrl) {
      page = `<!doctype html><title>Shop</title><script type="module">${script(apiUrl, socketUrl)}</script>`
      const options = [
        '--headless',
        '--no-sandbox',
        '--disable-gpu',
        `--user-data-dir=${profile}`,
        '--remote-debugging-port=0',
      ]
      browser = spawn(program, [...options, origin], { stdio: 'ignore' })
      return Promise.race([reported.promise, tooLate()])
    },
    async [Symbol.asyncDispose]() {
      if (browser && browser.exitCode === null) {
        const ended = new Promise((resolve) => browser?.once('exit', resolve))
        browser.kill()
        await ended
      }
      server.close()
      server.closeAllConnections()
      await rm(profile, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

async function tooLate(): Promise<never> {
  await sleep(reportWithinMs, undefined, { ref: false })
  throw new Error('The page has not reported.')
}
