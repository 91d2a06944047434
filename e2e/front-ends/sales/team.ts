import assert from 'node:assert/strict'
import { createClient as createSupabase } from '@supabase/supabase-js'
import { aText, anInstant, answered, assertShape, refused, unknownId } from '../answers.ts'
import type { Fixture } from '../contract.ts'
import { type Person, openFrontEnd } from '../front-end.ts'
import { data, roles, type Role, type Sales } from './fixture.ts'

/** Signs up, out and in with supabase-js. Returns the user. */
export async function checkAuthentication({ url, notes }: Fixture): Promise<Person> {
  const supabase = createSupabase(url, 'any-key', { auth: { persistSession: false, autoRefreshToken: false } })
  const credentials = { email: 'mona@example.com', password: 'correct horse battery' }
  const signedUp = await supabase.auth.signUp({ ...credentials, options: { data: { full_name: 'Mona Aziz' } } })
  assert.equal(signedUp.error, null)
  assert.equal((await supabase.auth.signOut()).error, null)
  const wrong = await supabase.auth.signInWithPassword({ ...credentials, password: 'wrong password' })
  assert.deepEqual([wrong.error?.status, wrong.error?.code], [400, 'invalid_credentials'])
  const { data: signedIn, error } = await supabase.auth.signInWithPassword(credentials)
  assert.equal(error, null)
  const { access_token: token } = signedIn.session!
  const { data: me } = await supabase.auth.getUser()
  assert.equal(me.user?.user_metadata.full_name, 'Mona Aziz')

  const mona = openFrontEnd(url, notes, token)
  const { workspace } = await answered(200, mona.get('/api/auth/me'))
  const id = signedIn.user!.id
  const owner = { ...mona, ...credentials, id, token, workspaceId: workspace.id }
  // The sign-up created the record in public.users.
  const [user] = await data(200, owner.get('/api/users'))
  assertShape(user, {
    id,
    name: 'Mona Aziz',
    email: credentials.email,
    role: 'owner',
    avatar: null,
    last_active: anInstant,
    status: 'active',
    created_at: anInstant,
    updated_at: anInstant,
  })

  const other = createSupabase(url, 'any-key', { auth: { persistSession: false, autoRefreshToken: false } })
  const second = await other.auth.signInWithPassword(credentials)
  const leaving = openFrontEnd(url, notes, second.data.session!.access_token)
  assertShape(await answered(200, leaving.post('/api/auth/signout')), { success: true, message: aText })
  await refused(401, leaving.get('/api/prospects'))
  assert.equal((await other.auth.getUser()).error?.status, 401)
  return owner
}

/** Signs in with a password as supabase-js does in the browser. Returns the cookies that the browser then sends. */
export async function signInByCookie(url: string, { email, password }: Person): Promise<string> {
  const response = await fetch(`${url}/auth/v1/token?grant_type=password`, {
    method: 'POST',
    headers: { 'content-type': 'application/json;charset=UTF-8', apikey: 'any-key', authorization: 'Bearer any-key' },
    body: JSON.stringify({ email, password, gotrue_meta_security: {} }),
  })
  assert.equal(response.status, 200, await response.text())
  const cookies = response.headers.getSetCookie()
  assert.ok(cookies.length > 0 && cookies.every((cookie) => /; httponly/i.test(cookie)), cookies.join())
  return cookies.map((cookie) => cookie.split(';')[0]).join('; ')
}

/** Adds one member of each role to the owner's workspace. */
export async function gatherTeam(
  { url, notes, visitor, signUp }: Fixture,
  owner: Person,
  outsider: Person,
): Promise<Sales> {
  const join = async (role: Role) => {
    const email = `${role}@example.com`
    const invited = await answered(201, owner.post(`/api/workspaces/${owner.workspaceId}/invitations`, { email, role }))
    return signUp({ name: role, email, invitation_token: invited.token })
  }
  const [admin, ...others] = await Promise.all([join('admin'), ...roles.map(join)])
  const team = { admin: admin!, ...Object.fromEntries(roles.map((role, i) => [role, others[i]!])) } as Record<
    Role,
    Person
  >
  const members: { id: string; role: string }[] = await data(200, team.admin.get('/api/users'))
  assert.deepEqual(members.map(({ role }) => role).toSorted(), [
    'admin',
    'compliance_officer',
    'operations',
    'owner',
    'qa_supervisor',
    'sales_manager',
    'sales_rep',
  ])
  await refused(400, owner.get('/api/users?limit=none'), 'query.limit')
  const rep = `/api/users/${team.sales_rep.id}`
  assertShape(await data(200, team.sales_rep.get(rep)), { name: 'sales_rep', role: 'sales_rep' })
  await refused(404, owner.get(`/api/users/${outsider.id}`))
  assertShape(await data(200, team.admin.patch(rep, { role: 'sales_manager' })), { role: 'sales_manager' })
  await data(200, team.admin.patch(rep, { role: 'sales_rep' }))
  await refused(400, team.admin.patch(rep, { role: 'pirate' }), 'body.role')
  await refused(403, team.sales_manager.patch(rep, { role: 'admin' }))
  await refused(404, team.admin.patch(`/api/users/${unknownId}`, { role: 'admin' }))
  // Every member reads and changes their own profile.
  const own = `/api/profiles/${team.sales_rep.id}`
  assertShape(await answered(200, team.sales_rep.patch(own, { full_name: 'Sami' })), { full_name: 'Sami' })
  const live = await team.sales_rep.listen()
  return { url, notes, visitor, owner, team, outsider, live }
}
