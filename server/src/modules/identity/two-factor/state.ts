import { sql } from 'kysely'
import { statement } from '../../../platform/database/statement.ts'

export type Method = 'totp' | 'passkey' | 'recovery_code'

export interface TwoFactorState {
  enabled: boolean
  methods: Method[]
  totp: { created_at: string } | null
  passkeys: { id: string; name: string; created_at: string; last_used_at: string | null }[]
  recovery_codes_left: number
}

/** The second factors of the current user. */
export const findState = statement(
  'identity.two_factor.state',
  () => sql<Omit<TwoFactorState, 'enabled' | 'methods'>>`
    select (select jsonb_build_object('created_at', a.confirmed_at) from identity.authenticator_apps a
             where a.user_id = app.user_id() and a.confirmed_at is not null) as totp,
           coalesce((select jsonb_agg(jsonb_build_object('id', p.id, 'name', p.name, 'created_at', p.created_at,
                                        'last_used_at', p.last_used_at) order by p.id)
                       from identity.passkeys p where p.user_id = app.user_id()), '[]') as passkeys,
           (select count(*) from identity.recovery_codes c
             where c.user_id = app.user_id() and c.used_at is null) as recovery_codes_left`,
)

/** Returns the methods that complete a sign-in; empty without a second factor. */
export function methodsOf({
  totp,
  passkeys,
  recovery_codes_left,
}: Pick<TwoFactorState, 'totp' | 'passkeys' | 'recovery_codes_left'>): Method[] {
  const factors: Method[] = [
    ...(totp ? (['totp'] as const) : []),
    ...(passkeys.length > 0 ? (['passkey'] as const) : []),
  ]
  return factors.length > 0 && recovery_codes_left > 0 ? [...factors, 'recovery_code'] : factors
}
