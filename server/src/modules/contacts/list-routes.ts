import { z } from 'zod'
import { bareList, readCursor } from '../../platform/http/page.ts'
import { id, succeeded, success } from '../../platform/http/fields.ts'
import { type Route, patchAndPut, route } from '../../platform/http/route.ts'
import {
  addToContactList,
  createContactList,
  deleteContactList,
  getContactList,
  listContactLists,
  removeFromContactList,
  updateContactList,
} from './lists.ts'
import * as schema from './schema.ts'

const byId = z.object({ id: id.describe('Id of the contact list.') })
const someContactIds = ['0199b0a0-0000-7000-8000-000000000001']

export const contactListRoutes: Record<string, Route> = {
  listContactLists: route({
    kind: 'read',
    method: 'GET',
    path: '/api/contact-lists',
    access: 'contact-lists:read',
    summary: 'List contact lists, newest first',
    query: z.object({
      userId: id
        .optional()
        .describe("Only those of this member. Members without an administrator's role may only ask for their own."),
      cursor: z
        .string()
        .max(500)
        .optional()
        .describe(
          'Where the next page begins: `next_cursor` of the page before. Opaque; leave it out for the first page.',
        ),
    }),
    response: z.array(schema.ContactList),
    handler: async (ctx, { query, request }) =>
      bareList(await listContactLists(ctx, query, readCursor(query.cursor)), request.url),
  }),
  createContactList: route({
    kind: 'write',
    method: 'POST',
    path: '/api/contact-lists',
    access: 'contacts:write',
    summary: 'Create a contact list',
    body: schema.NewContactList,
    ignores: { body: ['user_id'] },
    example: { name: 'Spring customers', description: 'Bought in March or April' },
    status: 201,
    response: schema.ContactList,
    handler: (ctx, { body }) => createContactList(ctx, body),
  }),
  getContactList: route({
    kind: 'read',
    method: 'GET',
    path: '/api/contact-lists/:id',
    access: 'contact-lists:read',
    summary: 'Get a contact list',
    params: byId,
    response: schema.ContactList,
    handler: (ctx, { params }) => getContactList(ctx, params.id),
  }),
  ...patchAndPut('ContactList', {
    path: '/api/contact-lists/:id',
    access: 'contacts:write',
    summary: 'Rename a contact list',
    params: byId,
    body: schema.ContactListChanges,
    example: { name: 'Spring and summer customers' },
    response: schema.ContactList,
    handler: (ctx, { params, body }) => updateContactList(ctx, params.id, body),
  }),
  deleteContactList: route({
    kind: 'write',
    method: 'DELETE',
    path: '/api/contact-lists/:id',
    access: 'contacts:write',
    summary: 'Delete a contact list; its contacts stay',
    params: byId,
    ignores: { query: ['userId'] },
    response: success,
    async handler(ctx, { params }) {
      await deleteContactList(ctx, params.id)
      return succeeded
    },
  }),
  addToContactList: route({
    kind: 'write',
    method: 'POST',
    path: '/api/contact-lists/:id/contacts',
    access: 'contacts:write',
    summary: 'Add contacts to a list',
    params: byId,
    body: schema.ContactIds,
    example: { contact_ids: someContactIds },
    response: schema.ContactList,
    handler: (ctx, { params, body }) => addToContactList(ctx, params.id, body.contact_ids),
  }),
  removeFromContactList: route({
    kind: 'write',
    method: 'DELETE',
    path: '/api/contact-lists/:id/contacts',
    access: 'contacts:write',
    summary: 'Remove contacts from a list',
    params: byId,
    body: schema.ContactIds,
    example: { contact_ids: someContactIds },
    response: success,
    async handler(ctx, { params, body }) {
      await removeFromContactList(ctx, params.id, body.contact_ids)
      return succeeded
    },
  }),
}
