import { campaigns } from './campaigns.ts'
import { type Item, type TableView, field, fields, owned, ownedFields, written, textOf } from './table.ts'
import { refusedChange } from '../failure.ts'

const newestFirst = { column: 'created_at', descending: true }
const someId = '0199b0a0-0000-7000-8000-000000000001'

const properties: TableView = {
  name: 'properties',
  of: ['sales'],
  about: 'Properties. Without a login those of the public workspace.',
  columns: {
    id: owned('id'),
    name: field('name', 'Marina Heights'),
    ...fields(
      'city',
      'price',
      'currency',
      'price_range',
      'bedrooms',
      'type',
      'status',
      'image_url',
      'description',
      'features',
    ),
    ...ownedFields('created_at', 'updated_at'),
  },
  list: {
    operation: 'listProperties',
    filters: { city: 'city', status: 'status', type: 'type' },
    order: newestFirst,
    form: 'list',
  },
  one: { operation: 'getProperty', param: 'id', data: true },
  insert: {
    operation: 'createProperty',
    example: { name: 'Marina Heights', city: 'Jeddah', price_range: '1.2M to 1.5M', bedrooms: 3, type: 'apartment' },
    data: true,
  },
  update: { operation: 'updateProperty', example: { status: 'reserved' }, data: true },
  remove: { operation: 'deleteProperty' },
}

const prospects: TableView = {
  name: 'prospects',
  of: ['sales'],
  about: 'Contacts in the sales pipeline.',
  columns: {
    ...ownedFields('id', 'contact_id'),
    name: field('name', 'Omar Haddad'),
    ...fields('email', 'phone', 'whatsapp', 'budget', 'city', 'timeline', 'status', 'assigned_to', 'preferred_channel'),
    ...fields('language', 'source_channel'),
    ...fields(
      'full_name',
      'whatsapp_number',
      'primary_segment',
      'property_type_pref',
      'beds_min',
      'budget_min',
      'budget_max',
    ),
    ...fields('consent_status', 'dnc'),
    ...ownedFields('assigned_to_name', 'assignment_reason', 'created_at', 'updated_at'),
  },
  list: {
    operation: 'listProspects',
    filters: { status: 'status', city: 'city', assigned_to: 'assignedTo' },
    order: newestFirst,
    form: 'list',
  },
  one: { operation: 'getProspect', param: 'id', data: true },
  insert: {
    operation: 'createProspect',
    example: { name: 'Omar Haddad', phone: '+966501234567', city: 'Jeddah', status: 'new' },
    data: true,
  },
  update: { operation: 'updateProspect', example: { status: 'contacted' }, data: true },
  remove: { operation: 'deleteProspect' },
}

const conversations: TableView = {
  name: 'conversations',
  of: ['sales'],
  about: 'Conversations with prospects.',
  columns: {
    id: owned('id'),
    prospect_id: field('prospect_id', someId),
    prospect_name: owned('prospect_name'),
    ...fields('campaign_id', 'timestamp', 'duration', 'channel', 'outcome', 'sentiment', 'ai_confidence'),
    transcript: field('transcript'),
    handoff_suggested: field('handoff_suggested'),
    message_count: field('message_count'),
    ...fields('status', 'assigned_to', 'tags', 'notes', 'subject', 'is_ai_active'),
    ...ownedFields('created_at', 'updated_at'),
  },
  list: {
    operation: 'listSalesConversations',
    filters: { prospect_id: 'prospectId', campaign_id: 'campaignId', channel: 'channel', outcome: 'outcome' },
    order: { column: 'timestamp', descending: true },
    form: 'list',
  },
  one: { operation: 'getSalesConversation', param: 'id', data: true },
  insert: {
    operation: 'createSalesConversation',
    example: { prospect_id: someId, channel: 'phone', outcome: 'connected', duration: 95, sentiment: 'positive' },
    data: true,
  },
  update: { operation: 'updateSalesConversation', example: { outcome: 'qualified' }, data: true },
  refuses: { remove: 'Conversations are kept. Close one by its status.' },
}

const appointments: TableView = {
  name: 'appointments',
  of: ['sales'],
  about: 'Visits. Setting the status `cancelled` frees the slot.',
  columns: {
    id: owned('id'),
    prospect_id: field('prospect_id', someId),
    prospect_name: owned('prospect_name'),
    ...fields('property_id', 'property_name', 'assigned_rep_id'),
    assigned_rep_name: owned('assigned_rep_name'),
    ...fields('scheduled_date', 'duration_minutes', 'location'),
    status: written('status', (status) => ({ status })),
    ...fields('notes', 'source_channel', 'conversation_id'),
    ...ownedFields('created_at', 'updated_at'),
  },
  list: {
    operation: 'listAppointments',
    filters: { prospect_id: 'prospectId', assigned_rep_id: 'assignedRepId', status: 'status' },
    order: { column: 'scheduled_date', descending: false },
    form: 'list',
  },
  one: { operation: 'getAppointment', param: 'id', data: true },
  insert: {
    operation: 'createAppointment',
    example: {
      prospect_id: someId,
      scheduled_date: '2027-03-01T10:00:00Z',
      location: 'Marina Heights',
      status: 'scheduled',
    },
    async run({ call }, _, { status, ...body }) {
      if (status !== undefined && status !== null && status !== 'scheduled')
        throw refusedChange('An appointment begins as scheduled.')
      return (await call('createAppointment', { body })).data
    },
  },
  update: { operation: 'updateAppointment', example: { status: 'completed' }, data: true },
  refuses: { remove: 'Appointments are kept. Set the status cancelled.' },
}

