import { z } from 'zod'
import { id, page, pageOf, succeeded, success } from '../../platform/http/fields.ts'
import { type Route, patchAndPut, route } from '../../platform/http/route.ts'
import { createContact, deleteContact, getContact, listContacts, updateContact } from './contacts.ts'
import { eraseContact } from './erase.ts'
import { mergeContacts } from './contact-matching.ts'
import { addIdentity, listIdentities } from './identities.ts'
import { toE164 } from './phone-number.ts'
import * as schema from './schema.ts'
import { listTimeline } from './timeline.ts'

const byId = z.object({ id: id.describe('Id of the contact.') })

export const contactRoutes: Record<string, Route> = {
  listContacts: route({
    kind: 'read',
    method: 'GET',
    path: '/api/contacts',
    access: 'contacts:read',
    summary: 'List contacts, newest first',
    query: schema.ContactQuery,
    response: pageOf(schema.Contact),
    handler: (ctx, { query }) => listContacts(ctx, query),
  }),
  createContact: route({
    kind: 'write',
    method: 'POST',
    path: '/api/contacts',
    access: 'contacts:write',
    summary: 'Add a contact',
    body: schema.NewContact,
    example: {
      first_name: 'Ana',
      last_name: 'Silva',
      phone_number: '+15551230001',
      email: 'ana@example.com',
      notes: '',
      tags: ['wholesale'],
      custom_fields: { Company: 'Silva & Filhos', 'Customer since': 2019 },
    },
    status: 201,
    response: schema.Contact,
    errors: [409],
    handler: (ctx, { body }) => createContact(ctx, body),
  }),
  getContact: route({
    kind: 'read',
    method: 'GET',
    path: '/api/contacts/:id',
    access: 'contacts:read',
    summary: 'Get a contact',
    params: byId,
    response: schema.Contact,
    handler: (ctx, { params }) => getContact(ctx, params.id),
  }),
  ...patchAndPut('Contact', {
    path: '/api/contacts/:id',
    access: 'contacts:write',
    summary: 'Update a contact; omitted fields keep their values, custom fields one by one',
    params: byId,
    body: schema.ContactChanges,
    example: { notes: 'Prefers the afternoon', custom_fields: { Company: 'Silva e Filhos Lda.' } },
    response: schema.Contact,
    errors: [409],
    handler: (ctx, { params, body }) => updateContact(ctx, params.id, body),
  }),
  deleteContact: route({
    kind: 'write',
    method: 'DELETE',
    path: '/api/contacts/:id',
    access: 'contacts:write',
    summary: 'Delete a contact',
    params: byId,
    response: success,
    async handler(ctx, { params }) {
      await deleteContact(ctx, params.id)
      return succeeded
    },
  }),

  eraseContact: route({
    kind: 'write',
    method: 'POST',
    path: '/api/contacts/:id/erase',
    access: 'contacts:erase',
    summary: 'Erase a contact permanently (GDPR, article 17), also from calls, orders and forms',
    params: byId,
    response: success,
    errors: [409],
    async handler(ctx, { params }) {
      await eraseContact(ctx, params.id)
      return succeeded
    },
  }),

  getTimeline: route({
    kind: 'read',
    method: 'GET',
    path: '/api/contacts/:id/timeline',
    access: 'timeline:read',
    summary: "List a contact's whole history, newest first, from every module",
    params: byId,
    query: page(),
    response: pageOf(schema.TimelineEntry),
    handler: (ctx, { params, query }) => listTimeline(ctx, params.id, query),
  }),
  listIdentities: route({
    kind: 'read',
    method: 'GET',
    path: '/api/contacts/:id/identities',
    access: 'contacts:read',
    summary: 'List the ways to reach a contact',
    params: byId,
    response: z.object({ data: z.array(schema.Identity).describe("The contact's identities.") }),
    handler: async (ctx, { params }) => ({ data: await listIdentities(ctx, params.id) }),
  }),
  addIdentity: route({
    kind: 'write',
    method: 'POST',
    path: '/api/contacts/:id/identities',
    access: 'contacts:write',
    summary: 'Add a way to reach a contact',
    params: byId,
    body: schema.NewIdentity,
    example: { kind: 'email', value: 'ana.private@example.com' },
    status: 201,
    response: schema.Identity,
    errors: [409],
    async handler(ctx, { params, body }) {
      const isNumber = body.kind === 'phone' || body.kind === 'whatsapp'
      return addIdentity(ctx, params.id, {
        ...body,
        value: isNumber ? await toE164(ctx, body.value, 'body.value') : body.value,
      })
    },
  }),
  mergeContacts: route({
    kind: 'write',
    method: 'POST',
    path: '/api/contacts/:id/merge',
    access: 'contacts:write',
    summary: 'Merge two contacts: everything of `contact_id` moves to this one',
    params: byId,
    body: z.object({ contact_id: id.describe('The contact that is merged into this one and then gone.') }),
    example: { contact_id: '0199b0a0-0000-7000-8000-000000000001' },
    response: schema.Contact,
    handler: (ctx, { params, body }) => mergeContacts(ctx, params.id, body.contact_id),
  }),
}
