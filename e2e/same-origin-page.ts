import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, request as forward } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** Rewrites of the web server of a front-end: the beginning of a path, and what replaces it. */
export type Rewrites = readonly (readonly [from: string, to: string])[]

/**
 * Opens a page in headless Chromium and returns what its script reports with `report(value)`. The page and the server have
 * one origin, as behind the web server of a front-end. Throws when the page reports nothing within a minute.
 */
export async function runInChromium(serverUrl: string, rewrites: Rewrites, script: string): Promise<unknown> {
  const reported = Promise.withResolvers<unknown>()
  const page = `<!doctype html><meta charset="utf-8"><title>Page</title><script type="module">
    const report = (value) => fetch('/reported', { method: 'POST', body: JSON.stringify(value) })
    try { ${script} } catch (error) { await report({ error: String(error) }) }
  </script>`
  const web = createServer((request, response) => {
    const rewrite = rewrites.find(([from]) => request.url?.startsWith(from))
    if (rewrite) {
      const [from, to] = rewrite
      const target = new URL(serverUrl + to + request.url?.slice(from.length))
      const onward = forward(target, { method: request.method, headers: request.headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(response)
      })
      onward.on('error', (error) => response.destroy(error))
      request.pipe(onward)
    } else if (request.url === '/reported') {
      void request
        .toArray()
        .then((chunks) => reported.resolve(JSON.parse(Buffer.concat(chunks).toString())), reported.reject)
      response.end()
    } else response.setHeader('content-type', 'text/html').end(page)
  }).listen(0, '127.0.0.1')
  await once(web, 'listening')
  const profile = await mkdtemp(join(tmpdir(), 'chromium-'))
  const flags = ['--headless=new', '--no-sandbox', '--disable-gpu', '--no-first-run', `--user-data-dir=${profile}`]
  const browser = spawn('chromium', [...flags, `http://localhost:${(web.address() as AddressInfo).port}/`], {
    stdio: 'ignore',
  })
  browser.on('error', reported.reject)
  const timeout = setTimeout(() => reported.reject(new Error('The page reported nothing.')), 60_000)
  try {
    return await reported.promise
  } finally {
    clearTimeout(timeout)
    if (browser.exitCode === null && browser.kill()) await once(browser, 'exit')
    web.closeAllConnections()
    web.close()
    await rm(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
  }
}
