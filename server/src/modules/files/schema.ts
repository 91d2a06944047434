import { z } from 'zod'
import { id, instant } from '../../platform/http/fields.ts'

export const GreetingFile = z
  .object({
    id,
    user_id: id,
    filename: z.string(),
    /** `/api/files/:id/…`; needs the login. */
    url: z.string(),
    /** Rounded. */
    duration_seconds: z.number().int(),
    created_at: instant,
  })
  .meta({ id: 'GreetingFile' })
export type GreetingFile = z.output<typeof GreetingFile>

export const SignedUrl = z
  .object({
    /** Opens without a login until it expires. */
    url: z.string(),
    expires_at: instant,
  })
  .meta({ id: 'SignedUrl' })
