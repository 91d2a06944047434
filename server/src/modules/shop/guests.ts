import type { Ctx } from '../../platform/context.ts'
import { findOrCreateContact, toE164 } from '../contacts/index.ts'

/** Somebody from outside, as they say who they are. */
export interface Stranger {
  name?: string | undefined
  email?: string | undefined
  phone?: string | undefined
  /** The field to name when the number is none. */
  phonePath: string
}

/** The contact whom this address or number belongs to, else a new one; null for somebody without either. */
export async function findOrCreateGuest(ctx: Ctx, { name, email, phone, phonePath }: Stranger): Promise<string | null> {
  const identities = [
    ...(email ? [{ kind: 'email' as const, value: email }] : []),
    ...(phone ? [{ kind: 'phone' as const, value: await toE164(ctx, phone, phonePath) }] : []),
  ]
  return identities.length > 0 ? findOrCreateContact(ctx, { name, identities }) : null
}
