/**
 * The permissions. Every route names one scope; a member's role allows it or not by this table, and an API key by the
 * scopes it was given. The role test calls every operation as every role against it.
 */
export const roles = [
  'owner',
  'admin',
  'agent',
  'sales_manager',
  'sales_rep',
  'qa_supervisor',
  'compliance_officer',
  'operations',
] as const
export type Role = (typeof roles)[number]

const everyone: readonly Role[] = roles
const management: readonly Role[] = ['owner', 'admin']
const allBut = (...without: Role[]): readonly Role[] => roles.filter((role) => !without.includes(role))

/** Which roles have which scope. */
export const scopes = {
  'workspace:read': everyone,
  'workspace:write': management,
  'workspace:delete': ['owner'],
  'members:read': everyone,
  'members:write': management,
  'api-keys:write': management,
  'audit:read': ['owner', 'admin', 'compliance_officer'],

  'contacts:read': allBut('operations'),
  'contacts:write': ['owner', 'admin', 'agent', 'sales_manager', 'sales_rep'],
  /** Erased data cannot be restored. */
  'contacts:erase': ['owner', 'admin', 'compliance_officer'],
  'contacts:import': ['owner', 'admin', 'agent', 'sales_manager', 'sales_rep'],
  'timeline:read': allBut('operations'),
  'contact-lists:read': everyone,
  'do-not-call:read': everyone,
  'do-not-call:write': ['owner', 'admin', 'agent', 'sales_manager', 'sales_rep', 'compliance_officer'],
  'files:read': everyone,
  'files:write': allBut('qa_supervisor', 'compliance_officer'),

  'telephony:read': everyone,
  'telephony:write': ['owner', 'admin', 'operations'],
  'campaigns:read': everyone,
  'campaigns:write': ['owner', 'admin', 'sales_manager', 'operations'],
  /** The contacts that a campaign called and the results: personal data, so not for operations. */
  'campaign-calls:read': allBut('operations'),
  /** The calls of all modules with what was said: not for operations. */
  'call-log:read': allBut('operations'),
  /** Threads with people outside: their content, so not for operations. */
  'conversations:read': allBut('operations'),
  'conversations:write': ['owner', 'admin', 'agent', 'sales_manager', 'sales_rep'],
  'products:read': everyone,
  'products:write': ['owner', 'admin', 'sales_manager'],
  'orders:read': allBut('operations'),
  'orders:write': ['owner', 'admin', 'agent', 'sales_manager', 'sales_rep'],
  'forms:read': everyone,
  'forms:write': ['owner', 'admin', 'sales_manager'],
  'form-submissions:read': allBut('operations'),
  'clients:read': everyone,
  'clients:write': ['owner', 'admin', 'operations'],
  /** Logged by agents with an API key; people correct them. */
  'calls:read': allBut('operations'),
  'calls:write': ['owner', 'admin', 'agent', 'sales_manager', 'sales_rep', 'qa_supervisor'],
  'analytics:read': everyone,
  'knowledge:write': ['owner', 'admin', 'operations'],
  'properties:read': everyone,
  'properties:write': ['owner', 'admin', 'agent', 'sales_manager', 'sales_rep'],
  'prospects:read': allBut('operations'),
  'prospects:write': ['owner', 'admin', 'agent', 'sales_manager', 'sales_rep'],
  /** Scores and remarks on how a conversation went. */
  'conversations:review': ['owner', 'admin', 'sales_manager', 'qa_supervisor'],
  'qualification:write': ['owner', 'admin', 'agent', 'sales_manager', 'sales_rep', 'qa_supervisor'],
  'appointments:read': allBut('operations'),
  'appointments:write': ['owner', 'admin', 'agent', 'sales_manager', 'sales_rep'],
  'handoffs:read': allBut('operations'),
  'handoffs:write': ['owner', 'admin', 'agent', 'sales_manager', 'sales_rep'],
  'routing:read': everyone,
  'routing:write': ['owner', 'admin', 'sales_manager'],
  'billing:read': everyone,
  'billing:write': management,
  'invoices:read': ['owner', 'admin', 'compliance_officer'],
  'integrations:read': everyone,
  'integrations:write': ['owner', 'admin', 'operations'],
  'payments:read': allBut('operations'),
  'payments:write': ['owner', 'admin', 'agent', 'sales_manager', 'sales_rep'],
  'payments:refund': management,
  'realtime:connect': everyone,
} as const satisfies Record<string, readonly Role[]>

export type Scope = keyof typeof scopes

/**
 * What a route requires of its caller. `public`: nothing; `user`: anyone signed in, whatever their workspace
 * or role; `admin`: the platform's administrator; otherwise a scope.
 */
export type Access = 'public' | 'user' | 'admin' | Scope
