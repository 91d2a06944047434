import type { FastifyRequest } from 'fastify'

/** The device of a sign-in. */
export interface Device {
  address: string
  userAgent: string | null
  /** The id of a browser in which this account has signed in before. */
  knownAs?: string | undefined
}

export const deviceOf = (request: FastifyRequest): Device => ({
  address: request.ip,
  userAgent: request.headers['user-agent'] ?? null,
})
