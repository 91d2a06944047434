import { refusedChange } from '../../failure.ts'
import {
  type Item,
  type TableView,
  field,
  fields,
  fixed,
  owned,
  ownedFields,
  reads,
  written,
  textOf,
} from '../table.ts'
import { asNumber, byUser, newestFirst } from './numbers.ts'

export const sipProviders: TableView = {
  name: 'sip_providers',
  of: ['calling'],
  about: 'SIP providers. `password` is write-only.',
  columns: {
    ...ownedFields('id', 'user_id'),
    name: field('name', 'Northline'),
    host: field('host', 'sip.example.com'),
    port: written('port', (value) => ({ port: asNumber(value) })),
    username: field('username', 'acme'),
    description: written('description', (value) => ({ description: value ?? '' })),
    password: written(
      () => null,
      (value) => (value ? { password: value } : {}),
      'Write-only: always null.',
    ),
    active: field('active', true),
    ...fields('transport', 'register', 'caller_ids', 'max_concurrent_calls', 'calls_per_second'),
    ...ownedFields('created_at', 'updated_at'),
  },
  list: { operation: 'listSipProviders', filters: byUser, order: newestFirst, form: 'bare' },
  one: { operation: 'getSipProvider', param: 'id' },
  insert: {
    operation: 'createSipProvider',
    example: { name: 'Northline', host: 'sip.example.com', port: '5060', username: 'acme', password: 'secret' },
  },
  update: { operation: 'updateSipProvider', example: { active: false } },
  remove: { operation: 'deleteSipProvider' },
}

/** The columns of a provider, as a gateway with one port. */
const portColumns = {
  port_number: fixed(1, 'A SIP provider has no ports.'),
  created_at: owned('created_at'),
  updated_at: owned('updated_at'),
}

const noGateways =
  'A GSM gateway cannot register at this server. Add it as a SIP provider, with its address and credentials, in sip_providers.'

export const goipDevices: TableView = {
  name: 'goip_devices',
  of: ['calling'],
  about: 'SIP providers as devices; read only.',
  columns: {
    id: reads('id'),
    user_id: reads('user_id'),
    device_name: reads('name'),
    ip_address: reads('host'),
    created_at: reads('created_at'),
    updated_at: reads('updated_at'),
  },
  list: { operation: 'listSipProviders', filters: byUser, order: newestFirst, form: 'bare' },
  one: { operation: 'getSipProvider', param: 'id' },
  embeds: { goip_ports: { table: 'goip_ports', cardinality: 'many', items: (_, provider) => [provider] } },
  refuses: { insert: noGateways, update: noGateways },
  remove: { operation: 'deleteSipProvider' },
}

export const goipPorts: TableView = {
  name: 'goip_ports',
  of: ['calling'],
  about: 'SIP providers as ports, one each; read only.',
  columns: {
    id: reads('id'),
    device_id: reads('id'),
    port_number: reads(() => 1),
    sip_username: reads('username'),
    sip_password: reads(() => null, 'Write-only: always null.'),
    status: reads(({ active }) => (active ? 'available' : 'offline')),
    created_at: reads('created_at'),
    updated_at: reads('updated_at'),
  },
  list: { operation: 'listSipProviders', order: newestFirst, form: 'bare' },
  one: { operation: 'getSipProvider', param: 'id', also: ['device_id'] },
  embeds: { goip_devices: { table: 'goip_devices', cardinality: 'one', items: (_, provider) => [provider] } },
  refuses: { insert: noGateways, update: 'The state of a port is set by the server.', remove: noGateways },
}

export const userTrunks: TableView = {
  name: 'user_trunks',
  of: ['calling'],
  about: 'SIP providers as trunks. `sip_pass` is write-only.',
  columns: {
    ...ownedFields('id', 'user_id'),
    trunk_name: written('name', (name) => ({ name })),
    device_ip: written('host', (host) => ({ host })),
    sip_user: written('username', (username) => ({ username })),
    sip_pass: written(
      () => null,
      (password) => (password ? { password } : {}),
      'Write-only: always null.',
    ),
    status: written(
      ({ active }) => (active ? 'active' : 'inactive'),
      (status) => {
        if (status === 'active' || status === 'available') return { active: true }
        if (status === 'inactive') return { active: false }
        throw refusedChange('The status of a trunk is active or inactive; the server knows which is busy.')
      },
    ),
    current_campaign_id: fixed(null, 'Not kept: a provider serves several campaigns.'),
    current_call_id: fixed(null),
    last_used: fixed(null),
    ...portColumns,
  },
  list: { operation: 'listSipProviders', filters: byUser, order: newestFirst, form: 'bare' },
  one: { operation: 'getSipProvider', param: 'id' },
  insert: {
    operation: 'createSipProvider',
    example: {
      trunk_name: 'Gateway',
      device_ip: 'sip.example.com',
      sip_user: 'acme',
      sip_pass: 'secret',
      status: 'active',
    },
    run: ({ call }, _, body) => call('createSipProvider', { body: { port: 5060, ...body } }),
  },
  update: { operation: 'updateSipProvider', example: { status: 'active' } },
  remove: { operation: 'deleteSipProvider' },
}

export const campaignPorts: TableView = {
  name: 'campaign_ports',
  of: ['calling'],
  about: 'The SIP provider of each campaign. Inserting one chooses the provider.',
  columns: {
    id: owned('id'),
    campaign_id: written('id', () => ({})),
    port_id: written('sip_provider_id', () => ({})),
    created_at: owned('created_at'),
  },
  list: {
    operation: 'listCampaigns',
    form: 'list',
    items: (answer) => ((Array.isArray(answer) ? answer : answer.data) as Item[]).filter(hasProvider),
  },
  one: { operation: 'getCampaign', param: 'id', also: ['campaign_id'], isRow: hasProvider },
  embeds: {
    goip_ports: {
      table: 'goip_ports',
      cardinality: 'one',
      operations: ['getSipProvider'],
      items: async ({ call }, { sip_provider_id }) => [
        await call('getSipProvider', { params: { id: sip_provider_id } }),
      ],
    },
  },
  insert: {
    operation: 'updateCampaign',
    example: {
      campaign_id: '0199b0a0-0000-7000-8000-000000000001',
      port_id: '0199b0a0-0000-7000-8000-000000000002',
    },
    run: ({ call }, { campaign_id, port_id }) =>
      call('updateCampaign', { params: { id: textOf(campaign_id) }, body: { sip_provider_id: port_id } }),
  },
  refuses: { update: 'Insert the port to choose it.', remove: 'Choose another port instead.' },
}

function hasProvider({ sip_provider_id }: Item): boolean {
  return sip_provider_id !== null
}
