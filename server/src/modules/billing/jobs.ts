import { z } from 'zod'
import { transaction } from '../../platform/context.ts'
import { job } from '../../platform/jobs.ts'
import { endPaidPeriods } from './subscription-queries.ts'

/** Every minute, ends paid periods that have run out and are followed by a free plan or a cancellation. */
export const endSubscriptionPeriods = job({
  name: 'billing.end_subscription_periods',
  input: z.object({}),
  schedule: '* * * * *',
  async run(ctx) {
    while ((await transaction(ctx, endPaidPeriods)) > 0);
  },
})
