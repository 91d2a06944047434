import { z } from 'zod'
import { wrapped } from '../../../platform/http/page.ts'
import { clampedPage, id, succeeded, success } from '../../../platform/http/fields.ts'
import { type Route, patchAndPut, route } from '../../../platform/http/route.ts'
import { deleteInterest, listInterests, recordInterest } from './interests.ts'
import { listProspects } from './prospect-list.ts'
import { createProspect, deleteProspect, getProspect, updateProspect } from './prospects.ts'
import { changeScore, deleteScore, listScores, scoreProspect } from '../qualification/scores.ts'
import { Interest, NewInterest, NewProspect, Prospect, ProspectChanges, ProspectQuery } from './schema.ts'
import { NewQualificationScore, QualificationScore, QualificationScoreChanges } from '../qualification/schema.ts'
import { dataOf, listOf } from '../schema.ts'

const byId = z.object({ id: id.describe('Id of the prospect.') })
const ofScore = z.object({ id: id.describe('Id of the prospect.'), scoreId: id.describe('Id of the score.') })
const DataResponse = dataOf(Prospect)

const accepts = { body: { full_name: 'name', whatsapp_number: 'whatsapp' } }
const names = { full_name: 'name', whatsapp_number: 'whatsapp' }
const alsoInData = [{ at: 'data', names }]

export const prospectRoutes: Record<string, Route> = {
  listProspects: route({
    kind: 'read',
    method: 'GET',
    path: '/api/prospects',
    access: 'prospects:read',
    summary: 'List prospects, newest first',
    query: ProspectQuery,
    response: listOf(Prospect),
    alsoReturns: [{ at: 'data[]', names }],
    handler: async (ctx, { query, request }) => wrapped(await listProspects(ctx, query), request.url),
  }),
  createProspect: route({
    kind: 'write',
    method: 'POST',
    path: '/api/prospects',
    access: 'prospects:write',
    summary: 'Create a prospect; without `assigned_to` the routing rules assign it',
    body: NewProspect,
    example: {
      name: 'Layla Haddad',
      email: 'layla@example.com',
      phone: '+971501234567',
      whatsapp: '+971501234567',
      budget: 'AED 2-3M',
      city: 'Dubai',
      timeline: 'within 3 months',
      preferred_channel: 'whatsapp',
      language: 'en',
    },
    status: 201,
    response: DataResponse,
    errors: [409],
    accepts,
    alsoReturns: alsoInData,
    handler: async (ctx, { body }) => ({ data: await createProspect(ctx, body) }),
  }),
  getProspect: route({
    kind: 'read',
    method: 'GET',
    path: '/api/prospects/:id',
    access: 'prospects:read',
    summary: 'Get a prospect',
    params: byId,
    response: DataResponse,
    alsoReturns: alsoInData,
    handler: async (ctx, { params }) => ({ data: await getProspect(ctx, params.id) }),
  }),
  ...patchAndPut('Prospect', {
    path: '/api/prospects/:id',
    access: 'prospects:write',
    summary: 'Update a prospect; omitted fields keep their values',
    params: byId,
    body: ProspectChanges,
    example: { status: 'contacted', timeline: 'within 3 months' },
    response: DataResponse,
    errors: [409],
    accepts,
    alsoReturns: alsoInData,
    handler: async (ctx, { params, body }) => ({ data: await updateProspect(ctx, params.id, body) }),
  }),
  deleteProspect: route({
    kind: 'write',
    method: 'DELETE',
    path: '/api/prospects/:id',
    access: 'prospects:write',
    summary: 'Delete a prospect with its appointments and handoffs; the contact stays',
    params: byId,
    response: success,
    async handler(ctx, { params }) {
      await deleteProspect(ctx, params.id)
      return succeeded
    },
  }),
  listQualificationScores: route({
    kind: 'read',
    method: 'GET',
    path: '/api/prospects/:id/qualification-scores',
    access: 'prospects:read',
    summary: 'List the qualification scores of a prospect, newest first',
    params: byId,
    query: clampedPage(),
    response: listOf(QualificationScore),
    handler: async (ctx, { params, query, request }) => wrapped(await listScores(ctx, params.id, query), request.url),
  }),
  createQualificationScore: route({
    kind: 'write',
    method: 'POST',
    path: '/api/prospects/:id/qualification-scores',
    access: 'qualification:write',
    summary: 'Score a prospect; omitted parts are computed from the known data',
    params: byId,
    body: NewQualificationScore,
    example: { authority: 15, notes: 'Buys alone, said so on the phone' },
    status: 201,
    response: dataOf(QualificationScore),
    handler: async (ctx, { params, body }) => ({ data: await scoreProspect(ctx, params.id, body) }),
  }),
  ...patchAndPut('QualificationScore', {
    path: '/api/prospects/:id/qualification-scores/:scoreId',
    access: 'qualification:write',
    summary: 'Correct a score; omitted parts keep their points, and the total is updated',
    params: ofScore,
    body: QualificationScoreChanges,
    example: { budget: 20, notes: 'The bank said yes' },
    response: dataOf(QualificationScore),
    handler: async (ctx, { params, body }) => ({ data: await changeScore(ctx, params.id, params.scoreId, body) }),
  }),
  deleteQualificationScore: route({
    kind: 'write',
    method: 'DELETE',
    path: '/api/prospects/:id/qualification-scores/:scoreId',
    access: 'qualification:write',
    summary: 'Delete a qualification score',
    params: ofScore,
    response: success,
    async handler(ctx, { params }) {
      await deleteScore(ctx, params.id, params.scoreId)
      return succeeded
    },
  }),
  listInterests: route({
    kind: 'read',
    method: 'GET',
    path: '/api/prospects/:id/interests',
    access: 'prospects:read',
    summary: 'List the properties that a prospect is interested in, newest first',
    params: byId,
    query: clampedPage(),
    response: listOf(Interest),
    handler: async (ctx, { params, query, request }) =>
      wrapped(await listInterests(ctx, params.id, query), request.url),
  }),
  createInterest: route({
    kind: 'write',
    method: 'POST',
    path: '/api/prospects/:id/interests',
    access: 'prospects:write',
    summary: "Record a prospect's interest in a property",
    params: byId,
    body: NewInterest,
    example: { property_id: '0199aaaa-0000-7000-8000-000000000001', note: 'Asked for the floor plan' },
    status: 201,
    response: dataOf(Interest),
    handler: async (ctx, { params, body }) => ({
      data: await recordInterest(ctx, params.id, body.property_id, body.note ?? null),
    }),
  }),
  deleteInterest: route({
    kind: 'write',
    method: 'DELETE',
    path: '/api/prospects/:id/interests/:interestId',
    access: 'prospects:write',
    summary: "Delete a prospect's interest in a property",
    params: z.object({ id: id.describe('Id of the prospect.'), interestId: id.describe('Id of the interest.') }),
    response: success,
    async handler(ctx, { params }) {
      await deleteInterest(ctx, params.id, params.interestId)
      return succeeded
    },
  }),
}
