import type { z } from 'zod'
import type { FormRow } from './forms.ts'
import type * as schema from './schema.ts'
import type { SubmissionRow } from './row.ts'

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

/** The frame that says that a form was filled in. */
export const toFormNews = (news: {
  submission_id: string
  form_id: string
  form_name: string
  contact_id: string | null
}) => ({
  id: news.submission_id,
  formId: news.form_id,
  formName: news.form_name,
  customerId: news.contact_id,
})
