import type { z } from 'zod'
import type { FormRow } from './forms.ts'
import type * as schema from './schema.ts'
import type { SubmissionRow } from './submission-row.ts'

export const toForm = (row: FormRow): schema.Form => ({
  id: row.id,
  shopId: row.workspace_id,
  name: row.name,
  description: row.description,
  fields: row.fields,
  isActive: row.is_active,
  submissionCount: row.submission_count,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
})

export const toSubmission = (row: SubmissionRow): z.input<typeof schema.Submission> => ({
  id: row.id,
  formId: row.form_id,
  customerId: row.contact_id,
  values: row.values,
  submittedAt: row.created_at,
})

/** Returns the `form:submitted` frame of an event. */
export const formSubmittedFrame = (submission: {
  submission_id: string
  form_id: string
  form_name: string
  contact_id: string | null
}) => ({
  id: submission.submission_id,
  formId: submission.form_id,
  formName: submission.form_name,
  customerId: submission.contact_id,
})
