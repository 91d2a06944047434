import type { FastifyRequest } from 'fastify'

/** The device of a sign-in. */
export interface Device {
  address: string
  userAgent: string | null
  /** Where the account that signs in has signed in before: how that browser is known. */
  knownAs?: string | undefined
}

export const deviceOf = (request: FastifyRequest): Device => ({
  address: request.ip,
  userAgent: request.headers['user-agent'] ?? null,
})
