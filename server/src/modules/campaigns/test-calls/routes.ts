import { z } from 'zod'
import { id } from '../../../platform/http/fields.ts'
import { type Route, route } from '../../../platform/http/route.ts'
import { CampaignTest, NewTestCall, TestCall } from './schema.ts'
import { getTestCall, requestTestCall } from './test-calls.ts'

const someId = '0199b0a0-0000-7000-8000-000000000001'

export const testCallRoutes: Record<string, Route> = {
  createTestCall: route({
    kind: 'write',
    method: 'POST',
    path: '/api/test-calls',
    access: 'campaigns:write',
    summary: 'Call a number once to hear a greeting; `test-call:update` reports what happens',
    body: NewTestCall,
    example: { phone_number: '+1 555 010 0123', greeting_file_id: someId },
    status: 201,
    response: TestCall,
    errors: [402, 409],
    handler: (ctx, { body }) => requestTestCall(ctx, body),
  }),
  testCampaign: route({
    kind: 'write',
    method: 'POST',
    path: '/api/campaigns/:id/test-call',
    access: 'campaigns:write',
    summary: "Call a number once with a campaign's settings; it changes none of the campaign's counts",
    params: z.object({ id: id.describe('Id of the campaign.') }),
    body: CampaignTest,
    example: { phone_number: '+1 555 010 0123' },
    status: 201,
    response: TestCall,
    errors: [402, 409],
    handler: (ctx, { params, body }) => requestTestCall(ctx, { ...body, campaign_id: params.id }),
  }),
  getTestCall: route({
    kind: 'read',
    method: 'GET',
    path: '/api/test-calls/:id',
    access: 'campaigns:read',
    summary: 'Get a test call',
    params: z.object({ id: id.describe('Id of the test call.') }),
    response: TestCall,
    handler: (ctx, { params }) => getTestCall(ctx, params.id),
  }),
}
