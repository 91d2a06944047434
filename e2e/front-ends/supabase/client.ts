import assert from 'node:assert/strict'
import { type SupabaseClient, createClient } from '@supabase/supabase-js'

export const clientOf = (url: string): SupabaseClient =>
  createClient(url, 'anon-key', { auth: { persistSession: false, autoRefreshToken: false } })

/** A new user, signed up as the front-end does it. */
export async function signedUp(url: string, email: string): Promise<{ db: SupabaseClient; userId: string }> {
  const db = clientOf(url)
  const { data, error } = await db.auth.signUp({
    email,
    password: 'correct horse battery',
    options: { data: { name: 'Ana' } },
  })
  assert.equal(error, null)
  return { db, userId: data.user?.id ?? '' }
}

/** Returns the rows of an answer. Throws its error. */
// oxlint-disable-next-line no-explicit-any -- rows are looked into freely.
export async function rows(query: PromiseLike<{ data: any; error: { message: string } | null }>): Promise<any> {
  const { data, error } = await query
  assert.equal(error, null, error?.message)
  return data
}
