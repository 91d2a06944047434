import assert from 'node:assert/strict'
import { answered } from '../answers.ts'
import type { Answer, FrontEnd, Live, Notes, Person } from '../front-end.ts'

/** The roles of the sales front-end, without the admin. */
export const roles = ['sales_manager', 'sales_rep', 'qa_supervisor', 'compliance_officer', 'operations'] as const
export type Role = 'admin' | (typeof roles)[number]

/** A sales organisation with one member of each role. */
export interface Sales {
  readonly url: string
  readonly notes: Notes
  /** Without a login. */
  readonly visitor: FrontEnd
  readonly owner: Person
  readonly team: Record<Role, Person>
  /** A user with another workspace. */
  readonly outsider: Person
  /** The live socket of the representative. */
  readonly live: Live
}

/** Returns `data`, which is the only field of the sales responses. */
export async function data(status: number, call: Promise<Answer>): Promise<Answer['body']> {
  const body = await answered(status, call)
  assert.deepEqual(Object.keys(body), ['data'])
  return body.data
}
