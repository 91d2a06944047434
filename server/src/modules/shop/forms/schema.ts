import { z } from 'zod'
import { clearable, id, instant, optional, text } from '../../../platform/http/fields.ts'

export const fieldTypes = ['text', 'email', 'phone', 'number', 'select', 'checkbox', 'date'] as const
const name = text(200)
const description = text(5000)

/** The size of `display`, as JSON. */
const maxDisplayChars = 4000

export const FormField = z
  .object({
    name: z
      .string()
      .regex(/^[A-Za-z][\w-]{0,59}$/, 'Must be a letter followed by letters, digits, - and _.')
      .describe('Key of the value in a submission.'),
    label: text(200).optional().describe('Label of the field. Default: the name.'),
    type: z.enum(fieldTypes).describe('Type of the value.'),
    required: z.boolean().default(false).describe('True when a submission must have a value for it.'),
    options: z.array(text(200)).min(1).max(200).optional().describe('The options of a `select`.'),
    placeholder: z.string().max(200).optional().describe('An example that an empty field shows.'),
    display: z
      .record(z.string().max(60), z.json())
      .refine((display) => JSON.stringify(display).length <= maxDisplayChars, 'Must have at most 4,000 characters.')
      .optional()
      .describe('What a front-end keeps about how it shows the field. The server does not read it.'),
  })
  .refine(({ type, options }) => type !== 'select' || options, {
    message: 'options are required for a select.',
    path: ['options'],
  })
export type FormField = z.output<typeof FormField>

export const Form = z.object({
  id: id.describe('Id of the form.'),
  shopId: id.describe("The shop's id, which is the id of its workspace."),
  name: z.string().describe('Name of the form.'),
  description: z.string().nullable().describe('Text above the form.'),
  fields: z.array(FormField).describe("The form's fields, in display order."),
  isActive: z.boolean().describe('False when the form does not accept submissions.'),
  submissionCount: z.int().describe('Number of submissions.'),
  createdAt: instant.describe('When the form was created.'),
  updatedAt: instant.describe('When the form was last changed.'),
})
export type Form = z.output<typeof Form>
/** A form as shown to the public. */
export const PublicForm = Form.pick({ id: true, name: true, description: true, fields: true })

const fields = z
  .array(FormField)
  .min(1, 'A form needs at least one field.')
  .max(50)
  .refine((all) => new Set(all.map((field) => field.name)).size === all.length, 'Each field must have a unique name.')
export const NewForm = z.object({
  name: name.describe('Name of the form.'),
  description: optional(description).describe('Text above the form.'),
  fields: fields.describe("The form's fields, in display order."),
  isActive: z.boolean().default(true).describe('False when the form does not accept submissions.'),
})
export type NewForm = z.output<typeof NewForm>
export const FormChanges = z.object({
  name: optional(name).describe('Name of the form.'),
  description: clearable(description).describe('Text above the form. `null` clears it.'),
  fields: fields.optional().describe("The form's fields, in display order."),
  isActive: optional(z.boolean()).describe('False when the form does not accept submissions.'),
})
export type FormChanges = z.output<typeof FormChanges>

/** The entered values, by field name. */
export const NewSubmission = z.object({
  values: z.record(z.string().max(60), z.unknown()).describe('The values, by field name.'),
})
export const Submission = z.object({
  id: id.describe('Id of the submission.'),
  formId: id.describe('Id of the form.'),
  customerId: id.nullable().describe('Id of the customer who sent it, if known.'),
  values: z.record(z.string(), z.unknown()).describe('The values, by field name.'),
  submittedAt: instant.describe('When the form was submitted.'),
})
export const Received = Submission.pick({ id: true, submittedAt: true })
