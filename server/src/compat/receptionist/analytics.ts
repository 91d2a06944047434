import { z } from 'zod'
import { ClientStatistics, Dashboard } from '../../modules/receptionist/analytics/schema.ts'
import { id } from '../../platform/http/fields.ts'
import { adapt } from '../adapt.ts'
import type { FrontEnd } from '../front-end.ts'

const totals = { total_duration: z.number(), avg_sentiment: z.enum(['POSITIVE', 'NEUTRAL', 'NEGATIVE']) }

/** The front-end reads shares as per cent. */
// oxlint-disable-next-line no-explicit-any -- the answers of two operations, as JSON.
const inPerCent = (answer: any) => ({
  ...answer,
  success_rate: percentOf(answer.success_rate),
  avg_sentiment: answer.avg_sentiment.toUpperCase(),
  period: { ...answer.period, success_rate: percentOf(answer.period.success_rate) },
  previous_period: { ...answer.previous_period, success_rate: percentOf(answer.previous_period.success_rate) },
})

const percentOf = (share: number) => Math.round(share * 1000) / 10

const statistics = (path: string) =>
  adapt({
    operation: 'getClientStatistics',
    path,
    params: z.object({ id: id.describe('Id of the client.') }),
    toRequest: ({ params }) => ({ params }),
    response: ClientStatistics.extend(totals).meta({ id: 'ClientStatisticsInPerCent' }),
    toResponse: inPerCent,
  })

export const analytics: FrontEnd['adapted'] = {
  getDashboard: adapt({
    operation: 'getDashboard',
    response: Dashboard.extend(totals).meta({ id: 'DashboardInPerCent' }),
    toResponse: inPerCent,
  }),
  getClientStatistics: statistics('/api/analytics/client/:id/stats'),
  getStatisticsOfClient: statistics('/api/clients/:id/stats'),
}
