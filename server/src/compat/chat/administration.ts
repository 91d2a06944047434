import { z } from 'zod'
import { id } from '../../platform/http/fields.ts'
import { adapt } from '../adapt.ts'
import { composite } from '../composite.ts'
import type { Adapted } from '../front-end.ts'
import { succeeded } from './accounts.ts'
import { toUser } from './users.ts'

const count = (what: string) => z.int().describe(what)

const managed = z.object({
  id: id.describe('Id of the user.'),
  email: z.string().describe('E-mail address.'),
  username: z.string().nullable().describe('Unique handle without `@`.'),
  displayName: z.string().describe('Name that others see.'),
  role: z.enum(['admin', 'user']).describe('`admin` for an administrator of the platform.'),
  suspended: z.boolean().describe('True for a suspended user.'),
  banned: z.boolean().describe('True for a banned user.'),
})

// oxlint-disable-next-line no-explicit-any -- the operation's response as JSON.
const toManaged = (user: any): z.output<typeof managed> => {
  const { avatar: _, ...shown } = toUser(user)
  const { email, is_admin, suspended, banned } = user
  return { ...shown, email, role: is_admin ? 'admin' : 'user', suspended, banned }
}

const measure = (operation: string) =>
  adapt({
    operation,
    response: z.object({ success: succeeded, user: managed.describe('The user.') }),
    toResponse: (user) => ({ success: true as const, user: toManaged(user) }),
  })

export const administrationRequests: Record<string, Adapted> = {
  statistics: adapt({
    operation: 'getStatistics',
    response: z.object({
      success: succeeded,
      stats: z
        .object({
          totalUsers: count('Accounts that exist.'),
          activeUsersToday: count('Users seen in the last 24 hours.'),
          totalMessagesSent: count('All chat messages ever sent.'),
          activeGroups: count('Chats of more than two people.'),
          reportsSubmitted: count('Reports that users have made.'),
          resolvedReports: count('Reports that an administrator has handled.'),
          suspendedUsers: count('Users who are suspended or banned.'),
          bannedUsers: count('Users who are banned.'),
        })
        .describe('Counts.'),
      chartData: z
        .object({
          dailyMessages: z
            .array(z.object({ date: z.string().describe('The day in UTC.'), messages: count('Messages of the day.') }))
            .describe('The last 30 days.'),
          userGrowth: z
            .array(z.object({ month: z.string().describe('The month in UTC.'), users: count('Accounts by its end.') }))
            .describe('The last 12 months.'),
        })
        .describe('For charts.'),
    }),
    toResponse: (counted) => ({
      success: true as const,
      stats: {
        totalUsers: counted.users,
        activeUsersToday: counted.active_users,
        totalMessagesSent: counted.messages,
        activeGroups: counted.groups,
        reportsSubmitted: counted.reports,
        resolvedReports: counted.reports - counted.open_reports,
        suspendedUsers: counted.suspended_users,
        bannedUsers: counted.banned_users,
      },
      chartData: {
        dailyMessages: counted.per_day.map(({ date, messages }: { date: string; messages: number }) => ({
          date,
          messages,
        })),
        userGrowth: counted.per_month,
      },
    }),
  }),
  listUsers: composite({
    kind: 'nontransactional',
    method: 'GET',
    path: '/api/admin/users',
    access: 'admin',
    summary: 'List the newest users of the platform',
    operations: ['listManagedUsers', 'getStatistics'],
    query: z.object({
      limit: z.coerce.number().int().min(0).default(50).describe('How many, at most 200.'),
      q: z.string().max(200).optional().describe('Part of a name or an e-mail address.'),
    }),
    response: z.object({
      success: succeeded,
      users: z.array(managed).describe('The users.'),
      total: count('Accounts that exist.'),
    }),
    async handler(call, { query: { limit, q } }) {
      const query = { limit: String(Math.min(limit, 200)), ...(q !== undefined && { q }) }
      const [{ data }, { users }] = await Promise.all([call('listManagedUsers', { query }), call('getStatistics')])
      return { success: true as const, users: data.map(toManaged), total: users }
    },
  }),
  suspendUser: measure('suspendUser'),
  banUser: measure('banUser'),
}
