import { z } from 'zod'
import { id } from '../../platform/http/fields.ts'
import { notFound } from '../../platform/errors.ts'
import { adapt } from '../adapt.ts'
import { composite } from '../composite.ts'
import type { FrontEnd } from '../front-end.ts'

const ofUser = z.object({ userId: id.describe('The caller.') })

const step = (name: string, path: string) =>
  adapt({
    operation: 'saveOnboardingStep',
    path: `/api/onboarding/:userId/${path}`,
    params: ofUser,
    toRequest: ({ params }) => ({ params: { ...params, step: name } }),
  })

export const onboarding: FrontEnd['adapted'] = {
  saveStep1: step('1', 'step-1'),
  saveStep2: step('2', 'step-2'),
  saveStep3: step('3', 'step-3'),
  saveStep4: step('4', 'step-4'),
  saveStep5: step('5', 'step-5'),
  saveStep6: step('6', 'step-6'),
  completeDemo: step('demo', 'demo-complete'),
  uploadDocument: adapt({
    operation: 'uploadFile',
    path: '/api/upload/business-document',
    // The file is the caller's, no matter which user the form names.
    ignores: { body: ['customerId'] },
  }),
  getPortal: composite({
    kind: 'read',
    method: 'GET',
    path: '/api/portal/:userId/dashboard',
    access: 'analytics:read',
    summary: "Get the caller's own figures and their newest calls",
    params: ofUser,
    operations: ['getMe', 'getDashboard', 'listCalls'],
    response: z.object({
      customer: z.object({ id: z.string(), name: z.string().nullable(), email: z.string() }),
      stats: z.object({ total_calls: z.number(), calls_today: z.number(), total_clients: z.number() }),
      recent_calls: z.array(
        z.object({
          id: z.string(),
          client_name: z.string(),
          phone_number: z.string(),
          duration: z.number(),
          status: z.string(),
          sentiment: z.string().nullable(),
          created_at: z.string(),
        }),
      ),
    }),
    async handler(call, { params }, ctx) {
      if ((await ctx.db.actor()).user_id !== params.userId) throw notFound('portal')
      const [customer, stats, { calls }] = await Promise.all([
        call('getMe'),
        call('getDashboard'),
        call('listCalls', { query: { limit: 10 } }),
      ])
      return { customer, stats, recent_calls: calls }
    },
  }),
}
