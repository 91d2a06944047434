import { z } from 'zod'
import { clampedPage, id, succeeded, success } from '../../platform/http/fields.ts'
import { wrapped } from '../../platform/http/page.ts'
import { JsonResponse, type Route, patchAndPut, route } from '../../platform/http/route.ts'
import {
  deleteIntegration,
  getIntegration,
  listIntegrations,
  saveIntegration,
  updateIntegration,
} from './connections.ts'
import * as schema from './schema.ts'

const byId = z.object({ id: id.describe('Id of the integration.') })
/** The settings under the name that the sales front-end gives them. */
const accepts = { body: { config: 'settings' } }
const names = { config: 'settings' }
const alsoInData = [{ at: 'data', names }]

const ofOne = z.object({ data: schema.Integration.describe('The integration.') })

export const connectionRoutes: Record<string, Route> = {
  listIntegrations: route({
    kind: 'read',
    method: 'GET',
    path: '/api/integrations',
    access: 'public',
    summary:
      "List the workspace's connections to outside systems; without a login those of the public workspace, in brief",
    query: clampedPage(),
    response: z.object({ data: z.array(schema.Integration).describe("The workspace's integrations.") }),
    alsoReturns: [{ at: 'data[]', names }],
    handler: async (ctx, { query, request }) => wrapped(await listIntegrations(ctx, query), request.url),
  }),
  saveIntegration: route({
    kind: 'write',
    method: 'POST',
    path: '/api/integrations',
    access: 'integrations:write',
    summary: 'Create or update a connection to an outside system',
    body: schema.SaveIntegration,
    example: { name: 'HubSpot', type: 'crm', status: 'connected', settings: { region: 'eu1' } },
    status: 201,
    response: ofOne,
    accepts,
    alsoReturns: alsoInData,
    async handler(ctx, { body }) {
      const { connection, isNew } = await saveIntegration(ctx, body)
      return new JsonResponse({ data: connection }, { status: isNew ? 201 : 200 })
    },
  }),
  putIntegrationById: route({
    kind: 'write',
    method: 'PUT',
    path: '/api/integrations',
    access: 'integrations:write',
    summary: 'Update the connection whose id is in the body; omitted fields keep their values',
    body: schema.IntegrationChangesById,
    example: { id: '0199aaaa-0000-7000-8000-000000000001', status: 'connected', settings: { region: 'us1' } },
    response: ofOne,
    accepts,
    alsoReturns: alsoInData,
    handler: async (ctx, { body: { id, ...changes } }) => ({ data: await updateIntegration(ctx, id, changes) }),
  }),
  getIntegration: route({
    kind: 'read',
    method: 'GET',
    path: '/api/integrations/:id',
    access: 'integrations:read',
    summary: 'Get a connection',
    params: byId,
    response: ofOne,
    alsoReturns: alsoInData,
    handler: async (ctx, { params }) => ({ data: await getIntegration(ctx, params.id) }),
  }),
  ...patchAndPut('Integration', {
    path: '/api/integrations/:id',
    access: 'integrations:write',
    summary: 'Update a connection; omitted fields keep their values',
    params: byId,
    body: schema.IntegrationChanges,
    example: { name: 'Our CRM', settings: { region: 'us1' } },
    response: ofOne,
    accepts,
    alsoReturns: alsoInData,
    handler: async (ctx, { params, body }) => ({ data: await updateIntegration(ctx, params.id, body) }),
  }),
  deleteIntegration: route({
    kind: 'write',
    method: 'DELETE',
    path: '/api/integrations/:id',
    access: 'integrations:write',
    summary: 'Delete a connection and its token; disconnect a platform first',
    params: byId,
    response: success,
    errors: [409],
    async handler(ctx, { params }) {
      await deleteIntegration(ctx, params.id)
      return succeeded
    },
  }),
}
