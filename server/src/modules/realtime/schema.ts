import { z } from 'zod'

export const Ticket = z.object({
  /** For `/ws?ticket=`; good once. */
  ticket: z.string(),
  /** Seconds. */
  expires_in: z.int(),
})
export type Ticket = z.infer<typeof Ticket>

/** `resume`: what this user missed since the frame with this id; without one, only the place to resume from later. */
export const Resume = z.object({ after: z.string().max(100).nullish() })
