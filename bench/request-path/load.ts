/** The load generator: a separate process that keeps `connections` sockets busy, one request at a time on each. */
import { connect } from 'node:net'

export type Kind = 'list' | 'one' | 'insert'

/** A signed-in user and some of the contacts they may see. */
export interface Caller {
  token: string
  workspaceId: string
  userId: string
  contactIds: string[]
}

export interface LoadOrder {
  port: number
  kind: Kind
  connections: number
  seconds: number
  callers: Caller[]
  /** Inserts use telephone numbers from here upwards. */
  firstNumber: number
  /** GET this path instead of the three kinds. */
  path?: string
}

export interface LoadResult {
  requests: number
  seconds: number
  p50Ms: number
  p99Ms: number
  /** CPU time of the generator, in microseconds per request. */
  generatorCpu: number
}

/** Sends requests for `seconds` and returns the results. Throws at the first response that is not a success. */
export async function load(order: LoadOrder): Promise<LoadResult> {
  const latencies: number[] = []
  const cpuBefore = process.cpuUsage()
  const startedAt = performance.now()
  const endsAt = startedAt + order.seconds * 1000
  let sent = 0
  await Promise.all(
    Array.from({ length: order.connections }, (_, i) => keepBusy(order.callers[i % order.callers.length] as Caller)),
  )
  const seconds = (performance.now() - startedAt) / 1000
  const { user, system } = process.cpuUsage(cpuBefore)
  latencies.sort((a, b) => a - b)
  const percentile = (share: number) => latencies[Math.floor((latencies.length - 1) * share)] ?? Number.NaN
  return {
    requests: latencies.length,
    seconds,
    p50Ms: percentile(0.5),
    p99Ms: percentile(0.99),
    generatorCpu: (user + system) / latencies.length,
  }

  function keepBusy(caller: Caller): Promise<void> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port: order.port, host: '127.0.0.1', noDelay: true })
      let sentAt = 0
      let received: Buffer = Buffer.alloc(0)
      const next = () => {
        sentAt = performance.now()
        if (sentAt >= endsAt) {
          socket.end()
          return resolve()
        }
        socket.write(requestText(order, caller, sent++))
      }
      socket.on('connect', next)
      socket.on('error', reject)
      socket.on('close', () => reject(new Error('The server closed the connection.')))
      socket.on('data', (chunk: Buffer) => {
        received = received.length === 0 ? chunk : Buffer.concat([received, chunk])
        const headLength = received.indexOf('\r\n\r\n') + 4
        if (headLength < 4) return
        const head = received.toString('latin1', 0, headLength)
        const bodyLength = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1])
        if (!head.startsWith('HTTP/1.1 20') || Number.isNaN(bodyLength)) {
          reject(new Error(`Unexpected answer: ${received.toString('utf8', 0, 800)}`))
          socket.destroy()
          return
        }
        if (received.length < headLength + bodyLength) return
        latencies.push(performance.now() - sentAt)
        received = Buffer.alloc(0)
        next()
      })
    })
  }
}

function requestText({ kind, path, firstNumber }: LoadOrder, { token, contactIds }: Caller, index: number): string {
  const head = `host: 127.0.0.1\r\nauthorization: Bearer ${token}\r\n`
  if (path !== undefined) return `GET ${path} HTTP/1.1\r\n${head}\r\n`
  if (kind === 'list') return `GET /api/contacts?limit=50 HTTP/1.1\r\n${head}\r\n`
  if (kind === 'one') return `GET /api/contacts/${contactIds[index % contactIds.length]} HTTP/1.1\r\n${head}\r\n`
  const body = JSON.stringify({
    first_name: 'Ana',
    last_name: `Silva ${index}`,
    phone_number: `+1${firstNumber + index}`,
    email: `ana.${index}@example.com`,
  })
  return `POST /api/contacts HTTP/1.1\r\n${head}content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`
}

if (process.send) {
  process.on('message', (order: LoadOrder) => {
    load(order).then(
      (result) => process.send?.({ result }),
      (error: Error) => process.send?.({ error: error.message }),
    )
  })
}
