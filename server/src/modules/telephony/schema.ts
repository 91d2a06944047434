import { z } from 'zod'
import { clearable, id, instant, optional, text } from '../../platform/http/fields.ts'

/** What a SIP user part may consist of (RFC 3261 section 25.1, without escapes); E.164 numbers are among them. */
const sipUser = z
  .string()
  .trim()
  .regex(/^[\w.!~*'()&=+$,#-]{1,64}$/, 'Write a number like +15551234567, or a SIP user name.')

// A form sends it as a text.
const port = z.preprocess(
  (value) => (typeof value === 'string' && value.trim() !== '' ? Number(value) : value),
  z.int().min(1).max(65_535),
)
const host = z.string().trim().toLowerCase().min(1).max(255)
const transport = z.enum(['udp', 'tcp', 'tls'])
const transferMode = z.enum(['bridge', 'refer'])
const callerIds = z.array(sipUser).max(100)
const maxConcurrentCalls = z.number().int().min(1).max(5000)
const callsPerSecond = z.number().min(0.001).max(1000)
const password = z.string().min(1).max(255)

export const SipProviderStatus = z
  .object({
    /** `inactive`: switched off. `waiting`: no telephone engine has taken it yet. */
    state: z.enum(['inactive', 'waiting', 'unregistered', 'registering', 'registered', 'ready', 'failed']),
    /** What the carrier answered, when it failed. */
    sip: z.number().int().nullable(),
    reason: z.string().nullable(),
    since: instant.nullable(),
  })
  .meta({ id: 'SipProviderStatus' })

export const SipProvider = z
  .object({
    id,
    user_id: id,
    name: z.string(),
    host: z.string(),
    port: z.number().int(),
    username: z.string(),
    active: z.boolean(),
    transport,
    register: z.boolean(),
    caller_ids: z.array(z.string()),
    max_concurrent_calls: z.number().int(),
    calls_per_second: z.number(),
    transfer_mode: transferMode,
    status: SipProviderStatus,
    created_at: instant,
    updated_at: instant,
  })
  .meta({ id: 'SipProvider' })

export const NewSipProvider = z
  .object({
    name: text(255),
    host,
    port,
    username: sipUser,
    /** Write-only. */
    password,
    active: optional(z.boolean()).default(false),
    transport: optional(transport).default('udp'),
    /** false: the carrier knows us by our address, or challenges each call. */
    register: optional(z.boolean()).default(true),
    /** Numbers that calls may show. Empty: any. */
    caller_ids: optional(callerIds).default([]),
    max_concurrent_calls: optional(maxConcurrentCalls).default(10),
    calls_per_second: optional(callsPerSecond).default(1),
    /** How a contact is handed to a transfer number: `refer` asks the carrier to do it. */
    transfer_mode: optional(transferMode).default('bridge'),
  })
  .meta({ id: 'NewSipProvider' })

export const SipProviderChanges = z
  .object({
    name: optional(text(255)),
    host: optional(host),
    port: optional(port),
    username: optional(sipUser),
    /** Left out or empty: it stays. */
    password: optional(password),
    active: optional(z.boolean()),
    transport: optional(transport),
    register: optional(z.boolean()),
    caller_ids: optional(callerIds),
    max_concurrent_calls: optional(maxConcurrentCalls),
    calls_per_second: optional(callsPerSecond),
    transfer_mode: optional(transferMode),
  })
  .meta({ id: 'SipProviderChanges' })

export const SipProviderSwitch = z.object({ active: z.boolean() }).meta({ id: 'SipProviderSwitch' })

export const SipProviderTest = z
  .object({
    ok: z.boolean(),
    /** What happened, in a sentence. */
    message: z.string(),
    /** The carrier's SIP status, when it answered. */
    sip: z.number().int().nullable(),
    latency_ms: z.number().int(),
  })
  .meta({ id: 'SipProviderTest' })

/** As a person types it; stored as E.164. */
const phoneNumber = z.string().trim().min(3).max(50)

export const TransferNumber = z
  .object({
    id,
    user_id: id,
    name: z.string(),
    /** E.164. */
    phone_number: z.string(),
    description: z.string().nullable(),
    /** Calls that were connected to it. */
    call_count: z.number().int(),
    created_at: instant,
    updated_at: instant,
  })
  .meta({ id: 'TransferNumber' })

export const NewTransferNumber = z
  .object({ name: text(255), phone_number: phoneNumber, description: optional(z.string().max(5000)) })
  .meta({ id: 'NewTransferNumber' })

export const TransferNumberChanges = z
  .object({
    name: optional(text(255)),
    phone_number: optional(phoneNumber),
    description: clearable(z.string().max(5000)),
  })
  .meta({ id: 'TransferNumberChanges' })

export type SipProvider = z.output<typeof SipProvider>
export type NewSipProvider = z.output<typeof NewSipProvider>
export type SipProviderChanges = z.output<typeof SipProviderChanges>
export type SipProviderTest = z.output<typeof SipProviderTest>
export type TransferNumber = z.output<typeof TransferNumber>
