import type { Ctx } from '../../platform/context.ts'
import { findOrCreateContact, toE164 } from '../contacts/index.ts'

/** The contact details that a person from outside the workspace gives. Nothing verifies them. */
export interface GuestDetails {
  name?: string | undefined
  email?: string | undefined
  phone?: string | undefined
  /** Path of the field to name when the telephone number is not valid. */
  phonePath: string
}

/** Returns the contact with this address or number, or a new contact; null when neither is given. Throws 400. */
export async function findOrCreateGuest(
  ctx: Ctx,
  { name, email, phone, phonePath }: GuestDetails,
): Promise<string | null> {
  const identities = [
    ...(email ? [{ kind: 'email' as const, value: email }] : []),
    ...(phone ? [{ kind: 'phone' as const, value: await toE164(ctx, phone, phonePath) }] : []),
  ]
  return identities.length > 0 ? findOrCreateContact(ctx, { name, identities }) : null
}
