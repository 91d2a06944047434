import { z } from 'zod'

// oxlint-disable no-explicit-any -- what operations respond with, as JSON; the schemas beside them check the result.

/** The field types of the form editor, each with the type of its value. What is chosen in a selector is a text. */
const valueTypes = {
  'Short Text': 'text',
  'Text Area': 'text',
  Number: 'number',
  Email: 'email',
  Phone: 'phone',
  Date: 'date',
  Dropdown: 'select',
  'Multiple Choice': 'select',
  Checkbox: 'checkbox',
  'Item Selector': 'text',
  'Payment Selector': 'text',
} as const
type FieldType = keyof typeof valueTypes
const fieldTypes = Object.keys(valueTypes) as FieldType[]

const usualTypes: Readonly<Record<string, FieldType>> = {
  text: 'Short Text',
  number: 'Number',
  email: 'Email',
  phone: 'Phone',
  date: 'Date',
  select: 'Dropdown',
  checkbox: 'Checkbox',
}

export const Field = z.object({
  id: z.string().max(100).optional().describe("The front-end's id of the field."),
  type: z.enum(fieldTypes as [FieldType, ...FieldType[]]).describe('Type of the field.'),
  label: z.string().describe('Label of the field.'),
  required: z.boolean().default(false).describe('True when a submission must have a value for it.'),
  placeholder: z.string().optional().describe('An example that an empty field shows.'),
  options: z.array(z.string()).optional().describe('The options to choose from.'),
  itemIds: z.array(z.string()).optional().describe('The products to choose from.'),
  paymentMethodIds: z.array(z.string()).optional().describe('The ways to pay to choose from.'),
})
type Field = z.output<typeof Field>

/** Returns the fields of a form, each with a name of its own made of its id or its label. */
export function fromFields(fields: readonly Field[]) {
  const taken = new Set<string>()
  return fields.map((field) => {
    const name = freeName(nameOf(field), taken)
    taken.add(name)
    return fromField(field, name)
  })
}

function fromField({ id, type, label, required, placeholder, options = [], ...more }: Field, name: string) {
  const given = options.filter((option) => option.trim() !== '')
  const isList = type === 'Checkbox' && given.length > 0
  const needsOptions = valueTypes[type] === 'select' && given.length === 0
  return {
    name,
    label,
    type: isList || needsOptions ? 'text' : valueTypes[type],
    required,
    ...(given.length > 0 && { options: given }),
    ...(placeholder !== undefined && { placeholder }),
    display: { type, ...(id !== undefined && { id }), ...more },
  }
}

const nameOf = ({ id, label }: Field) =>
  (id ?? label)
    .replaceAll(/[^\w-]+/g, '_')
    .replace(/^(?![A-Za-z])/, 'f_')
    .slice(0, 50)

function freeName(wanted: string, taken: ReadonlySet<string>): string {
  if (!taken.has(wanted)) return wanted
  for (let number = 2; ; number++) if (!taken.has(`${wanted}_${number}`)) return `${wanted}_${number}`
}

export const Form = z.looseObject({
  id: z.string().describe('Id of the form.'),
  name: z.string().describe('Name of the form.'),
  fields: z.array(Field).describe("The form's fields, in display order."),
})

export const toForm = (form: any): z.input<typeof Form> => {
  const { success: _, data: __, ...same } = form
  return { ...same, fields: form.fields.map(toField) }
}

/** A field that the front-end did not make has the usual type for its value. */
const toField = ({
  name,
  label,
  type,
  required,
  options = [],
  placeholder,
  display = {},
}: any): z.input<typeof Field> => ({
  id: name,
  type: usualTypes[type],
  label: label ?? name,
  required,
  options,
  ...(placeholder !== undefined && { placeholder }),
  ...display,
})
