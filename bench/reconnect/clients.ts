/** The clients of `bench/reconnect.ts`: a separate process whose sockets reconnect and resume when the server closes them. */
import { setTimeout as sleep } from 'node:timers/promises'
import { WebSocket } from 'ws'

export interface ConnectOrder {
  address: string
  tokens: string[]
}

/** All clients have resumed. Times are ms of the machine's monotonic clock. */
export interface AllResumed {
  resumedAt: number[]
  /** Times that a client was let in or refused and had to come again. */
  retries: number
  closeCodes: Record<string, number>
}

export const nowMs = () => Number(process.hrtime.bigint()) / 1e6

/** The delay between two attempts of a client while the server cannot be reached. */
const pauseMs = () => 100 + Math.random() * 200

if (process.send) {
  let resumedAt: number[] = []
  let expected = 0
  let retries = 0
  let closeCodes: Record<string, number> = {}

  const resumed = () => {
    resumedAt.push(nowMs())
    if (resumedAt.length < expected) return
    process.send?.({ resumedAt, retries, closeCodes } satisfies AllResumed)
    resumedAt = []
    retries = 0
    closeCodes = {}
  }

  /** Makes one attempt. Resolves when the socket has closed. */
  const connect = (address: string, token: string, client: { after?: string }) =>
    new Promise<void>((resolve) => {
      const socket = new WebSocket(address, ['bearer', token], { perMessageDeflate: false })
      let isResumed = false
      socket.on('open', () =>
        socket.send(JSON.stringify({ event: 'resume', data: client.after ? { after: client.after } : {} })),
      )
      socket.on('message', (data: Buffer) => {
        const { event, id } = JSON.parse(data.toString()) as { event: string; id?: string }
        if (id) client.after = id
        if (event !== 'resumed' && event !== 'resync') return
        isResumed = true
        resumed()
      })
      socket.on('error', () => undefined)
      socket.on('close', (code) => {
        if (!isResumed) {
          retries++
          closeCodes[code] = (closeCodes[code] ?? 0) + 1
        }
        resolve()
      })
    })

  process.on('message', ({ address, tokens }: ConnectOrder) => {
    expected = tokens.length
    for (const token of tokens) {
      const client = {}
      const stay = async () => {
        for (;;) {
          await connect(address, token, client)
          await sleep(pauseMs())
        }
      }
      void stay()
    }
  })
  process.on('disconnect', () => process.exit())
}
