import { z } from 'zod'
import type { AppError } from '../../platform/errors.ts'
import { FileReply, type Route, route } from '../../platform/http/route.ts'
import { deviceOf } from './device.ts'
import { currentSession, revokeAllSessions, revokeOtherSessions, revokeSession } from './sessions.ts'
import {
  changeSupabaseUser,
  supabasePasswordGrant,
  supabaseRefreshGrant,
  supabaseSignUp as signUp,
  supabaseUserOf,
} from './supabase.ts'
import {
  supabaseGrant,
  supabaseScope,
  supabaseSession,
  supabaseSignUp,
  supabaseToken,
  supabaseUser,
  supabaseUserChanges,
} from './supabase-schema.ts'

/** GoTrue's names for what has another name with us. */
const errorCodes: Record<string, string> = {
  invalid_input: 'validation_failed',
  unauthorized: 'bad_jwt',
  account_suspended: 'user_banned',
  too_many_requests: 'over_request_rate_limit',
}

const failureFields = ({ code, message }: AppError) => ({ error_code: errorCodes[code] ?? code, msg: message })

export const supabaseRoutes: Record<string, Route> = {
  supabaseSignUp: route({
    kind: 'outside',
    method: 'POST',
    path: '/auth/v1/signup',
    access: 'public',
    summary: 'Make an account (supabase.auth.signUp).',
    body: supabaseSignUp,
    example: { email: 'cara@example.com', password: 'correct horse battery', data: { full_name: 'Cara Diaz' } },
    answer: supabaseSession,
    errors: [422],
    notIdempotent: true,
    failureFields,
    handler: ({ services }, { body, request }) => signUp(services, body, deviceOf(request)),
  }),

  supabaseToken: route({
    kind: 'outside',
    method: 'POST',
    path: '/auth/v1/token',
    access: 'public',
    summary: 'Sign in or get new tokens (supabase.auth.signInWithPassword, refreshSession).',
    query: supabaseGrant,
    body: supabaseToken,
    example: { email: 'ana@example.com', password: 'correct horse battery' },
    answer: supabaseSession,
    notIdempotent: true,
    failureFields,
    handler: ({ services }, { query, body, request }) =>
      query.grant_type === 'password'
        ? supabasePasswordGrant(services, body, deviceOf(request))
        : supabaseRefreshGrant(services, body.refresh_token, deviceOf(request)),
  }),

  supabaseGetUser: route({
    kind: 'read',
    method: 'GET',
    path: '/auth/v1/user',
    access: 'user',
    summary: 'Who I am (supabase.auth.getUser).',
    answer: supabaseUser,
    failureFields,
    handler: supabaseUserOf,
  }),

  supabaseUpdateUser: route({
    kind: 'outside',
    method: 'PUT',
    path: '/auth/v1/user',
    access: 'user',
    summary: 'Change my password or metadata (supabase.auth.updateUser).',
    body: supabaseUserChanges,
    example: { data: { full_name: 'Ana Silva', theme: 'dark' } },
    answer: supabaseUser,
    errors: [409],
    notIdempotent: true,
    failureFields,
    handler: (ctx, { body, request }) => changeSupabaseUser(ctx, body, deviceOf(request)),
  }),

  supabaseLogout: route({
    kind: 'write',
    method: 'POST',
    path: '/auth/v1/logout',
    access: 'user',
    summary: 'Sign out (supabase.auth.signOut).',
    query: supabaseScope,
    status: 204,
    answer: z.null(),
    notIdempotent: true,
    failureFields,
    async handler(ctx, { query: { scope } }) {
      if (scope === 'local') await revokeSession(ctx, currentSession(ctx) as string, 'signed_out')
      else if (scope === 'others') await revokeOtherSessions(ctx)
      else await revokeAllSessions(ctx)
      return new FileReply('', {}, 204)
    },
  }),
}
