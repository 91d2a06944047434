import type { FastifyRequest } from 'fastify'
import type { Device } from './sessions.ts'

export const deviceOf = (request: FastifyRequest): Device => ({
  address: request.ip,
  userAgent: request.headers['user-agent'] ?? null,
})
