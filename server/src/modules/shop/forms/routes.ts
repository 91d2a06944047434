import { z } from 'zod'
import { id, page, succeeded, success } from '../../../platform/http/fields.ts'
import type { Route } from '../../../platform/http/route.ts'
import { createForm, deleteForm, getForm, listForms, updateForm } from './forms.ts'
import { listOf } from '../schema.ts'
import { withData, withSuccess } from '../also-returns.ts'
import * as schema from './schema.ts'
import { routeInWorkspace } from '../../identity/index.ts'
import { listSubmissions } from './submissions.ts'
import { toForm, toSubmission } from './serializers.ts'
import { toList } from '../serializers.ts'

const ofShop = z.object({ shopId: id.describe("The shop's id, which is the id of its workspace.") })
const ofForm = z.object({
  shopId: id.describe("The shop's id, which is the id of its workspace."),
  formId: id.describe('Id of the form.'),
})

export const formRoutes: Record<string, Route> = {
  listForms: routeInWorkspace({
    kind: 'read',
    method: 'GET',
    path: '/api/shops/:shopId/forms',
    access: 'forms:read',
    summary: 'List forms, newest first',
    params: ofShop,
    query: page(),
    response: listOf(schema.Form),
    alsoReturns: withSuccess,
    handler: async (ctx, { query }) => toList(await listForms(ctx, query), toForm),
  }),
  createForm: routeInWorkspace({
    kind: 'write',
    method: 'POST',
    path: '/api/shops/:shopId/forms',
    access: 'forms:write',
    summary: 'Create a form for customers to fill in',
    params: ofShop,
    body: schema.NewForm,
    example: {
      name: 'Wholesale enquiry',
      fields: [
        { name: 'name', label: 'Your name', type: 'text', required: true },
        { name: 'email', label: 'E-mail', type: 'email', required: true },
        { name: 'quantity', label: 'How many', type: 'select', required: false, options: ['10 to 50', 'More'] },
      ],
      isActive: true,
    },
    status: 201,
    response: schema.Form,
    alsoReturns: withData(schema.Form),
    handler: async (ctx, { body }) => toForm(await createForm(ctx, body)),
  }),
  getForm: routeInWorkspace({
    kind: 'read',
    method: 'GET',
    path: '/api/shops/:shopId/forms/:formId',
    access: 'forms:read',
    summary: 'Get a form',
    params: ofForm,
    response: schema.Form,
    alsoReturns: withData(schema.Form),
    handler: async (ctx, { params }) => toForm(await getForm(ctx, params.formId)),
  }),
  updateForm: routeInWorkspace({
    kind: 'write',
    method: 'PUT',
    path: '/api/shops/:shopId/forms/:formId',
    access: 'forms:write',
    summary: 'Update a form; omitted fields keep their values',
    params: ofForm,
    body: schema.FormChanges,
    example: { isActive: false },
    response: schema.Form,
    alsoReturns: withData(schema.Form),
    handler: async (ctx, { params, body }) => toForm(await updateForm(ctx, params.formId, body)),
  }),
  deleteForm: routeInWorkspace({
    kind: 'write',
    method: 'DELETE',
    path: '/api/shops/:shopId/forms/:formId',
    access: 'forms:write',
    summary: 'Delete a form and its submissions',
    params: ofForm,
    response: success,
    async handler(ctx, { params }) {
      await deleteForm(ctx, params.formId)
      return succeeded
    },
  }),
  listFormSubmissions: routeInWorkspace({
    kind: 'read',
    method: 'GET',
    path: '/api/shops/:shopId/forms/:formId/submissions',
    access: 'form-submissions:read',
    summary: 'List the submissions of a form, newest first',
    params: ofForm,
    query: page(),
    response: listOf(schema.Submission),
    alsoReturns: withSuccess,
    handler: async (ctx, { params, query }) => toList(await listSubmissions(ctx, params.formId, query), toSubmission),
  }),
}
