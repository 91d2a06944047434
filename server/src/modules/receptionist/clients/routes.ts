import { z } from 'zod'
import { id, succeeded, success } from '../../../platform/http/fields.ts'
import { type Route, patchAndPut, route } from '../../../platform/http/route.ts'
import { createClient, deleteClient, getClient, listClients, updateClient } from './clients.ts'
import * as schema from './schema.ts'

const byId = z.object({ id: id.describe('Id of the client.') })

const asPhone = { phone: 'phone_number' }

export const clientRoutes: Record<string, Route> = {
  listClients: route({
    kind: 'read',
    method: 'GET',
    path: '/api/clients',
    access: 'clients:read',
    summary: 'List clients, newest first, by page number or by cursor',
    query: schema.ClientQuery,
    accepts: { query: { page_size: 'per_page' } },
    response: schema.ClientPage,
    alsoReturns: [{ at: 'data[]', names: asPhone }, { names: { clients: 'data', page_size: 'per_page' } }],
    handler: (ctx, { query }) => listClients(ctx, query),
  }),
  createClient: route({
    kind: 'write',
    method: 'POST',
    path: '/api/clients',
    access: 'clients:write',
    summary: 'Create a client',
    body: schema.NewClient,
    example: {
      name: 'Dr. Berg',
      phone_number: '+15551230077',
      profession: 'Dentist',
      location: 'Lisbon, Portugal',
      description: 'Dental practice for families',
      voice_name: 'Rachel',
      system_prompt: 'Be brief and kind.',
    },
    accepts: { body: asPhone },
    status: 201,
    response: schema.Client,
    alsoReturns: [{ names: asPhone }],
    errors: [402, 409],
    handler: (ctx, { body }) => createClient(ctx, body),
  }),
  getClient: route({
    kind: 'read',
    method: 'GET',
    path: '/api/clients/:id',
    access: 'clients:read',
    summary: 'Get a client',
    params: byId,
    response: schema.Client,
    alsoReturns: [{ names: asPhone }],
    handler: (ctx, { params }) => getClient(ctx, params.id),
  }),
  ...patchAndPut('Client', {
    path: '/api/clients/:id',
    access: 'clients:write',
    summary: 'Update a client; omitted fields keep their values',
    params: byId,
    body: schema.ClientChanges,
    example: { voice_name: 'Rachel', system_prompt: 'You answer for a dentist. Be brief and kind.' },
    accepts: { body: asPhone },
    response: schema.Client,
    alsoReturns: [{ names: asPhone }],
    errors: [409],
    handler: (ctx, { params, body }) => updateClient(ctx, params.id, body),
  }),
  deleteClient: route({
    kind: 'write',
    method: 'DELETE',
    path: '/api/clients/:id',
    access: 'clients:write',
    summary: 'Delete a client; its calls stay in the analytics',
    params: byId,
    response: success,
    async handler(ctx, { params }) {
      await deleteClient(ctx, params.id)
      return succeeded
    },
  }),
}
