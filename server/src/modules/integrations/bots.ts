import { randomBytes } from 'node:crypto'
import type { Ctx } from '../../platform/context.ts'
import { invalidField } from '../../platform/errors.ts'
import type { NewConnection } from './connections.ts'
import { callJson } from './json-call.ts'
import { botApiUrls, type BotPlatformName, platforms } from './platforms.ts'
import type { Connect } from './schema.ts'

/** Registers our webhook with the bot behind `token`. Throws 400 with the platform's words when it refuses. */
export async function connectBot(ctx: Ctx, platform: BotPlatformName, input: Connect): Promise<NewConnection> {
  if (!input.token) throw invalidField('body.token', `${platforms[platform].name} is connected by the token of a bot.`)
  const { workspace_id } = await ctx.db.entered()
  const webhookUrl = `${ctx.services.config.publicUrl}/webhook/${platform}?shopId=${workspace_id}`
  const webhookSecret = randomBytes(32).toString('base64url')
  return bots[platform].connect(ctx, { ...input, token: input.token, webhookUrl, webhookSecret })
}

/** Takes our webhook away again, where the platform can do that by token. */
export const disconnectBot = (ctx: Ctx, platform: BotPlatformName, token: string): Promise<void> =>
  bots[platform].disconnect(ctx, token)

interface BotInput extends Connect {
  token: string
  webhookUrl: string
  webhookSecret: string
}

interface Bot {
  connect(ctx: Ctx, input: BotInput): Promise<NewConnection>
  disconnect(ctx: Ctx, token: string): Promise<void>
}

const apiOf = (ctx: Ctx, platform: BotPlatformName) => ctx.services.config.channelApis[platform] ?? botApiUrls[platform]

const refused = (platform: BotPlatformName, why: unknown) =>
  invalidField('body.token', `${platforms[platform].name} refused this token: ${String(why).slice(0, 200)}`)

/** core.telegram.org/bots/api */
const telegram: Bot = {
  async connect(ctx, { token, webhookUrl, webhookSecret }) {
    const { body: me } = await callTelegram(ctx, token, 'getMe', {})
    if (me.ok !== true) throw refused('telegram', me.description)
    const { body: hook } = await callTelegram(ctx, token, 'setWebhook', {
      url: webhookUrl,
      secret_token: webhookSecret,
      allowed_updates: ['message', 'edited_message', 'callback_query', 'my_chat_member', 'message_reaction'],
    })
    if (hook.ok !== true) throw refused('telegram', hook.description)
    return {
      secrets: { token, webhookSecret },
      accountId: String(me.result?.id),
      accountName: `@${String(me.result?.username)}`,
    }
  },
  async disconnect(ctx, token) {
    await callTelegram(ctx, token, 'deleteWebhook', {})
  },
}

function callTelegram(ctx: Ctx, token: string, method: string, json: object) {
  // The token is a part of the path, so it must not be able to be more than that.
  if (!/^\d{1,20}:[\w-]{20,100}$/.test(token)) throw refused('telegram', 'it does not look like 123456789:ABC….')
  return callJson(ctx, `${apiOf(ctx, 'telegram')}/bot${token}/${method}`, { json })
}

/** developers.viber.com/docs/api/rest-bot-api: it always answers 200, and says in the body how it went. */
const viber: Bot = {
  async connect(ctx, { token, webhookUrl }) {
    const { body: account } = await callViber(ctx, token, 'get_account_info', {})
    if (account.status !== 0) throw refused('viber', account.status_message)
    const { body: hook } = await callViber(ctx, token, 'set_webhook', {
      url: webhookUrl,
      event_types: ['delivered', 'seen', 'failed', 'subscribed', 'unsubscribed', 'conversation_started'],
      send_name: true,
      send_photo: true,
    })
    if (hook.status !== 0) throw refused('viber', hook.status_message)
    return { secrets: { token }, accountId: String(account.id), accountName: String(account.name) }
  },
  async disconnect(ctx, token) {
    await callViber(ctx, token, 'set_webhook', { url: '' })
  },
}

function callViber(ctx: Ctx, token: string, method: string, json: object) {
  if (!/^[\x21-\x7e]+$/.test(token)) throw refused('viber', 'it holds characters that no token has.')
  return callJson(ctx, `${apiOf(ctx, 'viber')}/${method}`, { json, headers: { 'x-viber-auth-token': token } })
}

/** developers.facebook.com/docs/whatsapp/cloud-api: a token of the business account, one phone number of it. */
const whatsapp: Bot = {
  async connect(ctx, { token, webhookUrl, webhookSecret, phoneNumberId, businessAccountId }) {
    const asked = phoneNumberId ? `${phoneNumberId}?fields=display_phone_number,verified_name` : 'me?fields=id,name'
    const { status, body: account } = await callGraph(ctx, token, asked)
    if (status !== 200) throw refused('whatsapp', account.error?.message)
    if (businessAccountId) {
      const { status, body: hook } = await callGraph(ctx, token, `${businessAccountId}/subscribed_apps`, {
        override_callback_uri: webhookUrl,
        verify_token: webhookSecret,
      })
      if (status !== 200) throw refused('whatsapp', hook.error?.message)
    }
    return {
      secrets: { token, webhookSecret },
      accountId: phoneNumberId ?? String(account.id),
      accountName: String(account.verified_name ?? account.name ?? account.display_phone_number),
      settings: { ...(phoneNumberId && { phoneNumberId }), ...(businessAccountId && { businessAccountId }) },
    }
  },
  // Its webhook belongs to the business account's app: what comes for somebody who is not connected is not taken.
  async disconnect() {},
}

function callGraph(ctx: Ctx, token: string, path: string, json?: object) {
  if (!/^[\x21-\x7e]+$/.test(token)) throw refused('whatsapp', 'it holds characters that no token has.')
  return callJson(ctx, `${apiOf(ctx, 'whatsapp')}/${path}`, {
    ...(json && { json }),
    headers: { authorization: `Bearer ${token}` },
  })
}

const bots: Record<BotPlatformName, Bot> = { telegram, viber, whatsapp }
