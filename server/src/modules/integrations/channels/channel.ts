import type { IncomingHttpHeaders } from 'node:http'
import type { Ctx } from '../../../platform/context.ts'
import type { Person } from '../../contacts/index.ts'
import type { Connect } from '../schema.ts'

/** Something a platform posted to our webhook. Its sender signed these bytes, not what they parse to. */
export interface Delivery {
  headers: IncomingHttpHeaders
  body: Buffer
}

/** What a platform gave us. Kept sealed. */
export type ConnectionSecrets = Record<string, string>

/** A workspace's account at a platform, and what it takes to act for it. */
export interface Account {
  connectionId: string
  workspaceId: string
  /** The platform's id of it: a page, a bot, a phone number. */
  id: string
  name: string | null
  secrets: ConnectionSecrets
  settings: Record<string, unknown>
}

export interface Media {
  type: 'image' | 'video' | 'audio' | 'file'
  name?: string | undefined
  /** Where it can be fetched by anybody; or else `reference`, by which the platform hands it out. */
  url?: string | undefined
  reference?: string | undefined
}

/** What a platform tells about one thread. */
export type News =
  | {
      kind: 'message'
      thread: string
      /** What the same thread was called before. */
      formerThread?: string | undefined
      id: string
      sentAt: Date
      person: Person
      text: string
      media: Media[]
    }
  | { kind: 'edit'; thread: string; id: string; text: string }
  | { kind: 'withdrawal'; thread: string; id: string }
  | {
      kind: 'receipt'
      status: 'sent' | 'delivered' | 'read' | 'failed'
      /** Of these messages, by the platform's ids; or of all in `thread` that were said `until` then. */
      ids?: string[]
      /** The same message by our own id, where the platform sends that back. */
      ownId?: string | undefined
      thread?: string
      until?: Date
      error?: string
    }

/** News for one account; null: for the one whose webhook it is. */
export interface AccountNews {
  account: string | null
  news: News[]
}

export interface Outgoing {
  /** Our own id of the message. */
  id: string
  thread: string
  text: string
  media: (Media & { url: string }) | null
}

/** What became of a message: what a platform refuses is a value; a network or platform that is down is an exception. */
export type Sending =
  | { status: 'sent'; externalId?: string | undefined }
  | { status: 'failed'; error: string; tokenRefused?: boolean }
  | { status: 'busy'; retryAfterSeconds: number }

/** An account to be connected to. */
export interface NewAccount {
  secrets: ConnectionSecrets
  accountId: string
  accountName?: string | undefined
  /** When the token ends; undefined: never. */
  expiresAt?: Date | undefined
  settings?: Record<string, unknown> | undefined
}

/** Our app at a platform. */
export interface App {
  clientId: string
  clientSecret: string
}

/** A way to write to customers and to hear from them. */
export interface Channel {
  /** Whose secret the webhook is signed with: our app's, or one of the connection's. */
  readonly signedWith: 'app' | 'token' | 'webhookSecret'
  /** Whether each account has a webhook of its own, or the app one for all. */
  readonly webhookOf: 'account' | 'app'
  /** Of one message, in characters; Instagram counts bytes. */
  readonly maxText: number
  /** Is this delivery signed with `secret`? In constant time. */
  isGenuine(delivery: Delivery, secret: string, now: Date): boolean
  /** What a genuine delivery tells. What it does not understand it leaves out; it never throws. */
  read(body: unknown): AccountNews[]
  /** Hands one message over. Throws 502 when it should be tried again. */
  send(ctx: Ctx, account: Account, message: Outgoing): Promise<Sending>
  /** Fetches what came as a `reference`. */
  fetchMedia?(ctx: Ctx, account: Account, reference: string): Promise<Buffer>
  /** Finds the account that a token is for. Throws 400 on `body.token` when the platform refuses it. */
  identify?(ctx: Ctx, input: Connect & { token: string }): Promise<NewAccount>
  /** Finds the account that somebody logged in to. Throws 502 when there is none. */
  adopt?(ctx: Ctx, app: App, login: NewAccount): Promise<NewAccount>
  /** Asks the platform to post to `webhook` from now on. It may try that before this returns. Throws when refused. */
  register(ctx: Ctx, account: Account, webhook: Webhook): Promise<void>
  /** Takes that back. */
  unregister(ctx: Ctx, account: Account): Promise<void>
  /** Tokens that end are renewed this long before. */
  readonly renewBeforeSeconds?: number
  renew?(ctx: Ctx, app: App, account: Account): Promise<Pick<NewAccount, 'secrets' | 'expiresAt'>>
}

export interface Webhook {
  url: string
  /** What Meta repeats when it checks the address. */
  verifyToken: string
  /** Our app at the platform, where it has one. */
  app: App | null
}
