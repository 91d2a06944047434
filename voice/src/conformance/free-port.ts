import { createSocket } from 'node:dgram'

/** A UDP port that is free now. */
export function freePort(host: string): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  const socket = createSocket('udp4')
  socket.once('error', reject)
  socket.bind(0, host, () => {
    const { port } = socket.address()
    socket.close(() => resolve(port))
  })
  return promise
}
