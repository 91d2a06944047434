import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { type IncomingMessage, type Server, type ServerResponse, createServer, request as forward } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { type Child, startChild } from './child.ts'

const program = '/usr/bin/chromium'

/** Why a test with a browser is skipped on this machine; false when it is not. */
export const withoutChromium: string | false = existsSync(program) ? false : 'Chromium is not installed.'

export interface Visit {
  folder: string
  /** The files that the page loads, by their names in its origin. */
  files?: Record<string, string>
  /** The body of a module script. It has `done(result)`, which ends the visit, with anything that JSON can hold. */
  script: string
  /** The origin of the page; its port is free. */
  port?: number
  /** Requests of the page that its own origin passes on, as the web server of a front-end does. */
  passesOn?: PassesOn
}

export interface PassesOn {
  /** The URL of the server. */
  to: string
  /** The beginning of a path, and what replaces it. */
  rewrites: readonly (readonly [from: string, to: string])[]
}

/** Opens a page of an origin of its own in headless Chromium, and returns what its script passes to `done`. */
export async function visit({ folder, files = {}, script, port = 0, passesOn }: Visit): Promise<unknown> {
  let report!: (result: unknown) => void
  const reported = new Promise<unknown>((resolve) => (report = resolve))
  const page = `<!doctype html><meta charset="utf-8">${Object.keys(files)
    .map((name) => `<script src="/${name}"></script>`)
    .join('')}<script type="module">
    const done = (result) => fetch('/done', { method: 'POST', body: JSON.stringify(result) })
    try { ${script} } catch (error) { await done({ failed: String(error && error.stack || error) }) }
  </script>`
  const server = createServer((request, response) => {
    if (passesOn && passOn(passesOn, request, response)) return
    const name = (request.url ?? '/').slice(1)
    if (name === 'done') {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        response.end()
        report(JSON.parse(Buffer.concat(chunks).toString('utf8')))
      })
      return
    }
    const file = files[name]
    if (file === undefined) return response.setHeader('content-type', 'text/html').end(page)
    readFile(file).then(
      (content) => response.setHeader('content-type', 'text/javascript').end(content),
      () => response.end(),
    )
  })
  let browser: Child | undefined
  try {
    const origin = await listen(server, port)
    browser = await startChild({
      command: program,
      args: ['--headless=new', '--no-sandbox', '--disable-gpu', `--user-data-dir=${join(folder, 'chromium')}`, origin],
      cwd: folder,
      logPath: join(folder, 'chromium.log'),
      env: { PATH: process.env.PATH, HOME: folder },
    })
    const late = new Promise<never>((_, reject) =>
      setTimeout(() => reject(new Error('The page did not report.')), 90_000).unref(),
    )
    return await Promise.race([reported, late])
  } finally {
    await browser?.stop('SIGKILL')
    server.closeAllConnections()
    server.close()
  }
}

/** Returns whether the request is one to pass on. */
function passOn({ to, rewrites }: PassesOn, request: IncomingMessage, response: ServerResponse): boolean {
  const { url = '/', method, headers } = request
  const rewrite = rewrites.find(([from]) => url.startsWith(from))
  if (!rewrite) return false
  const target = new URL(to + rewrite[1] + url.slice(rewrite[0].length))
  const onward = forward(target, { method, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers)
    answer.pipe(response)
  })
  onward.on('error', (error) => response.destroy(error))
  request.pipe(onward)
  return true
}

const listen = (server: Server, port: number) =>
  new Promise<string>((resolve) => {
    server.listen(port, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`))
  })
