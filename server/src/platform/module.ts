import type { IncomingHttpHeaders } from 'node:http'
import type { VoiceGateway } from '@switchboard/voice'
import type { z } from 'zod'
import type { Config } from '../config.ts'
import type { Ctx } from './context.ts'
import type { Call, Statement } from './database/statement.ts'
import { withAlsoReturns } from './http/names/also-returns.ts'
import type { RouteTable } from './http/route.ts'
import type { JobType } from './jobs.ts'
import type { Outbox } from './outbox/outbox.ts'
import type { Subscriber } from './outbox/subscriber.ts'
import type { Services } from './services.ts'
import type { PresenceTracker, AudienceSource, GuestKind } from './sockets/audience.ts'
import type { SocketCommand } from './sockets/commands.ts'
import type { FrameCodecs } from './sockets/frame-codec.ts'

/**
 * A module's contributions to the server. Its `index.ts` exports one, and `modules.ts` lists it; the server, the API
 * reference and the tests are made from that list. Everything but the name is optional.
 */
export interface Module {
  /** Its folder in `modules/`, and its schema in the database. */
  readonly name: string
  /** Endpoints. A function, when they depend on what other modules declare. */
  readonly routes?: readonly RouteTable[] | ((declared: Declarations) => readonly RouteTable[])
  // oxlint-disable-next-line no-explicit-any -- jobs with different inputs share one list.
  readonly jobs?: readonly JobType<any>[]
  readonly subscribers?: readonly Subscriber[]
  /** Frames that clients may send over their socket. */
  readonly commands?: readonly SocketCommand[]
  /** Addresses of sockets besides `/ws`, such as `/compat/chat/ws`, whose clients write frames in another way. */
  readonly frameCodecs?: FrameCodecs
  /** Addresses of sockets that a front-end opens and that are not served, with the sentence that closes them. */
  readonly unservedSockets?: Readonly<Record<string, string>>
  /** The data of frames that clients receive, by event, besides those that are the data of an event of the log. */
  readonly frames?: Readonly<Record<string, z.ZodType>>
  readonly audience?: readonly AudienceSource[]
  readonly guests?: readonly GuestKind[]
  /** Numbers for the administrators' statistics. */
  readonly counters?: readonly AdminCounter[]
  /** Find the subjects of users' reports, by the `subject_type` of the report. */
  readonly reportSubjects?: Readonly<Record<string, FindSubject>>
  /** The data stored about a user, for the export of their account. */
  readonly accountSections?: readonly AccountSection[]
  /** The calls of the module, for the log of all calls: `CallSource` of telephony. */
  readonly callSources?: readonly unknown[]
  /** The parts that make or take calls: `CreateCallService` of telephony, which starts them on nodes with a telephone. */
  readonly callServices?: readonly unknown[]
  /** Private addresses, `host:port`, that the configuration allows requests to. */
  outboundHosts?(config: Config): string[]
  /** Throws a sentence for the operator when a file that the configuration names cannot be used. */
  checkConfig?(config: Config): void
  /** On each node that has sockets. */
  presenceTracker?(services: Services): PresenceTracker
  /** Background work of a node besides jobs and subscribers. Returns null when this node has none to do. */
  start?(node: Node): Promise<Running | null>
}

/** What `start` may use. */
export interface Node {
  readonly services: Services
  readonly outbox: Outbox
  /** Null: this node makes no calls. */
  readonly voice: VoiceGateway | null
  /** Of all modules. */
  readonly callServices: Composition['callServices']
}

export interface Running {
  /** Lets what is in progress end, then stops. */
  stop(): Promise<void>
}

/** A module's counts for administrators, under the names of `Statistics`; equal names are added up. */
export interface AdminCounter {
  /** One row of numbers. */
  totals(): Call
  /** Rows of numbers, each with its `date`; days without any may be left out. Dates are UTC's. */
  perDay?(p: { days: number }): Call
}

/** Returns the subject of a report as its reporter can see it. */
export interface ReportSubject {
  user_id: string | null
  /** The text that is reported. */
  quote: string | null
}

/** Runs with the rights of the user who reports. */
export type FindSubject = (ctx: Ctx, id: string) => Promise<ReportSubject | undefined>

/** One list of what is stored about the user at work. */
export interface AccountSection {
  name: string
  /** A page in the order of ids, after `after`; a page of fewer than `exportPage` rows is the last one. */
  list: Statement<{ after: string | null }, { id: string }>
}

/** Declarations that other modules' routes are made of. */
export interface Declarations {
  readonly counters: readonly AdminCounter[]
  readonly reportSubjects: Readonly<Record<string, FindSubject>>
  readonly accountSections: readonly AccountSection[]
  readonly callSources: readonly unknown[]
}

/** The lists that the server is made of. */
export interface Composition extends Declarations {
  readonly routeTables: RouteTable[]
  // oxlint-disable-next-line no-explicit-any -- jobs with different inputs share one list.
  readonly jobs: JobType<any>[]
  readonly subscribers: Subscriber[]
  readonly commands: SocketCommand[]
  readonly frameCodecs: FrameCodecs
  readonly unservedSockets: Readonly<Record<string, string>>
  readonly frames: Record<string, z.ZodType>
  readonly audience: AudienceSource[]
  readonly guests: GuestKind[]
  readonly callServices: unknown[]
  guestOf(services: Services, headers: IncomingHttpHeaders): string | undefined
  outboundHosts(config: Config): string[]
  checkConfig(config: Config): void
}

const withFurtherNames = (table: RouteTable): RouteTable => ({
  ...table,
  routes: Object.fromEntries(Object.entries(table.routes).map(([id, route]) => [id, withAlsoReturns(id, route)])),
})

/** Puts together what modules declare, in their order. */
export function compose(modules: readonly Module[]): Composition {
  const declared: Declarations = {
    counters: modules.flatMap(({ counters = [] }) => counters),
    reportSubjects: Object.assign({}, ...modules.map(({ reportSubjects = {} }) => reportSubjects)),
    accountSections: modules.flatMap(({ accountSections = [] }) => accountSections),
    callSources: modules.flatMap(({ callSources = [] }) => callSources),
  }
  const guests = modules.flatMap(({ guests = [] }) => guests)
  return {
    ...declared,
    routeTables: modules
      .flatMap(({ routes = [] }) => (typeof routes === 'function' ? routes(declared) : routes))
      .map(withFurtherNames),
    jobs: modules.flatMap(({ jobs = [] }) => jobs),
    subscribers: modules.flatMap(({ subscribers = [] }) => subscribers),
    commands: modules.flatMap(({ commands = [] }) => commands),
    frameCodecs: Object.assign({}, ...modules.map(({ frameCodecs = {} }) => frameCodecs)),
    unservedSockets: Object.assign({}, ...modules.map(({ unservedSockets = {} }) => unservedSockets)),
    frames: Object.assign({}, ...modules.map(({ frames = {} }) => frames)),
    audience: modules.flatMap(({ audience = [] }) => audience),
    guests,
    callServices: modules.flatMap(({ callServices = [] }) => callServices),
    guestOf(services, headers) {
      for (const { idOf } of guests) {
        const id = idOf(services, headers)
        if (id !== undefined) return id
      }
      return undefined
    },
    outboundHosts: (config) => modules.flatMap((module) => module.outboundHosts?.(config) ?? []),
    checkConfig: (config) => modules.forEach((module) => module.checkConfig?.(config)),
  }
}
