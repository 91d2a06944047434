import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { composite } from '../composite.ts'
import type { Adapted } from '../front-end.ts'
import { AppError, forbidden } from '../../platform/errors.ts'
import type { ErrorForm } from '../../platform/http/error-form.ts'
import { errorBody } from '../../platform/http/error-response.ts'
import { FacadeError } from './failure.ts'
import type { Item } from './tables/table.ts'

const someId = '0199b0a0-0000-7000-8000-000000000001'

const aCampaign = z.looseObject({ campaignId: z.uuid().describe('Id of the campaign.') })

/** Starts a campaign, or goes on with it. The function answers what hinders it, instead of failing. */
const starts = (name: string) =>
  composite({
    kind: 'nontransactional',
    method: 'POST',
    path: `/functions/v1/${name}`,
    access: 'campaigns:write',
    summary: 'Start or resume a campaign',
    operations: ['getCampaign', 'startCampaign', 'resumeCampaign'],
    body: aCampaign,
    example: { campaignId: someId },
    response: z.any(),
    async handler(call, { body }) {
      const params = { id: body.campaignId }
      const campaign: Item = await call('getCampaign', { params })
      if (campaign.status === 'active') return started(campaign)
      try {
        return started(await call(campaign.status === 'paused' ? 'resumeCampaign' : 'startCampaign', { params }))
      } catch (error) {
        if (!(error instanceof AppError) || ![400, 402, 409].includes(error.status)) throw error
        return { success: false, message: error.message, error: error.message }
      }
    },
  })

const makeTestCall = composite({
  kind: 'nontransactional',
  method: 'POST',
  path: '/functions/v1/make-test-call',
  access: 'campaigns:write',
  summary: 'Call a number once with the settings of a campaign',
  operations: ['testCampaign'],
  body: aCampaign.extend({ phoneNumber: z.string().max(50).describe('The number that is called once.') }),
  example: { campaignId: someId, phoneNumber: '+1 555 010 0123' },
  response: z.any(),
  async handler(call, { body }) {
    try {
      const params = { id: body.campaignId }
      const test = await call('testCampaign', { params, body: { phone_number: body.phoneNumber } })
      return { success: true, message: `Calling ${test.phone_number}.`, callId: test.id }
    } catch (error) {
      if (!(error instanceof AppError) || ![400, 402, 409].includes(error.status)) throw error
      return { success: false, message: error.message, error: error.message }
    }
  },
})

const started = ({ id, status }: Item) => ({
  success: true,
  message: 'The campaign has started.',
  jobId: id,
  job: { id, status },
})

const createAdminUser = composite({
  kind: 'nontransactional',
  method: 'POST',
  path: '/functions/v1/create-admin-user',
  access: 'user',
  summary: 'Refused: administrators are made by the operator',
  operations: [],
  body: z.looseObject({}),
  example: {},
  response: z.any(),
  handler() {
    throw forbidden('Administrators are made by the operator, with a command on the server, never by a page.')
  },
})

/** Functions that pages invoke. */
export const functionRoutes: Record<string, Adapted> = {
  'functions.start-campaign': starts('start-campaign'),
  'functions.autodialer': starts('autodialer'),
  'functions.make-test-call': makeTestCall,
  'functions.create-admin-user': createAdminUser,
}

const supported = 'start-campaign, autodialer, make-test-call'

/** Errors of functions are ours; the error of an unknown function lists those that there are. */
export const functionErrors = (prefix: string): ErrorForm => ({
  at: new RegExp(`^${prefix}/functions/v1(/|$)`),
  write(failure, request: FastifyRequest) {
    const shown = request.is404
      ? new FacadeError(404, 'unknown_function', `There is no such function here. Supported functions: ${supported}.`, {
          pgCode: 'not_found',
        })
      : failure
    return { status: shown.status, body: errorBody(shown, request.id) }
  },
})
