/** The receivers: a separate process with many sockets, which reports when the first and the last of them received each message. */
import { once } from 'node:events'
import { WebSocket } from 'ws'

/** Opens this many more sockets, with the tokens in rotation, or without a token when the list is empty. */
export interface OpenOrder {
  address: string
  tokens: string[]
}

/** In ms of the machine's monotonic clock, which all processes share. */
export interface Heard {
  firstAt: number
  lastAt: number
  frame: string
}

export const nowMs = () => Number(process.hrtime.bigint()) / 1e6
const opensAtOnce = 20
const prefix = Buffer.from('{"event":"chat:message"')

if (process.send) {
  let sockets = 0
  let heard = 0
  let firstAt = 0
  const hear = (data: Buffer) => {
    if (!data.subarray(0, prefix.length).equals(prefix)) return
    if (++heard === 1) firstAt = nowMs()
    if (heard < sockets) return
    heard = 0
    process.send?.({ firstAt, lastAt: nowMs(), frame: data.toString() } satisfies Heard)
  }
  const open = async (address: string, token: string) => {
    const socket = new WebSocket(address, token ? ['bearer', token] : [], { perMessageDeflate: false })
    socket.on('message', hear)
    await once(socket, 'open')
    if (!token) return
    // Durable frames are sent after the server knows that nothing is resumed.
    socket.send('{"event":"ping"}')
    await once(socket, 'message')
  }
  process.on('message', ({ address, tokens }: OpenOrder) => {
    const openAll = async () => {
      for (let at = 0; at < tokens.length; at += opensAtOnce)
        await Promise.all(tokens.slice(at, at + opensAtOnce).map((token) => open(address, token)))
      sockets += tokens.length
    }
    openAll().then(
      () => process.send?.({ open: sockets }),
      (error: Error) => process.send?.({ error: error.message }),
    )
  })
}
