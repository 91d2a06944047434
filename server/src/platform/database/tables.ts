// Written by `npm run generate` from the migrations; change those.
import type { ColumnType, Generated, GeneratedAlways } from 'kysely'

/** Read as ISO 8601 with `Z`. */
type Timestamp = ColumnType<string, string | Date, string | Date>
/** Written as JSON text, because `pg` would send an array as a PostgreSQL array. */
type Json = ColumnType<unknown, string, string>

export interface IdentityApiKeys {
  id: string
  workspace_id: Generated<string>
  created_by: Generated<string>
  name: string
  key_hash: Buffer
  prefix: string
  scopes: string[]
  created_at: Generated<Timestamp>
  expires_at: Timestamp | null
  last_used_at: Timestamp | null
  revoked_at: Timestamp | null
}

export interface IdentityInvitations {
  id: string
  workspace_id: Generated<string>
  email: string
  role: string
  token_hash: Buffer
  invited_by: Generated<string>
  created_at: Generated<Timestamp>
  expires_at: Timestamp
  accepted_at: Timestamp | null
}

export interface IdentityMembers {
  workspace_id: Generated<string>
  user_id: string
  role: string
  created_at: Generated<Timestamp>
}

export interface IdentitySessions {
  id: string
  user_id: string
  generation: Generated<number>
  refresh_key: string
  rotated_at: Generated<Timestamp>
  user_agent: string | null
  ip: string | null
  created_at: Generated<Timestamp>
  expires_at: Timestamp
  idle_expires_at: Timestamp
  revoked_at: Timestamp | null
}

export interface IdentityUsers {
  id: string
  email: string
  password_hash: string | null
  full_name: string | null
  username: string | null
  display_name: string | null
  phone: string | null
  avatar_url: string | null
  company_name: string | null
  is_admin: Generated<boolean>
  is_affiliate: Generated<boolean>
  email_verified: Generated<boolean>
  phone_verified: Generated<boolean>
  suspended_at: Timestamp | null
  current_workspace_id: string | null
  last_active_at: Timestamp | null
  created_at: Generated<Timestamp>
  updated_at: Generated<Timestamp>
}

export interface IdentityWorkspaces {
  id: string
  name: string
  default_country: Generated<string>
  currency: Generated<string>
  time_zone: Generated<string>
  created_at: Generated<Timestamp>
  updated_at: Generated<Timestamp>
  deleted_at: Timestamp | null
}

export interface PlatformEvents {
  sequence: GeneratedAlways<number>
  id: string
  transaction_id: Generated<string>
  workspace_id: Generated<string | null>
  type: string
  data: Json
  topics: Generated<string[]>
  created_at: Generated<Timestamp>
}

export interface PlatformIdempotencyKeys {
  principal: string
  workspace_id: string | null
  method: string
  path: string
  key: string
  body_hash: Buffer
  status: number | null
  answer: string | null
  answer_type: string | null
  locked_until: Timestamp
  created_at: Generated<Timestamp>
}

export interface PlatformSubscribers {
  name: string
  transaction_id: string
  sequence: number
  updated_at: Generated<Timestamp>
}

export interface Database {
  'identity.api_keys': IdentityApiKeys
  'identity.invitations': IdentityInvitations
  'identity.members': IdentityMembers
  'identity.sessions': IdentitySessions
  'identity.users': IdentityUsers
  'identity.workspaces': IdentityWorkspaces
  'platform.events': PlatformEvents
  'platform.idempotency_keys': PlatformIdempotencyKeys
  'platform.subscribers': PlatformSubscribers
}
