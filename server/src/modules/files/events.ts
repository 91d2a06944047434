import { z } from 'zod'
import { event } from '../../platform/events.ts'

/** A greeting and its files were deleted. */
export const GreetingDeleted = event('greeting.deleted', z.object({ greeting_id: z.uuid() }))
