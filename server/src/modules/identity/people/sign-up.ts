import { type Ctx, transaction } from '../../../platform/context.ts'
import { violates } from '../../../platform/database/errors.ts'
import type { Call } from '../../../platform/database/statement.ts'
import { conflict } from '../../../platform/errors.ts'
import { emit } from '../../../platform/events.ts'
import { newId } from '../../../platform/id.ts'
import { type Services, serverContext } from '../../../platform/services.ts'
import { requireAdmitted, signUpLimit } from '../throttle.ts'
import { audited } from '../audit.ts'
import { MemberJoined, UserSignedUp, WorkspaceCreated } from '../events.ts'
import { acceptInvitationCall } from '../workspaces/invitations.ts'
import { hashPassword, requireAcceptablePassword } from '../passwords/passwords.ts'
import type { NewAccount } from './schema.ts'
import type { SignedIn } from '../sessions/schema.ts'
import { type Device } from '../sessions/device.ts'
import { startSession } from '../sessions/sessions.ts'
import { actAs, insertUser } from './users.ts'
import { createWorkspaceCall } from '../workspaces/workspaces.ts'

/**
 * Creates a user and signs them in: with an invitation as a member of its workspace, otherwise as the owner of a new
 * workspace. Throws 409 when the e-mail address or username is taken, 404 or 403 for an invalid invitation, 429.
 */
export async function signUp(
  services: Services,
  input: NewAccount & { userMetadata?: object },
  device: Device,
): Promise<SignedIn> {
  const { config } = services
  requireAcceptablePassword(input.password, config.signIn)
  const server = serverContext(services, { workspaceId: null })
  const [admitted] = await server.db.together([signUpLimit(config, device.address)])
  requireAdmitted(admitted, 'sign up')

  const user = await newUser(newId(), input)
  try {
    return await transaction(server, (ctx) => startAccount(ctx, user, { invitation: input.invitation_token }, device))
  } catch (error) {
    throw takenOr(error)
  }
}

/** Inserts the user, adds them to a workspace and signs them in. The context is the server's own. */
export async function startAccount(
  ctx: Ctx,
  { id, insert, workspaceName }: NewUser,
  { invitation, more = [] }: { invitation?: string | undefined; more?: Call[] },
  device: Device,
): Promise<SignedIn> {
  const workspaceId = newId()
  const placing = invitation ? acceptInvitationCall(invitation) : createWorkspaceCall(workspaceId, workspaceName)
  const signedUp = audited({ action: 'user.signed_up', target: `user:${id}`, address: device.address })
  const signedIn = await startSession(ctx, [insert, actAs.call({ user_id: id }), placing, ...more, signedUp], device)
  emit(ctx, UserSignedUp, { user_id: id })
  if (!invitation) emit(ctx, WorkspaceCreated, { workspace_id: workspaceId })
  const { workspace } = signedIn.user
  if (workspace?.role) emit(ctx, MemberJoined, { workspace_id: workspace.id, user_id: id, role: workspace.role })
  return signedIn
}

export interface NewUser {
  id: string
  insert: Call
  /** The name of their workspace, if one is created. */
  workspaceName: string
}

/** Hashes the password; null for a user of another provider. `email_verified` is false by default. */
export async function newUser(
  id: string,
  input: Omit<NewAccount, 'invitation_token' | 'password'> & {
    password: string | null
    email_verified?: boolean
    userMetadata?: object
  },
): Promise<NewUser> {
  const more = input.metadata ?? {}
  const fullName = input.full_name ?? input.name ?? more.full_name ?? more.name ?? null
  const displayName = input.display_name ?? more.display_name ?? null
  const username = input.username ?? more.username ?? null
  const companyName = input.company_name ?? more.company_name ?? null
  const insert = insertUser.call({
    id,
    email: input.email,
    password_hash: input.password === null ? null : await hashPassword(input.password),
    email_verified: input.email_verified ?? false,
    full_name: fullName,
    display_name: displayName,
    username,
    company_name: companyName,
    phone: input.phone ?? more.phone ?? null,
    avatar_url: input.avatar_url ?? more.avatar_url ?? null,
    metadata: JSON.stringify(input.userMetadata ?? {}),
  })
  const person = fullName ?? displayName ?? username ?? input.email.split('@')[0]
  return { id, insert, workspaceName: companyName ?? `${person}'s workspace` }
}

/** Returns 409 for a violated unique constraint, otherwise the error. */
export function takenOr(error: unknown): unknown {
  if (violates(error, 'users_email_key')) {
    return conflict('email_taken', 'An account with this e-mail address exists already. Sign in instead.')
  }
  if (violates(error, 'users_username_key')) return conflict('username_taken', 'This username is taken.')
  return error
}
