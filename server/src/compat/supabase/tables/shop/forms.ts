import { refusedChange } from '../../failure.ts'
import { type Item, type TableView, field, owned, written } from '../table.ts'
import { newestFirst, shopId, someId } from './configuration.ts'

/** Field types of the shop's form builder, and ours. */
const typeWords: Record<string, string> = {
  'Short Text': 'text',
  'Text Area': 'text',
  Number: 'number',
  Email: 'email',
  Phone: 'phone',
  Date: 'date',
  Dropdown: 'select',
  'Multiple Choice': 'select',
  Checkbox: 'checkbox',
}
const typesOfOurs: Record<string, string> = {
  text: 'Short Text',
  number: 'Number',
  email: 'Email',
  phone: 'Phone',
  date: 'Date',
  select: 'Dropdown',
  checkbox: 'Checkbox',
}

const toField = (given: unknown, at: number): Item => {
  const { id, name, label, type, required, options } = (given ?? {}) as Item
  if (type !== undefined && !Object.hasOwn(typeWords, type) && !Object.hasOwn(typesOfOurs, type))
    throw refusedChange(
      `fields[${at}]: fields of the type ${JSON.stringify(type)} are not supported.`,
      `Types: ${Object.keys(typeWords).join(', ')}.`,
    )
  const key = String(name ?? id ?? `field_${at + 1}`).replace(/[^\w-]/g, '_')
  return {
    name: /^[A-Za-z]/.test(key) ? key : `f_${key}`,
    label: label ?? undefined,
    type: typeWords[type] ?? type,
    required: required ?? false,
    ...(Array.isArray(options) && options.length > 0 && { options }),
  }
}

const fromField = ({ name, label, type, required, options }: Item): Item => ({
  id: name,
  label: label ?? name,
  type: typesOfOurs[type] ?? type,
  required,
  options: options ?? [],
})

export const forms: TableView = {
  name: 'forms',
  of: ['shop'],
  about: 'Forms that customers fill in.',
  shop: 'shop_id',
  columns: {
    id: owned('id'),
    shop_id: shopId,
    name: field('name', 'Order form'),
    description: field('description'),
    fields: written(
      (form) => (form.fields as Item[]).map(fromField),
      (given) => ({ fields: Array.isArray(given) ? given.map(toField) : given }),
    ),
    is_active: written('isActive', (isActive) => ({ isActive })),
    submission_count: owned('submissionCount'),
    created_at: owned('createdAt'),
    updated_at: owned('updatedAt'),
  },
  list: { operation: 'listForms', order: newestFirst, form: 'list' },
  one: { operation: 'getForm', param: 'formId' },
  insert: {
    operation: 'createForm',
    example: {
      shop_id: someId,
      name: 'Order form',
      fields: [{ id: 'name', label: 'Your name', type: 'Short Text', required: true }],
    },
  },
  update: { operation: 'updateForm', param: 'formId', example: { name: 'New order form' } },
  remove: { operation: 'deleteForm', param: 'formId' },
}
