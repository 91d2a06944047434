import { createServer, type Socket } from 'node:net'
import { rmSync } from 'node:fs'
import type { PGlite } from '@electric-sql/pglite'
import type { ConnectionQuery } from './maintenance.ts'
import { encryptionRefused, fatalError, InboundBuffer, panicIn, startupOptions, syncMessage } from './wire-protocol.ts'

export interface WireServer {
  /** Runs a statement of our own between two of the client's transactions, as the superuser. */
  query: ConnectionQuery
  /** Batches of messages executed so far; unchanged means there were no queries. */
  batchCount(): number
  close(): Promise<void>
}

interface Client {
  socket: Socket
  inbound: InboundBuffer
  isGone: boolean
  queueTimer: NodeJS.Timeout
}

/**
 * Serves PGlite's one session on a unix socket, to one client at a time: prepared statements, roles and settings belong to the
 * session, so it is reset (`discard all`) before the next client gets it. A second client waits its turn; after
 * `queueTimeoutMs` it is refused with SQLSTATE 53300. `limited` runs each batch of the client's messages.
 */
export async function serveWire(
  pglite: PGlite,
  socketPath: string,
  queueTimeoutMs: number,
  limited: (batch: () => Promise<void>) => Promise<void>,
): Promise<WireServer> {
  const clients: Client[] = [] // the first one holds the session
  const ownStatements: (() => Promise<void>)[] = []
  let isBusy = false
  let isPipelineOpen = false
  let batches = 0

  async function execute(bytes: Buffer, client?: Client): Promise<void> {
    batches++
    let lastWords: string | undefined
    await pglite.execProtocolRawStream(bytes, {
      syncToFs: false,
      onRawData: (data) => {
        // A copy: the bytes lie in WebAssembly memory, which the next message overwrites.
        const answer = Buffer.from(data)
        lastWords ??= panicIn(answer)
        if (client?.socket.writable) client.socket.write(answer)
      },
    })
    if (lastWords) throw new Error(lastWords)
  }

  // PGlite takes user and database from it, and forgets the options.
  async function begin(client: Client, startup: Buffer): Promise<void> {
    try {
      for (const { name, value } of startupOptions(startup))
        await pglite.query('select set_config($1, $2, false)', [name, value])
    } catch (error) {
      const { code = 'XX000', message } = error as Error & { code?: string }
      client.socket.end(fatalError(code, message))
      client.isGone = true
      return
    }
    await execute(startup, client)
  }

  async function resetSession(): Promise<void> {
    if (isPipelineOpen) await execute(syncMessage)
    isPipelineOpen = false
    if (pglite.isInTransaction()) await pglite.exec('rollback')
    await pglite.exec('discard all')
  }

  /** One thing the client asked for; false when there is nothing to do until more arrives. */
  async function serve(client: Client): Promise<boolean> {
    if (client.isGone) {
      await resetSession()
      clients.shift()
      if (clients[0]) clearTimeout(clients[0].queueTimer)
      return true
    }
    if (client.socket.writableNeedDrain) return false
    const inbound = client.inbound.take()
    if (!inbound) return false
    switch (inbound.kind) {
      case 'encryption-request':
        client.socket.write(encryptionRefused)
        break
      case 'startup':
        await begin(client, inbound.bytes)
        break
      case 'messages': {
        const { bytes } = inbound
        ;({ isPipelineOpen } = inbound)
        await limited(() => execute(bytes, client))
        break
      }
      case 'cancel-request':
      case 'terminate':
        client.isGone = true
        client.socket.end()
    }
    return true
  }

  async function work(): Promise<void> {
    if (isBusy) return
    isBusy = true
    try {
      for (;;) {
        const isBetweenTransactions = !isPipelineOpen && !pglite.isInTransaction()
        const own = isBetweenTransactions ? ownStatements.shift() : undefined
        if (own) await own()
        else if (!clients[0] || !(await serve(clients[0]))) return
      }
    } finally {
      isBusy = false
    }
  }

  /** A failure here is not a failed statement (those are answered) but the engine's: the worker ends and takes the sockets with it. */
  const wake = (): void =>
    void work().catch((error) =>
      setImmediate(() => {
        throw error
      }),
    )

  const server = createServer((socket) => {
    const queueTimer = setTimeout(() => {
      const message =
        'The embedded database has one session and another client holds it: connect through one pool with max 1, or set DATABASE_URL.'
      socket.end(fatalError('53300', message))
      clients.splice(clients.indexOf(client), 1)
    }, queueTimeoutMs)
    const client: Client = { socket, inbound: new InboundBuffer(), isGone: false, queueTimer }
    clients.push(client)
    if (clients[0] === client) clearTimeout(queueTimer)
    socket.on('data', (chunk: Buffer) => {
      client.inbound.push(chunk)
      if (clients[0] === client) wake()
    })
    socket.on('drain', wake)
    // A reset connection is reported as `error` before `close`; no client is left to notify.
    socket.on('error', () => socket.destroy())
    socket.on('close', () => {
      client.isGone = true
      clearTimeout(queueTimer)
      const position = clients.indexOf(client)
      if (position > 0) clients.splice(position, 1)
      wake()
    })
  })
  rmSync(socketPath, { force: true })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(socketPath, resolve)
  })

  return {
    query: (sql) =>
      new Promise((resolve, reject) => {
        ownStatements.push(() =>
          pglite.exec(sql).then(
            (results) => resolve({ rows: results.at(-1)?.rows ?? [] }),
            (error: Error & { severity?: string }) => {
              reject(error)
              if (error.severity === 'PANIC') throw error
            },
          ),
        )
        wake()
      }),
    batchCount: () => batches,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const client of clients) client.socket.destroy()
      }),
  }
}
