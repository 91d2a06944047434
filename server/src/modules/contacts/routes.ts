import { z } from 'zod'
import { bareList } from '../../platform/http/bare-list.ts'
import { id, page, pageOf, readCursor, succeeded, success } from '../../platform/http/fields.ts'
import { FileReply, type RouteTable, route } from '../../platform/http/route.ts'
import { createContact, deleteContact, getContact, listContacts, updateContact } from './contacts.ts'
import { createDoNotCall, deleteDoNotCall, listDoNotCall } from './do-not-call.ts'
import { eraseContact } from './erase.ts'
import { addIdentity, listIdentities, mergeContacts } from './identities.ts'
import { importErrorFile } from './import/error-file.ts'
import { getImport } from './import/import-row.ts'
import { previewImport, startImport } from './import/imports.ts'
import {
  addToContactList,
  createContactList,
  deleteContactList,
  getContactList,
  listContactLists,
  removeFromContactList,
  updateContactList,
} from './lists.ts'
import { toE164 } from './phone-number.ts'
import * as schema from './schema.ts'
import { listTimeline } from './timeline.ts'

const byId = z.object({ id })
const someContactIds = ['0199b0a0-0000-7000-8000-000000000001']

export const contactRoutes: RouteTable = {
  tag: 'Contacts',
  routes: {
    listContacts: route({
      kind: 'read',
      method: 'GET',
      path: '/api/contacts',
      access: 'contacts:read',
      summary: 'The contact book, newest first',
      query: schema.ContactQuery,
      answer: pageOf(schema.Contact),
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
      },
      status: 201,
      answer: schema.Contact,
      errors: [409],
      handler: (ctx, { body }) => createContact(ctx, body),
    }),
    getContact: route({
      kind: 'read',
      method: 'GET',
      path: '/api/contacts/:id',
      access: 'contacts:read',
      summary: 'One contact',
      params: byId,
      answer: schema.Contact,
      handler: (ctx, { params }) => getContact(ctx, params.id),
    }),
    ...changes('Contact', '/api/contacts/:id'),
    deleteContact: route({
      kind: 'write',
      method: 'DELETE',
      path: '/api/contacts/:id',
      access: 'contacts:write',
      summary: 'Delete a contact',
      params: byId,
      answer: success,
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
      summary: 'Forget a contact for good (GDPR, article 17): also who they were in calls, orders and forms',
      params: byId,
      answer: success,
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
      summary: "A contact's whole history, newest first, whichever part of the system made it",
      params: byId,
      query: page(),
      answer: pageOf(schema.TimelineEntry),
      handler: (ctx, { params, query }) => listTimeline(ctx, params.id, query),
    }),
    listIdentities: route({
      kind: 'read',
      method: 'GET',
      path: '/api/contacts/:id/identities',
      access: 'contacts:read',
      summary: 'How a contact can be reached',
      params: byId,
      answer: z.object({ data: z.array(schema.Identity) }),
      handler: async (ctx, { params }) => ({ data: await listIdentities(ctx, params.id) }),
    }),
    addIdentity: route({
      kind: 'write',
      method: 'POST',
      path: '/api/contacts/:id/identities',
      access: 'contacts:write',
      summary: 'Another way to reach a contact',
      params: byId,
      body: schema.NewIdentity,
      example: { kind: 'email', value: 'ana.private@example.com' },
      status: 201,
      answer: schema.Identity,
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
      summary: 'Two contacts are one person: everything of contact_id comes to this one',
      params: byId,
      body: z.object({ contact_id: id }),
      example: { contact_id: someContactIds[0] as string },
      answer: schema.Contact,
      handler: (ctx, { params, body }) => mergeContacts(ctx, params.id, body.contact_id),
    }),

    listContactLists: route({
      kind: 'read',
      method: 'GET',
      path: '/api/contact-lists',
      access: 'contact-lists:read',
      summary: 'Contact lists, newest first',
      query: z.object({ userId: id.optional(), cursor: z.string().max(500).optional() }),
      answer: z.array(schema.ContactList),
      handler: async (ctx, { query, request }) =>
        bareList(await listContactLists(ctx, query, readCursor(query.cursor)), request.url),
    }),
    createContactList: route({
      kind: 'write',
      method: 'POST',
      path: '/api/contact-lists',
      access: 'contacts:write',
      summary: 'Make a contact list',
      body: schema.NewContactList,
      example: { name: 'Spring customers', description: 'Bought in March or April' },
      status: 201,
      answer: schema.ContactList,
      handler: (ctx, { body }) => createContactList(ctx, body),
    }),
    getContactList: route({
      kind: 'read',
      method: 'GET',
      path: '/api/contact-lists/:id',
      access: 'contact-lists:read',
      summary: 'One contact list',
      params: byId,
      answer: schema.ContactList,
      handler: (ctx, { params }) => getContactList(ctx, params.id),
    }),
    ...listChanges(),
    deleteContactList: route({
      kind: 'write',
      method: 'DELETE',
      path: '/api/contact-lists/:id',
      access: 'contacts:write',
      summary: 'Delete a contact list; the people on it stay contacts',
      params: byId,
      answer: success,
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
      summary: 'Put contacts on a list',
      params: byId,
      body: schema.ContactIds,
      example: { contact_ids: someContactIds },
      answer: schema.ContactList,
      handler: (ctx, { params, body }) => addToContactList(ctx, params.id, body.contact_ids),
    }),
    removeFromContactList: route({
      kind: 'write',
      method: 'DELETE',
      path: '/api/contact-lists/:id/contacts',
      access: 'contacts:write',
      summary: 'Take contacts off a list',
      params: byId,
      body: schema.ContactIds,
      example: { contact_ids: someContactIds },
      answer: success,
      async handler(ctx, { params, body }) {
        await removeFromContactList(ctx, params.id, body.contact_ids)
        return succeeded
      },
    }),

    importContacts: route({
      kind: 'outside',
      method: 'POST',
      path: '/api/contact-lists/:id/import',
      access: 'contacts:import',
      summary: 'Import a CSV onto a list: form field "file", and "mapping" where headers do not say it',
      params: byId,
      upload: true,
      bodyLimitBytes: 51 * 1024 * 1024,
      status: 202,
      answer: schema.Import,
      errors: [413, 415],
      handler: (ctx, { params, request }) => startImport(ctx, params.id, request),
    }),
    previewImport: route({
      kind: 'outside',
      method: 'POST',
      path: '/api/imports/preview',
      access: 'contacts:import',
      summary: 'What an import would make of a CSV: columns, mapping and the first ten rows; nothing is kept',
      upload: true,
      bodyLimitBytes: 51 * 1024 * 1024,
      answer: schema.ImportPreview,
      errors: [413, 415],
      handler: (ctx, { request }) => previewImport(ctx, request),
    }),
    getImport: route({
      kind: 'read',
      method: 'GET',
      path: '/api/imports/:id',
      access: 'contacts:import',
      summary: 'How far an import has come',
      params: byId,
      answer: schema.Import,
      handler: (ctx, { params }) => getImport(ctx, params.id),
    }),
    getImportErrors: route({
      kind: 'read',
      method: 'GET',
      path: '/api/imports/:id/errors.csv',
      access: 'contacts:import',
      summary: 'The rows an import refused, with the reason for each',
      params: byId,
      answer: z.any(),
      handler: async (ctx, { params }) =>
        new FileReply(await importErrorFile(ctx, params.id), {
          'content-type': 'text/csv; charset=utf-8',
          'content-disposition': `attachment; filename="import-errors-${params.id}.csv"`,
        }),
    }),

    listDoNotCall: route({
      kind: 'read',
      method: 'GET',
      path: '/api/do-not-call',
      access: 'do-not-call:read',
      summary: 'Numbers that no campaign calls',
      query: page(),
      answer: pageOf(schema.DoNotCallEntry),
      handler: (ctx, { query }) => listDoNotCall(ctx, query),
    }),
    addDoNotCall: route({
      kind: 'write',
      method: 'POST',
      path: '/api/do-not-call',
      access: 'do-not-call:write',
      summary: 'Never call this number again',
      body: schema.NewDoNotCallEntry,
      example: { phone_number: '+15551230009', reason: 'Asked us by e-mail' },
      status: 201,
      answer: schema.DoNotCallEntry,
      handler: (ctx, { body }) => createDoNotCall(ctx, body),
    }),
    deleteDoNotCall: route({
      kind: 'write',
      method: 'DELETE',
      path: '/api/do-not-call/:id',
      access: 'do-not-call:write',
      summary: 'Take a number off the do-not-call list',
      params: byId,
      answer: success,
      async handler(ctx, { params }) {
        await deleteDoNotCall(ctx, { id: params.id })
        return succeeded
      },
    }),
    deleteDoNotCallByNumber: route({
      kind: 'write',
      method: 'DELETE',
      path: '/api/do-not-call',
      access: 'do-not-call:write',
      summary: 'Take a number off the do-not-call list, by the number or its id in the query',
      query: z
        .object({ phone_number: z.string().max(50).optional(), id: id.optional() })
        .refine((query) => query.phone_number !== undefined || query.id !== undefined, {
          message: 'Say which: phone_number or id.',
          path: ['phone_number'],
        }),
      answer: success,
      async handler(ctx, { query }) {
        await deleteDoNotCall(ctx, query)
        return succeeded
      },
    }),
  },
}

/** PUT and PATCH are the same: both change only what is sent. */
function changes(noun: string, path: string) {
  const by = (method: 'PUT' | 'PATCH') =>
    route({
      kind: 'write',
      method,
      path,
      access: 'contacts:write',
      summary: 'Change a contact; what is not sent stays',
      params: byId,
      body: schema.ContactChanges,
      example: { notes: 'Prefers the afternoon' },
      answer: schema.Contact,
      errors: [409],
      handler: (ctx, { params, body }) => updateContact(ctx, params.id, body),
    })
  return { [`update${noun}`]: by('PATCH'), [`put${noun}`]: by('PUT') }
}

function listChanges() {
  const by = (method: 'PUT' | 'PATCH') =>
    route({
      kind: 'write',
      method,
      path: '/api/contact-lists/:id',
      access: 'contacts:write',
      summary: 'Rename a contact list',
      params: byId,
      body: schema.ContactListChanges,
      example: { name: 'Spring and summer customers' },
      answer: schema.ContactList,
      handler: (ctx, { params, body }) => updateContactList(ctx, params.id, body),
    })
  return { updateContactList: by('PATCH'), putContactList: by('PUT') }
}
