import { z } from 'zod'
import { job } from '../../platform/jobs.ts'
import { deleteExpired } from './tickets.ts'

export const removeExpiredTickets = job({
  name: 'realtime.remove_expired_tickets',
  input: z.object({}),
  schedule: '*/15 * * * *',
  async run(ctx) {
    await ctx.db.all(deleteExpired, {})
  },
})
