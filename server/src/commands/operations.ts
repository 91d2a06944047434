import { Readable } from 'node:stream'
import { z } from 'zod'
import type { Services } from '../platform/services.ts'
import { workspaceContext } from './workspace-context.ts'

/** The operations of the command line. Input and result are JSON, so a running server can carry them out too. */
export interface Operation<I extends z.ZodType, R> {
  name: string
  input: I
  run(services: Services, input: z.output<I>): Promise<R>
}

const operation = <I extends z.ZodType, R>(definition: Operation<I, R>): Operation<I, R> => definition

const load = () => import('../modules/identity/index.ts')
const loadMail = async (services: Services) => {
  const [mail, { serverContext }] = await Promise.all([
    import('../platform/mail/messages.ts'),
    import('../platform/services.ts'),
  ])
  return { ...mail, ctx: serverContext(services, { workspaceId: null }) }
}

export const createUser = operation({
  name: 'user.create',
  input: z.object({ email: z.string(), password: z.string(), name: z.string().optional(), isAdmin: z.boolean() }),
  run: async (services, { name, ...input }) =>
    (await load()).createUser(services, { ...input, ...(name !== undefined && { name }) }),
})

export const listUsers = operation({
  name: 'user.list',
  input: z.object({}),
  run: async (services) => (await load()).listUsers(services),
})

export const setPassword = operation({
  name: 'user.password',
  input: z.object({ email: z.string(), password: z.string() }),
  run: async (services, { email, password }) => (await load()).setPassword(services, email, password),
})

export const makeAdmin = operation({
  name: 'user.admin',
  input: z.object({ email: z.string(), isAdmin: z.boolean() }),
  run: async (services, { email, isAdmin }) => (await load()).makeAdmin(services, email, isAdmin),
})

export const resetTwoFactor = operation({
  name: 'user.two-factor.reset',
  input: z.object({ email: z.string() }),
  run: async (services, { email }) => (await load()).resetTwoFactor(services, email),
})

export const createWorkspace = operation({
  name: 'workspace.create',
  input: z.object({ name: z.string(), ownerEmail: z.string() }),
  run: async (services, input) => (await load()).createWorkspaceFor(services, input),
})

export const listWorkspaces = operation({
  name: 'workspace.list',
  input: z.object({}),
  run: async (services) => (await load()).listAllWorkspaces(services),
})

export const listMails = operation({
  name: 'mail.list',
  input: z.object({}),
  async run(services) {
    const { listMessages, ctx } = await loadMail(services)
    return listMessages(ctx)
  },
})

export const findMail = operation({
  name: 'mail.show',
  input: z.object({ id: z.uuid() }),
  async run(services, { id }) {
    const { findMessage, ctx } = await loadMail(services)
    return (await findMessage(ctx, id)) ?? null
  },
})

/** One page of the contact book, newest first. */
export const listContacts = operation({
  name: 'contacts.list',
  input: z.object({ workspace: z.string(), list: z.string().optional(), cursor: z.string().optional() }),
  async run(services, { workspace, list, cursor }) {
    const { listContacts } = await import('../modules/contacts/index.ts')
    const query = { limit: 200, ...(cursor && { cursor }), ...(list && { contact_list_id: list }) }
    return listContacts(await workspaceContext(services, workspace), query)
  },
})

/** The report of a campaign, whole, as CSV. */
export const reportCampaign = operation({
  name: 'campaign.report',
  input: z.object({ workspace: z.string(), id: z.string() }),
  async run(services, { workspace, id }) {
    const { campaignReport } = await import('../modules/campaigns/index.ts')
    const { content } = await campaignReport(await workspaceContext(services, workspace), id)
    const parts: string[] = []
    for await (const part of Readable.from(content as AsyncIterable<string> | string)) parts.push(String(part))
    return parts.join('')
  },
})

export const operations = [
  createUser,
  listUsers,
  setPassword,
  makeAdmin,
  resetTwoFactor,
  createWorkspace,
  listWorkspaces,
  listMails,
  findMail,
  listContacts,
  reportCampaign,
]
