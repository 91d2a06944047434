/** The baseline: only `ws`. A POST is stringified once and sent to all sockets. Prints its port when it is ready. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { WebSocketServer } from 'ws'

const sample = JSON.parse(process.env.FRAME ?? '{}') as object
let sent = 0
const server = createServer((request, response) => {
  request.resume().on('end', () => {
    const frame = Buffer.from(JSON.stringify({ ...sample, id: String(++sent) }))
    for (const client of sockets.clients) client.send(frame, { binary: false })
    response.writeHead(201, { 'content-type': 'application/json' }).end('{}')
  })
})
const sockets = new WebSocketServer({ server, perMessageDeflate: false })
server.listen(0, '127.0.0.1', () => process.send?.({ ports: { raw: (server.address() as AddressInfo).port } }))
process.on('disconnect', () => process.exit())
