import { z } from 'zod'
import { wrapped } from '../../../platform/http/page.ts'
import { id, succeeded, success } from '../../../platform/http/fields.ts'
import { publicReader } from '../../../platform/public-reader.ts'
import { type Route, patchAndPut, route } from '../../../platform/http/route.ts'
import { createProperty, deleteProperty, getProperty, listProperties, updateProperty } from './properties.ts'
import * as schema from './schema.ts'
import { dataOf, listOf } from '../schema.ts'

const byId = z.object({ id: id.describe('Id of the property.') })
const DataResponse = dataOf(schema.Property)

export const propertyRoutes: Record<string, Route> = {
  listProperties: route({
    kind: 'read',
    method: 'GET',
    path: '/api/properties',
    access: 'public',
    summary:
      "List properties, newest first: the workspace's own, or without authentication those of the public workspace",
    query: schema.PropertyQuery,
    response: listOf(schema.Property),
    async handler(ctx, { query, request }) {
      const reader = publicReader(ctx, 'properties:read')
      return reader ? wrapped(await listProperties(reader, query), request.url) : { data: [] }
    },
  }),
  createProperty: route({
    kind: 'write',
    method: 'POST',
    path: '/api/properties',
    access: 'properties:write',
    summary: 'Create a property',
    body: schema.NewProperty,
    example: {
      name: 'Palm Residence 12',
      city: 'Dubai',
      price: 2_400_000,
      currency: 'AED',
      price_range: 'AED 2.2-2.6M',
      bedrooms: 3,
      type: 'villa',
      status: 'available',
      image_url: 'https://example.com/palm-12.jpg',
      description: 'Corner villa on the park, handed over in March',
      features: ['pool', 'garden', 'maid room'],
    },
    status: 201,
    response: DataResponse,
    handler: async (ctx, { body }) => ({ data: await createProperty(ctx, body) }),
  }),
  getProperty: route({
    kind: 'read',
    method: 'GET',
    path: '/api/properties/:id',
    access: 'properties:read',
    summary: 'Get a property',
    params: byId,
    response: DataResponse,
    handler: async (ctx, { params }) => ({ data: await getProperty(ctx, params.id) }),
  }),
  ...patchAndPut('Property', {
    path: '/api/properties/:id',
    access: 'properties:write',
    summary: 'Update a property; omitted fields keep their values',
    params: byId,
    body: schema.PropertyChanges,
    example: { status: 'reserved', price: 2_350_000 },
    response: DataResponse,
    handler: async (ctx, { params, body }) => ({ data: await updateProperty(ctx, params.id, body) }),
  }),
  deleteProperty: route({
    kind: 'write',
    method: 'DELETE',
    path: '/api/properties/:id',
    access: 'properties:write',
    summary: 'Delete a property; its appointments stay',
    params: byId,
    response: success,
    async handler(ctx, { params }) {
      await deleteProperty(ctx, params.id)
      return succeeded
    },
  }),
}
