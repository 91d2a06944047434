import { z } from 'zod'
import { clearable, id, instant, numeric, optional, text } from '../../platform/http/fields.ts'

/** What a SIP user part may consist of (RFC 3261 section 25.1, without escapes); E.164 numbers are among them. */
const sipUser = z
  .string()
  .trim()
  .regex(/^[\w.!~*'()&=+$,#-]{1,64}$/, 'Write a number like +15551234567, or a SIP user name.')

const port = numeric(z.int().min(1).max(65_535))
const host = z.string().trim().toLowerCase().min(1).max(255)
const transport = z.enum(['udp', 'tcp', 'tls'])
const transferMode = z.enum(['bridge', 'refer'])
const callerIds = z.array(sipUser).max(100)
const maxConcurrentCalls = z.number().int().min(1).max(5000)
const callsPerSecond = z.number().min(0.001).max(1000)
const password = z.string().min(1).max(255)

export const SipProviderStatus = z
  .object({
    state: z
      .enum(['inactive', 'waiting', 'unregistered', 'registering', 'registered', 'ready', 'failed'])
      .describe(
        '`inactive`: switched off. `waiting`: no telephone engine has taken it yet. `registering`, `registered`, `unregistered`: with registration. `ready`: without. `failed`: see `reason`.',
      ),
    sip: z.number().int().nullable().describe("The provider's last SIP status, like 403, when it answered."),
    reason: z.string().nullable().describe('Why it failed, in a sentence.'),
    since: instant.nullable().describe('Since when it is in this state.'),
  })
  .meta({ id: 'SipProviderStatus' })

export const SipProvider = z
  .object({
    id: id.describe('Id of the SIP provider.'),
    user_id: id.describe('The member who made it.'),
    name: z.string().describe('Name of the provider for people.'),
    host: z.string().describe("Host name or address of the provider's SIP server."),
    port: z.number().int().describe('Its port, usually 5060, or 5061 with `tls`.'),
    username: z.string().describe('Account name at the provider.'),
    description: z.string().nullable().describe('Notes about the provider, for the team.'),
    active: z.boolean().describe('True when calls may go out through it.'),
    transport: transport.describe('How SIP is sent.'),
    register: z
      .boolean()
      .describe(
        'True: the server registers there. False: the provider knows it by its address, or challenges each call.',
      ),
    caller_ids: z.array(z.string()).describe('Numbers that calls may show. Empty: any.'),
    max_concurrent_calls: z.number().int().describe('How many calls go at the same time at most.'),
    calls_per_second: z.number().describe('How many calls are started in a second at most.'),
    transfer_mode: transferMode.describe(
      'How a contact reaches a transfer number: `bridge` connects both calls here, `refer` asks the provider to do it.',
    ),
    status: SipProviderStatus.describe('Whether the provider can be used at the moment.'),
    created_at: instant.describe('When the SIP provider was created.'),
    updated_at: instant.describe('When the SIP provider was last changed.'),
  })
  .meta({ id: 'SipProvider' })

export const NewSipProvider = z
  .object({
    name: text(255).describe('Name for people.'),
    host: host.describe("Host name or address of the provider's SIP server."),
    port: port.describe('Its port, usually 5060, or 5061 with `tls`.'),
    username: sipUser.describe('Account name at the provider.'),
    password: password.describe('Password of the account. Write-only.'),
    description: optional(z.string().max(5000)).describe('Notes about the provider, for the team.'),
    active: optional(z.boolean()).default(false).describe('True when calls may go out through it.'),
    transport: optional(transport).default('udp').describe('How SIP is sent.'),
    register: optional(z.boolean())
      .default(true)
      .describe(
        'True: the server registers there. False: the provider knows it by its address, or challenges each call.',
      ),
    caller_ids: optional(callerIds).default([]).describe('Numbers that calls may show. Empty: any.'),
    max_concurrent_calls: optional(maxConcurrentCalls)
      .default(10)
      .describe('How many calls go at the same time at most.'),
    calls_per_second: optional(callsPerSecond).default(1).describe('How many calls are started in a second at most.'),
    transfer_mode: optional(transferMode)
      .default('bridge')
      .describe(
        'How a contact reaches a transfer number: `bridge` connects both calls here, `refer` asks the provider to do it.',
      ),
  })
  .meta({ id: 'NewSipProvider' })

export const SipProviderChanges = z
  .object({
    name: optional(text(255)).describe('Name for people.'),
    host: optional(host).describe("Host name or address of the provider's SIP server."),
    port: optional(port).describe('Its port, usually 5060, or 5061 with `tls`.'),
    username: optional(sipUser).describe('Account name at the provider.'),
    password: optional(password).describe('Password of the account. Write-only; left out or empty: it stays.'),
    description: clearable(z.string().max(5000)).describe('Notes about the provider, for the team. `null` empties it.'),
    active: optional(z.boolean()).describe('True when calls may go out through it.'),
    transport: optional(transport).describe('How SIP is sent.'),
    register: optional(z.boolean()).describe(
      'True: the server registers there. False: the provider knows it by its address, or challenges each call.',
    ),
    caller_ids: optional(callerIds).describe('Numbers that calls may show. Empty: any.'),
    max_concurrent_calls: optional(maxConcurrentCalls).describe('How many calls go at the same time at most.'),
    calls_per_second: optional(callsPerSecond).describe('How many calls are started in a second at most.'),
    transfer_mode: optional(transferMode).describe(
      'How a contact reaches a transfer number: `bridge` connects both calls here, `refer` asks the provider to do it.',
    ),
  })
  .meta({ id: 'SipProviderChanges' })

export const SipProviderSwitch = z
  .object({ active: z.boolean().describe('True when calls may go out through it.') })
  .meta({ id: 'SipProviderSwitch' })

export const SipProviderTest = z
  .object({
    ok: z.boolean().describe('True when the provider answered and took the account.'),
    message: z.string().describe('What happened, in a sentence.'),
    sip: z.number().int().nullable().describe("The provider's last SIP status, like 403, when it answered."),
    latency_ms: z.number().int().describe('Milliseconds until the answer.'),
  })
  .meta({ id: 'SipProviderTest' })

/** As a person types it; stored as E.164. */
const phoneNumber = z.string().trim().min(3).max(50)

export const TransferNumber = z
  .object({
    id: id.describe('Id of the transfer number.'),
    user_id: id.describe('The member who made it.'),
    name: z.string().describe('Name for people.'),
    phone_number: z.string().describe('Number to connect to, in E.164 form.'),
    description: z.string().nullable().describe('Notes about the number, for the team.'),
    call_count: z.number().int().describe('Calls that were connected to it.'),
    created_at: instant.describe('When the number was added.'),
    updated_at: instant.describe('When the number was last changed.'),
  })
  .meta({ id: 'TransferNumber' })

export const NewTransferNumber = z
  .object({
    name: text(255).describe('Name for people.'),
    phone_number: phoneNumber.describe('Number to connect to, in E.164 form.'),
    description: optional(z.string().max(5000)).describe('Notes about the number, for the team.'),
  })
  .meta({ id: 'NewTransferNumber' })

export const TransferNumberChanges = z
  .object({
    name: optional(text(255)).describe('Name for people.'),
    phone_number: optional(phoneNumber).describe('Number to connect to, in E.164 form.'),
    description: clearable(z.string().max(5000)).describe('Notes about the number, for the team. `null` empties it.'),
  })
  .meta({ id: 'TransferNumberChanges' })

export type SipProvider = z.output<typeof SipProvider>
export type NewSipProvider = z.output<typeof NewSipProvider>
export type SipProviderChanges = z.output<typeof SipProviderChanges>
export type SipProviderTest = z.output<typeof SipProviderTest>
export type TransferNumber = z.output<typeof TransferNumber>

export const CallQuality = z
  .object({
    jitter_ms: z.number().describe('The mean jitter, in milliseconds.'),
    loss_percent: z.number().describe('Lost packets in percent.'),
    round_trip_ms: z
      .number()
      .nullable()
      .describe('The round trip by RTCP, in milliseconds; null when the other side sent no report.'),
    mos: z.number().describe('The estimated mean opinion score, 1 (bad) to 4.5 (ITU-T G.107).'),
    warning: z.boolean().describe('True when the score is below 2.5 or more than 10 % is lost.'),
  })
  .meta({ id: 'CallQuality' })
export type CallQuality = z.output<typeof CallQuality>
