import { AppError, notFound } from '../../../platform/errors.ts'
import { refusedChange } from '../failure.ts'
import { type Env, type Item, type TableView, fields, owned, ownedFields, written, textOf } from './table.ts'

/** A flag that a client may send unchanged, and that only the server sets. */
const unchanged = (name: string, sentence: string) =>
  written(name, (value) => {
    if (value === true) throw refusedChange(sentence)
    return {}
  })

/** Users: one's own profile in full, colleagues with name, e-mail and picture. */
export const profiles: TableView = {
  name: 'profiles',
  of: ['calling', 'shop'],
  about: "The caller's profile, and those of the members of the workspace. Only one's own can be changed.",
  columns: {
    ...ownedFields('id', 'email'),
    ...fields('full_name', 'display_name', 'username', 'phone', 'avatar_url', 'company_name'),
    is_admin: unchanged('is_admin', 'Administrators are made by the operator, with a command on the server.'),
    is_affiliate: written('is_affiliate', () => ({})),
    created_at: owned('created_at'),
    updated_at: owned('updated_at'),
  },
  list: {
    operation: 'listTeam',
    also: ['getProfile'],
    form: 'list',
    async run(env, eq) {
      const { userId } = await env.actor()
      if (eq.get('id') === userId && userId) return [await env.call('getProfile', { params: { userId } })]
      const { data } = await env.call('listTeam', { query: { limit: '200' } })
      return (data as Item[]).map(ofMember)
    },
  },
  insert: {
    operation: 'updateProfile',
    also: ['becomeAffiliate', 'getProfile'],
    example: { full_name: 'Ana Silva', company_name: 'Acme' },
    conflict: ['id'],
    async run(env, { id, is_affiliate }, body) {
      const { userId } = await env.actor()
      if (id !== undefined && id !== userId) throw notFound('profile')
      return change(env, textOf(userId), body, is_affiliate)
    },
  },
  update: {
    operation: 'updateProfile',
    also: ['becomeAffiliate', 'getProfile'],
    example: { full_name: 'Ana Silva', company_name: 'Acme' },
    run: (env, { id }, { is_affiliate }, body) => change(env, textOf(id), body, is_affiliate),
  },
  refuses: { remove: 'Delete an account with DELETE /api/auth/me, which asks for the password.' },
}

/** Cleared fields are empty texts for the operation. */
async function change(env: Env, userId: string, body: Item, isAffiliate: unknown): Promise<Item> {
  const actor = await env.actor()
  if (userId !== actor.userId) throw new AppError(403, 'forbidden', 'Only your own profile can be changed.')
  const changes = Object.entries(body).filter(([, value]) => value !== null)
  if (isAffiliate === true) await env.call('becomeAffiliate', { params: { userId } })
  if (changes.length === 0) return env.call('getProfile', { params: { userId } })
  return env.call('updateProfile', { params: { userId }, body: Object.fromEntries(changes) })
}

/** A colleague's profile has less in it than one's own. */
export const ofMember = ({ id, name, email, avatar, created_at, updated_at }: Item): Item => ({
  id,
  email,
  full_name: name,
  username: name,
  avatar_url: avatar,
  is_admin: false,
  is_affiliate: false,
  created_at,
  updated_at,
})
