import type { IncomingHttpHeaders } from 'node:http'
import type { Ctx } from '../../../platform/context.ts'
import type { Person } from '../../contacts/index.ts'
import type { Connect } from '../schema.ts'

/** A webhook request from a platform. The signature covers these bytes, not the parsed body. */
export interface Delivery {
  headers: IncomingHttpHeaders
  body: Buffer
}

/** Tokens and other secrets of a connection. Stored encrypted. */
export type ConnectionSecrets = Record<string, string>

/** A workspace's account at a platform, with the secrets to use it. */
export interface Account {
  connectionId: string
  workspaceId: string
  /** The platform's id of the account: a page, a bot, a phone number. */
  id: string
  name: string | null
  secrets: ConnectionSecrets
  settings: Record<string, unknown>
}

export interface Media {
  type: 'image' | 'video' | 'audio' | 'file'
  name?: string | undefined
  /** A public URL. Without one, `reference` is used to fetch the media from the platform. */
  url?: string | undefined
  reference?: string | undefined
}

/** An event of one thread. */
export type ChannelEvent =
  | {
      kind: 'message'
      thread: string
      /** The previous id of the same thread. */
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
      /** Applies to these messages, by the platform's ids, or to all in `thread` that were sent `until` then. */
      ids?: string[]
      /** Our own id of the message, if the platform sends it back. */
      ownId?: string | undefined
      thread?: string
      until?: Date
      error?: string
    }

/** The events of one account; null: of the account that the webhook belongs to. */
export interface AccountEvents {
  account: string | null
  events: ChannelEvent[]
}

export interface OutgoingMessage {
  /** Our own id of the message. */
  id: string
  thread: string
  text: string
  media: (Media & { url: string }) | null
}

/** The result of sending a message. A refusal is a result; an outage of the network or the platform is an exception. */
export type SendResult =
  | { status: 'sent'; externalId?: string | undefined }
  | { status: 'failed'; error: string; tokenRefused?: boolean }
  | { status: 'busy'; retryAfterSeconds: number }

/** An account to connect. */
export interface NewAccount {
  secrets: ConnectionSecrets
  accountId: string
  accountName?: string | undefined
  /** When the token expires; undefined: never. */
  expiresAt?: Date | undefined
  settings?: Record<string, unknown> | undefined
}

/** Our registered app at a platform. */
export interface App {
  clientId: string
  clientSecret: string
}

/** A messaging platform: how to send and receive its messages. */
export interface Channel {
  /** The secret that signs the webhook: that of our app, or one of the connection. */
  readonly signedWith: 'app' | 'token' | 'webhookSecret'
  /** Whether each account has its own webhook, or the app has one for all. */
  readonly webhookOf: 'account' | 'app'
  /** Maximum length of a message, in characters; for Instagram in bytes. */
  readonly maxText: number
  /** Returns true if the request is signed with `secret`. Compares in constant time. */
  hasValidSignature(delivery: Delivery, secret: string, now: Date): boolean
  /** Returns the events in a verified body. Skips unknown content, and never throws. */
  read(body: unknown): AccountEvents[]
  /** Sends one message. Throws 502 when it should be retried. */
  send(ctx: Ctx, account: Account, message: OutgoingMessage): Promise<SendResult>
  /** Fetches media by its `reference`. */
  fetchMedia?(ctx: Ctx, account: Account, reference: string): Promise<Buffer>
  /** Returns the account of a token. Throws 400 on `body.token` when the platform refuses it. */
  identify?(ctx: Ctx, input: Connect & { token: string }): Promise<NewAccount>
  /** Returns the account of an OAuth login. Throws 502 when there is no account. */
  resolveAccount?(ctx: Ctx, app: App, login: NewAccount): Promise<NewAccount>
  /** Registers `webhook` at the platform, which may call it before this returns. Throws when the platform refuses. */
  register(ctx: Ctx, account: Account, webhook: Webhook): Promise<void>
  /** Removes the webhook. */
  unregister(ctx: Ctx, account: Account): Promise<void>
  /** Tokens are renewed this long before they expire. */
  readonly renewBeforeSeconds?: number
  renew?(ctx: Ctx, app: App, account: Account): Promise<Pick<NewAccount, 'secrets' | 'expiresAt'>>
}

export interface Webhook {
  url: string
  /** The token that Meta sends when it verifies the URL. */
  verifyToken: string
  /** Our app at the platform, if it has apps. */
  app: App | null
}
