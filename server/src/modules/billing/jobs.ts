import { z } from 'zod'
import { transaction } from '../../platform/context.ts'
import { job } from '../../platform/jobs.ts'
import { endPaidPeriods } from './subscription-rows.ts'

/** Every minute: paid periods that are over make way for the free plan that was chosen, or for nothing. */
export const endSubscriptionPeriods = job({
  name: 'billing.end_subscription_periods',
  input: z.object({}),
  schedule: '* * * * *',
  async run(ctx) {
    while ((await transaction(ctx, endPaidPeriods)) > 0);
  },
})
