import { z } from 'zod'
import { id, page, pageOf, succeeded, success } from '../../../platform/http/fields.ts'
import { type Route, route } from '../../../platform/http/route.ts'
import { createApiKey, listApiKeys, revokeApiKey } from './api-keys.ts'
import { listAudit } from '../audit.ts'
import { apiKey, apiKeyWithSecret, newApiKey } from './schema.ts'
import { auditEntry } from '../schema.ts'

export const apiKeyRoutes: Record<string, Route> = {
  createApiKey: route({
    kind: 'write',
    method: 'POST',
    path: '/api/api-keys',
    access: 'api-keys:write',
    summary: 'Create an API key for this workspace; the key is shown only now',
    body: newApiKey,
    example: { name: 'Website', scopes: ['contacts:read', 'contacts:write'] },
    status: 201,
    response: apiKeyWithSecret,
    errors: [409],
    notIdempotent: true,
    handler: (ctx, { body }) => createApiKey(ctx, body),
  }),

  listApiKeys: route({
    kind: 'read',
    method: 'GET',
    path: '/api/api-keys',
    access: 'api-keys:write',
    summary: 'List the API keys of this workspace',
    query: page(),
    response: pageOf(apiKey),
    handler: (ctx, { query }) => listApiKeys(ctx, query),
  }),

  revokeApiKey: route({
    kind: 'write',
    method: 'DELETE',
    path: '/api/api-keys/:id',
    access: 'api-keys:write',
    summary: 'Revoke an API key; it stops working at once',
    params: z.object({ id: id.describe('Id of the API key.') }),
    response: success,
    async handler(ctx, { params }) {
      await revokeApiKey(ctx, params.id)
      return succeeded
    },
  }),

  listAudit: route({
    kind: 'read',
    method: 'GET',
    path: '/api/audit',
    access: 'audit:read',
    summary: 'List the changes of access in this workspace',
    query: page(),
    response: pageOf(auditEntry),
    handler: (ctx, { query }) => listAudit(ctx, query),
  }),
}
