import type { Kind } from './load.ts'

/** Each layer is a server that adds one part to the layer before it. The difference is the cost of that part. */
export interface Layer {
  name: string
  kind: Kind
}

export const layers: Layer[] = [
  { kind: 'one', name: 'node:http, a fixed answer' },
  { kind: 'one', name: 'Fastify: routing, request and reply' },
  { kind: 'one', name: 'our HTTP: headers, CORS, limits, ids, metrics, compression, zod, serialiser' },
  { kind: 'one', name: 'token verified' },
  { kind: 'one', name: 'the statement alone, no session preamble, no row security' },
  { kind: 'one', name: 'everything: session, role, row security in the same round trip' },
  { kind: 'insert', name: 'insert without its event' },
  { kind: 'insert', name: 'everything: with the event in the outbox' },
]
