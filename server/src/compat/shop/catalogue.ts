import { z } from 'zod'
import { ProductChanges } from '../../modules/shop/products/schema.ts'
import { id, page } from '../../platform/http/fields.ts'
import { adapt } from '../adapt.ts'
import type { Adapted } from '../front-end.ts'
import { inData, list, listInData, single } from './answers.ts'
import { Field, Form, fromFields, toForm } from './form-fields.ts'
import { Item, toItem } from './records.ts'

const stockHistory = z
  .array(z.looseObject({ reason: z.string().max(200).optional().describe('Why it changed.') }))
  .optional()
  .describe('The changes of the stock, oldest first. The newest gives the reason when `stock` changes.')

const formId = id.describe('Id of the form.')
const SentForm = z.object({
  name: z.string().describe('Name of the form.'),
  fields: z.array(Field).describe("The form's fields, in display order."),
})

export const catalogueRequests: Record<string, Adapted> = {
  getProducts: adapt({
    operation: 'listProducts',
    query: page(200),
    toRequest: ({ query }) => ({ query: { ...query, limit: String(query.limit), stockChanges: '100' } }),
    response: listInData(Item),
    toResponse: (answer) => list(answer, toItem),
  }),
  createProduct: adapt({
    operation: 'createProduct',
    // The id is made by the server, and a new product has no history.
    ignores: { body: ['id', 'stockHistory'] },
    response: inData(Item),
    toResponse: (answer) => single(toItem(answer)),
  }),
  updateProduct: adapt({
    operation: 'updateProduct',
    body: ProductChanges.safeExtend({ stockHistory }),
    example: { retailPrice: 16.9, stock: 30 },
    ignores: { body: ['id'] },
    toRequest({ body }) {
      const { stockHistory = [], ...changes } = body
      const reason = stockHistory.at(-1)?.reason
      return { body: { ...(reason !== undefined && { stockReason: reason }), ...changes } }
    },
    response: inData(Item),
    toResponse: (answer) => single(toItem(answer)),
  }),
  getForms: adapt({
    operation: 'listForms',
    query: page(200),
    toRequest: ({ query }) => ({ query: { ...query, limit: String(query.limit) } }),
    response: listInData(Form),
    toResponse: (answer) => list(answer, toForm),
  }),
  createForm: adapt({
    operation: 'createForm',
    body: SentForm,
    example: { name: 'Order', fields: [{ id: 'f1', type: 'Short Text', label: 'Your name', required: true }] },
    ignores: { body: ['id'] },
    toRequest: ({ body: { name, fields } }) => ({ body: { name, fields: fromFields(fields) } }),
    response: inData(Form),
    toResponse: (answer) => single(toForm(answer)),
  }),
  updateForm: adapt({
    operation: 'updateForm',
    params: z.object({ shopId: id.describe('Id of the shop.'), formId }),
    body: SentForm.partial(),
    example: { name: 'Order' },
    ignores: { body: ['id'] },
    toRequest: ({ params, body: { name, fields } }) => ({
      params,
      body: { ...(name !== undefined && { name }), ...(fields && { fields: fromFields(fields) }) },
    }),
    response: inData(Form),
    toResponse: (answer) => single(toForm(answer)),
  }),
}
