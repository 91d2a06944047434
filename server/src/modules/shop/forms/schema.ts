import { z } from 'zod'
import { clearable, id, instant, optional, text } from '../../../platform/http/fields.ts'
import { fieldTypes } from './fields.ts'

const name = text(200)
const description = text(5000)

export const FormField = z
  .object({
    /** The key of its value in a submission. */
    name: z.string().regex(/^[A-Za-z][\w-]{0,59}$/, 'A name is a letter, then letters, digits, - and _.'),
    label: text(200).optional(),
    type: z.enum(fieldTypes),
    required: z.boolean().default(false),
    /** What a select offers. */
    options: z.array(text(200)).min(1).max(200).optional(),
  })
  .refine(({ type, options }) => type !== 'select' || options, {
    message: 'A select needs options.',
    path: ['options'],
  })
export type FormField = z.output<typeof FormField>

export const Form = z.object({
  id,
  shopId: id,
  name: z.string(),
  description: z.string().nullable(),
  fields: z.array(FormField),
  isActive: z.boolean(),
  submissionCount: z.int(),
  createdAt: instant,
  updatedAt: instant,
})
export type Form = z.output<typeof Form>
/** What a stranger sees of it. */
export const PublicForm = Form.pick({ id: true, name: true, description: true, fields: true })

const fields = z
  .array(FormField)
  .min(1, 'A form needs at least one field.')
  .max(50)
  .refine((all) => new Set(all.map((field) => field.name)).size === all.length, 'Two fields have the same name.')
export const NewForm = z.object({
  name,
  description: optional(description),
  fields,
  isActive: z.boolean().default(true),
})
export type NewForm = z.output<typeof NewForm>
export const FormChanges = z.object({
  name: optional(name),
  description: clearable(description),
  fields: fields.optional(),
  isActive: optional(z.boolean()),
})
export type FormChanges = z.output<typeof FormChanges>

/** What was entered, by the names of the form's fields. */
export const NewSubmission = z.object({ values: z.record(z.string().max(60), z.unknown()) })
export const Submission = z.object({
  id,
  formId: id,
  customerId: id.nullable(),
  values: z.record(z.string(), z.unknown()),
  submittedAt: instant,
})
export const Received = Submission.pick({ id: true, submittedAt: true })