const handoffPackages: TableView = {
  name: 'handoff_packages',
  of: ['sales'],
  about: 'Handoffs to people. Setting the status `claimed` or `completed` claims or completes one.',
  columns: {
    id: owned('id'),
    ...fields('conversation_id', 'prospect_id', 'appointment_id'),
    ...ownedFields('prospect_name', 'prospect_phone', 'prospect_email', 'prospect_whatsapp', 'timestamp'),
    ...fields('priority', 'reason', 'summary', 'detected_needs', 'suggested_properties', 'qualification_score'),
    ...fields('conversation_context', 'next_steps', 'source_channel', 'suggested_follow_up_channel', 'expires_at'),
    status: written('status', () => ({})),
    assigned_to: field('assigned_to'),
    ...ownedFields('claimed_by', 'claimed_at', 'completed_at', 'outcome', 'created_at', 'updated_at'),
  },
  list: {
    operation: 'listHandoffs',
    filters: { status: 'status', prospect_id: 'prospectId', assigned_to: 'assignedTo' },
    order: { column: 'timestamp', descending: true },
    form: 'list',
  },
  one: { operation: 'getHandoff', param: 'id' },
  insert: {
    operation: 'createHandoff',
    example: {
      prospect_id: someId,
      priority: 'high',
      reason: 'Wants to visit this week',
      summary: 'Three rooms',
      status: 'pending',
    },
    async run({ call }, { status }, body) {
      if (status !== undefined && status !== null && status !== 'pending')
        throw refusedChange('A handoff begins as pending.')
      return call('createHandoff', { body })
    },
  },
  update: {
    operation: 'updateHandoff',
    also: ['claimHandoff', 'releaseHandoff', 'completeHandoff'],
    example: { status: 'claimed' },
    async run({ call }, item, { status }, body) {
      const params = { id: textOf(item.id) }
      let handoff = item
      if (Object.keys(body).length > 0) handoff = await call('updateHandoff', { params, body })
      if (status === undefined || status === handoff.status) return handoff
      const operation = { claimed: 'claimHandoff', pending: 'releaseHandoff', completed: 'completeHandoff' }[
        textOf(status)
      ]
      if (!operation)
        throw refusedChange(`The status ${JSON.stringify(status)} cannot be set.`, 'Set claimed, completed or pending.')
      return call(operation, { params, body: {} })
    },
  },
  refuses: { remove: 'Handoffs are kept. Set the status completed.' },
}

const integrations: TableView = {
  name: 'integrations',
  of: ['sales'],
  about: 'Connections to other systems. Without a login those of the public workspace: name, type and status.',
  columns: {
    id: owned('id'),
    name: field('name', 'HubSpot'),
    ...fields('type', 'status', 'platform'),
    config: written(
      'settings',
      (settings) => (settings === null ? {} : { settings }),
      'Settings; secrets are write-only, as `token`.',
    ),
    settings: field('settings'),
    token: written(
      () => null,
      (token) => (token ? { token } : {}),
      'Write-only: always null.',
    ),
    icon: field('icon'),
    ...ownedFields('last_sync', 'created_at', 'updated_at'),
  },
  list: { operation: 'listIntegrations', form: 'list' },
  one: { operation: 'getIntegration', param: 'id', data: true },
  insert: {
    operation: 'saveIntegration',
    example: { name: 'HubSpot', type: 'crm', status: 'connected', config: { region: 'eu1' } },
    data: true,
  },
  update: { operation: 'updateIntegration', example: { status: 'disconnected' }, data: true },
  remove: { operation: 'deleteIntegration' },
}

const users: TableView = {
  name: 'users',
  of: ['sales'],
  about: "The team. Inserting one's own row after sign-up returns it; roles are given by an owner.",
  columns: {
    id: written('id', () => ({})),
    ...ownedFields('name', 'email'),
    role: written('role', (role) => ({ role })),
    ...ownedFields('avatar', 'last_active', 'status', 'created_at', 'updated_at'),
  },
  list: { operation: 'listTeam', form: 'list' },
  one: { operation: 'getTeamMember', param: 'id', data: true },
  insert: {
    operation: 'getTeamMember',
    example: { id: someId, name: 'Ana Silva', email: 'ana@example.com', role: 'sales_rep', status: 'active' },
    async run(env, { id }) {
      const { userId } = await env.actor()
      if (id !== userId)
        throw refusedChange('Members join by invitation.', 'POST /api/workspaces/:workspaceId/invitations')
      // The role that it asks for has no effect: members do not choose their own.
      env.ignored('role')
      return (await env.call('getTeamMember', { params: { id: textOf(id) } })).data as Item
    },
  },
  update: {
    operation: 'changeTeamRole',
    example: { role: 'sales_manager' },
    data: true,
  },
  refuses: { remove: 'Remove a member with DELETE /api/workspaces/:workspaceId/members/:userId.' },
}

export const salesTables: readonly TableView[] = [
  properties,
  prospects,
  campaigns('sales'),
  conversations,
  appointments,
  handoffPackages,
  integrations,
  users,
]
