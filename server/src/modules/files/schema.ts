import { z } from 'zod'
import { id, instant } from '../../platform/http/fields.ts'

export const GreetingFile = z
  .object({
    id: id.describe('Id of the greeting.'),
    user_id: id.describe('The member who uploaded it.'),
    filename: z.string().describe('Name of the file as it was uploaded.'),
    url: z.string().describe('URL of the content, `/api/files/…`. Requires authentication.'),
    duration_seconds: z.number().int().describe('Length in seconds, rounded.'),
    created_at: instant.describe('When the greeting was created.'),
  })
  .meta({ id: 'GreetingFile' })
export type GreetingFile = z.output<typeof GreetingFile>

export const SignedUrl = z
  .object({
    url: z.string().describe('URL of the file that works without a login until it expires.'),
    expires_at: instant.describe('When the URL expires, at most 15 minutes from now.'),
  })
  .meta({ id: 'SignedUrl' })
