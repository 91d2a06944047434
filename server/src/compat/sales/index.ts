import { z } from 'zod'
import { Handoff } from '../../modules/sales/handoffs/schema.ts'
import { adapt } from '../adapt.ts'
import type { FrontEnd } from '../front-end.ts'
import { listCampaigns } from './campaigns.ts'
import { listQuery } from './lists.ts'

/** The property sales front-end. Its sign-in is that of supabase-js, under `/auth/v1`. */
export const salesFrontEnd: FrontEnd = {
  name: 'sales',
  title: 'property sales',
  passes: [
    'listProperties',
    'createProperty',
    'getProperty',
    'putProperty',
    'deleteProperty',
    'createProspect',
    'createCampaign',
    'createSalesConversation',
    'createAppointment',
    'createHandoff',
    'createHandoffFromAppointment',
    'listIntegrations',
    'saveIntegration',
    'putIntegrationById',
    'signOut',
    'testDatabase',
  ],
  adapted: {
    listCampaigns,
    listProspects: adapt({
      operation: 'listProspects',
      query: listQuery('status', 'city', 'assignedTo'),
      toRequest: ({ query }) => ({ query }),
    }),
    listSalesConversations: adapt({
      operation: 'listSalesConversations',
      query: listQuery('prospectId', 'campaignId', 'channel'),
      toRequest: ({ query }) => ({ query }),
    }),
    listAppointments: adapt({
      operation: 'listAppointments',
      summary: 'List appointments, soonest first',
      query: listQuery('prospectId', 'assignedRepId', 'status'),
      // Lists with a period are in the order of the start times.
      toRequest: ({ query }) => ({ query: { ...query, from: '2000-01-01' } }),
    }),
    listHandoffs: adapt({
      operation: 'listHandoffs',
      summary: 'List handoffs as a bare list, newest first',
      query: listQuery('status'),
      toRequest: ({ query }) => ({ query }),
      response: z.array(Handoff),
      toResponse: ({ data }) => data,
    }),
  },
}
