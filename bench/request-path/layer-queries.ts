import type { Kind } from './load.ts'

/** One server more complete than the one before it; what it costs more is the price of its layer. */
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
