/** A submission as stored. */
export interface SubmissionRow {
  id: string
  form_id: string
  contact_id: string | null
  values: Record<string, unknown>
  created_at: string
}
