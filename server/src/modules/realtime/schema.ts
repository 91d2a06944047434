import { z } from 'zod'

export const Ticket = z.object({
  ticket: z.string().describe('For `/ws?ticket=`. Can be used once.'),
  expires_in: z.int().describe('Seconds until it expires.'),
})
export type Ticket = z.infer<typeof Ticket>

/** `resume`: requests the frames after the one with this id; without one, only a position to resume from later. */
export const Resume = z.object({
  after: z
    .string()
    .max(100)
    .nullish()
    .describe('The `id` of the last frame that was received; left out: only a position to resume from later.'),
})

/** Frames of the socket itself. */
export const socketFrames = {
  pong: z.object({}),
  resumed: z.object({}),
  resync: z.object({}),
  error: z.object({
    error: z.string(),
    code: z.string(),
    event: z.string().optional(),
    details: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  }),
}
