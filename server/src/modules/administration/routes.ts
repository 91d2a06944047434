import { z } from 'zod'
import { id, pageOf, succeeded, success } from '../../platform/http/fields.ts'
import { type Route, type RouteTable, route } from '../../platform/http/route.ts'
import type { Ctx } from '../../platform/context.ts'
import type { Declarations } from '../../platform/module.ts'
import { createReport, handleReport, listReports } from './reports.ts'
import {
  type ManagedUser,
  handledReport,
  managedUser,
  measure,
  newReport,
  report,
  reportChanges,
  reportQuery,
  statistics,
  userQuery,
  verifying,
} from './schema.ts'
import { getStatistics } from './statistics.ts'
import { banUser, deleteUser, listManagedUsers, suspendUser, unsuspendUser, verifyUser } from './users.ts'

const params = z.object({ id: id.describe('Id of the user or report.') })

// `nontransactional`, because the service functions use transactions of the server's own.
const measureRoute = (
  verb: string,
  summary: string,
  take: (ctx: Ctx, id: string, reason?: string) => Promise<ManagedUser>,
): Route =>
  route({
    kind: 'nontransactional',
    method: 'POST',
    path: `/api/admin/users/:id/${verb}`,
    access: 'admin',
    summary,
    params,
    body: measure,
    example: { reason: 'Sends unwanted advertisements.' },
    response: managedUser,
    errors: [409],
    handler: (ctx, { params, body }) => take(ctx, params.id, body.reason),
  })

/** `counters`: statistics of other modules; `subjects`: their queries for objects that users can report. */
export const administrationRoutes = (
  counters: Declarations['counters'],
  subjects: Declarations['reportSubjects'],
): RouteTable => ({
  tag: 'Administration',
  routes: {
    getStatistics: route({
      kind: 'nontransactional',
      method: 'GET',
      path: '/api/admin/stats',
      access: 'admin',
      summary: "Get the platform's statistics",
      response: statistics,
      handler: (ctx) => getStatistics(ctx, counters),
    }),

    listManagedUsers: route({
      kind: 'nontransactional',
      method: 'GET',
      path: '/api/admin/users',
      access: 'admin',
      summary: 'List every user of the platform, newest first; `q` searches names and e-mail addresses',
      query: userQuery,
      response: pageOf(managedUser),
      handler: (ctx, { query }) => listManagedUsers(ctx, query),
    }),

    suspendUser: measureRoute('suspend', 'Suspend a user; their sessions end at once', suspendUser),
    unsuspendUser: measureRoute('unsuspend', "Lift a user's suspension or ban", unsuspendUser),
    banUser: measureRoute('ban', 'Ban a user permanently', banUser),

    deleteUser: route({
      kind: 'nontransactional',
      method: 'DELETE',
      path: '/api/admin/users/:id',
      access: 'admin',
      summary: "Delete a user's account and personal data; data that others rely on stays with a deleted user",
      params,
      response: success,
      errors: [409],
      async handler(ctx, { params }) {
        await deleteUser(ctx, params.id)
        return succeeded
      },
    }),

    verifyUser: route({
      kind: 'nontransactional',
      method: 'POST',
      path: '/api/admin/users/:id/verify',
      access: 'admin',
      summary: "Mark a user's e-mail address or telephone as verified",
      params,
      body: verifying,
      example: { type: 'email' },
      response: managedUser,
      handler: (ctx, { params, body }) => verifyUser(ctx, params.id, body.type),
    }),

    listReports: route({
      kind: 'nontransactional',
      method: 'GET',
      path: '/api/admin/reports',
      access: 'admin',
      summary: 'List what users have reported, newest first',
      query: reportQuery,
      response: pageOf(handledReport),
      handler: (ctx, { query }) => listReports(ctx, query),
    }),

    handleReport: route({
      kind: 'nontransactional',
      method: 'PATCH',
      path: '/api/admin/reports/:id',
      access: 'admin',
      summary: 'Resolve or dismiss a report',
      params,
      body: reportChanges,
      example: { status: 'resolved', note: 'Suspended for a week.' },
      response: handledReport,
      errors: [409],
      handler: (ctx, { params, body }) => handleReport(ctx, params.id, body),
    }),

    createReport: route({
      kind: 'nontransactional',
      method: 'POST',
      path: '/api/reports',
      access: 'user',
      summary: 'Report a user, or a message or chat that the caller can see, to the administrators',
      body: newReport,
      example: {
        subject_type: 'user',
        subject_id: '0199a3c8-7d3e-7c41-9a52-3f1de0c7b1aa',
        reason: 'spam',
        details: 'Writes the same to everybody.',
      },
      status: 201,
      response: report,
      handler: (ctx, { body }) => createReport(ctx, body, subjects),
    }),
  },
})
