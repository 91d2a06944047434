import { z } from 'zod'
import { id, page, pageOf, succeeded, success } from '../../platform/http/fields.ts'
import { type RouteTable, changes, route } from '../../platform/http/route.ts'
import { deleteCall, getCall, listCalls, logCall, updateCall } from './calls.ts'
import { createClient, deleteClient, getClient, listClients, updateClient } from './clients.ts'
import { addKnowledge, addKnowledgeFile, deleteKnowledge, listKnowledge, searchKnowledge } from './knowledge.ts'
import * as schema from './schema.ts'
import { callsPerDay, clientStatistics, dashboard, sentimentShares, usage } from './statistics.ts'

const byId = z.object({ id })
const someId = '0199b0a0-0000-7000-8000-000000000001'

export const receptionistRoutes: RouteTable = {
  tag: 'Receptionist',
  routes: {
    listClients: route({
      kind: 'read',
      method: 'GET',
      path: '/api/clients',
      access: 'clients:read',
      summary: 'Businesses the receptionist answers for, newest first',
      query: schema.ClientQuery,
      answer: pageOf(schema.Client),
      handler: (ctx, { query }) => listClients(ctx, query),
    }),
    createClient: route({
      kind: 'write',
      method: 'POST',
      path: '/api/clients',
      access: 'clients:write',
      summary: 'Add a client',
      body: schema.NewClient,
      example: {
        name: 'Dr. Berg',
        phone_number: '+15551230077',
        profession: 'Dentist',
        voice_name: 'Rachel',
        system_prompt: 'Be brief and kind.',
      },
      status: 201,
      answer: schema.Client,
      errors: [402, 409],
      handler: (ctx, { body }) => createClient(ctx, body),
    }),
    getClient: route({
      kind: 'read',
      method: 'GET',
      path: '/api/clients/:id',
      access: 'clients:read',
      summary: 'One client',
      params: byId,
      answer: schema.Client,
      handler: (ctx, { params }) => getClient(ctx, params.id),
    }),
    ...changes('Client', {
      path: '/api/clients/:id',
      access: 'clients:write',
      summary: 'Change a client; what is not sent stays',
      params: byId,
      body: schema.ClientChanges,
      example: { voice_name: 'Rachel', system_prompt: 'You answer for a dentist. Be brief and kind.' },
      answer: schema.Client,
      errors: [409],
      handler: (ctx, { params, body }) => updateClient(ctx, params.id, body),
    }),
    deleteClient: route({
      kind: 'write',
      method: 'DELETE',
      path: '/api/clients/:id',
      access: 'clients:write',
      summary: 'Stop answering for a client; its calls stay in the figures',
      params: byId,
      answer: success,
      async handler(ctx, { params }) {
        await deleteClient(ctx, params.id)
        return succeeded
      },
    }),

    listKnowledge: route({
      kind: 'read',
      method: 'GET',
      path: '/api/clients/:id/knowledge',
      access: 'clients:read',
      summary: 'What the receptionist knows of a client',
      params: byId,
      query: page(),
      answer: pageOf(schema.Knowledge),
      handler: (ctx, { params, query }) => listKnowledge(ctx, params.id, query),
    }),
    addKnowledge: route({
      kind: 'outside',
      method: 'POST',
      path: '/api/clients/:id/knowledge',
      access: 'knowledge:write',
      summary: 'Teach the receptionist a text, or a text file in the form field "file"',
      params: byId,
      body: schema.NewKnowledge,
      example: { title: 'Opening hours', content: 'We are open from Monday to Friday, 9 to 17.' },
      upload: true,
      bodyLimitBytes: 2 * 1024 * 1024,
      status: 201,
      answer: schema.Knowledge,
      errors: [413, 415],
      handler: (ctx, { params, body, request }) =>
        body ? addKnowledge(ctx, params.id, body) : addKnowledgeFile(ctx, params.id, request),
    }),
    searchKnowledge: route({
      kind: 'outside',
      method: 'GET',
      path: '/api/clients/:id/knowledge/search',
      access: 'clients:read',
      summary: 'Passages that answer a question, by words and by meaning',
      params: byId,
      query: z.object({
        q: z.string().trim().min(1).max(1000),
        limit: z.coerce.number().int().min(1).max(50).default(5),
      }),
      answer: z.object({ data: z.array(schema.FoundPassage) }),
      handler: async (ctx, { params, query }) => ({
        data: await searchKnowledge(ctx, params.id, query.q, query.limit),
      }),
    }),
    deleteKnowledge: route({
      kind: 'write',
      method: 'DELETE',
      path: '/api/clients/:id/knowledge/:knowledgeId',
      access: 'knowledge:write',
      summary: 'Forget a text',
      params: z.object({ id, knowledgeId: id }),
      answer: success,
      async handler(ctx, { params }) {
        await deleteKnowledge(ctx, params.id, params.knowledgeId)
        return succeeded
      },
    }),
    deleteKnowledgeByQuery: route({
      kind: 'write',
      method: 'DELETE',
      path: '/api/clients/:id/knowledge',
      access: 'knowledge:write',
      summary: 'Forget a text, named in the query',
      params: byId,
      query: z.object({ knowledge_id: id }),
      answer: success,
      async handler(ctx, { params, query }) {
        await deleteKnowledge(ctx, params.id, query.knowledge_id)
        return succeeded
      },
    }),

    listCalls: route({
      kind: 'read',
      method: 'GET',
      path: '/api/calls',
      access: 'calls:read',
      summary: 'Calls of clients, newest first, by page or by cursor',
      query: schema.CallQuery,
      answer: schema.CallPage,
      handler: (ctx, { query }) => listCalls(ctx, query),
    }),
    logCall: route({
      kind: 'write',
      method: 'POST',
      path: '/api/calls',
      access: 'calls:write',
      summary: 'Log a call that took place; for agents, with an API key',
      body: schema.NewCall,
      example: {
        client_id: someId,
        caller_phone: '+15551230042',
        caller_name: 'Ana Silva',
        transcript: 'I would like an appointment on Friday.',
        sentiment: 'positive',
        success: true,
        duration_seconds: 45.5,
        stt_latency_ms: 150,
        llm_latency_ms: 300,
        tts_latency_ms: 200,
      },
      status: 201,
      answer: schema.Call,
      handler: (ctx, { body }) => logCall(ctx, body),
    }),
    getCall: route({
      kind: 'read',
      method: 'GET',
      path: '/api/calls/:id',
      access: 'calls:read',
      summary: 'One call',
      params: byId,
      answer: schema.Call,
      handler: (ctx, { params }) => getCall(ctx, params.id),
    }),
    ...changes('Call', {
      path: '/api/calls/:id',
      access: 'calls:write',
      summary: 'Correct the record of a call; figures follow',
      params: byId,
      body: schema.CallChanges,
      example: { sentiment: 'positive', notes: 'Called back at noon' },
      answer: schema.Call,
      handler: (ctx, { params, body }) => updateCall(ctx, params.id, body),
    }),
    deleteCall: route({
      kind: 'write',
      method: 'DELETE',
      path: '/api/calls/:id',
      access: 'calls:write',
      summary: 'Delete the record of a call; figures follow',
      params: byId,
      answer: success,
      async handler(ctx, { params }) {
        await deleteCall(ctx, params.id)
        return succeeded
      },
    }),

    getDashboard: route({
      kind: 'read',
      method: 'GET',
      path: '/api/analytics/dashboard',
      access: 'analytics:read',
      summary: 'How the receptionist does: clients, calls, minutes, success, latencies, mood',
      query: schema.StatisticsQuery,
      answer: schema.Dashboard,
      handler: (ctx, { query }) => dashboard(ctx, query),
    }),
    getCallsPerDay: route({
      kind: 'read',
      method: 'GET',
      path: '/api/analytics/calls-per-day',
      access: 'analytics:read',
      summary: 'Calls and minutes of each day, days without calls too',
      query: schema.StatisticsQuery,
      answer: schema.CallsPerDay,
      handler: (ctx, { query }) => callsPerDay(ctx, query),
    }),
    getSentiment: route({
      kind: 'read',
      method: 'GET',
      path: '/api/analytics/sentiment',
      access: 'analytics:read',
      summary: 'The mood of callers',
      query: schema.StatisticsQuery,
      answer: schema.SentimentShares,
      handler: (ctx, { query }) => sentimentShares(ctx, query),
    }),
    getClientStatistics: route({
      kind: 'read',
      method: 'GET',
      path: '/api/analytics/client/:id/stats',
      access: 'analytics:read',
      summary: "The dashboard's figures for one client",
      params: byId,
      query: schema.StatisticsQuery,
      answer: schema.ClientStatistics,
      handler: (ctx, { params, query }) => clientStatistics(ctx, params.id, query),
    }),
    getUsage: route({
      kind: 'read',
      method: 'GET',
      path: '/api/usage',
      access: 'billing:read',
      summary: 'What the workspace uses of its plan',
      answer: schema.Usage,
      handler: (ctx) => usage(ctx),
    }),
  },
}
