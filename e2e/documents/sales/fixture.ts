import assert from 'node:assert/strict'
import { answered } from '../answers.ts'
import type { Answer, FrontEnd, Live, Notes, Person } from '../front-end.ts'

/** The document's roles but for the admin. */
export const roles = ['sales_manager', 'sales_rep', 'qa_supervisor', 'compliance_officer', 'operations'] as const
export type Role = 'admin' | (typeof roles)[number]

/** A sales organisation with one member of each role. */
export interface Sales {
  readonly url: string
  readonly notes: Notes
  /** Nobody in particular. */
  readonly visitor: FrontEnd
  readonly owner: Person
  readonly team: Record<Role, Person>
  /** Has a workspace of their own. */
  readonly stranger: Person
  /** The representative's. */
  readonly live: Live
}

/** What stands in `data`, the only field of this document's answers. */
export async function data(status: number, call: Promise<Answer>): Promise<Answer['body']> {
  const body = await answered(status, call)
  assert.deepEqual(Object.keys(body), ['data'])
  return body.data
}
