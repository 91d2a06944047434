import type { Ctx } from '../../../platform/context.ts'
import { AppError } from '../../../platform/errors.ts'
import { type JsonResponse, callJson } from '../json-call.ts'
import { apiUrlOf } from '../platforms.ts'
import type { Account, Channel } from './channel.ts'
import { graph, isSignedByMeta, readMessaging, sendMessaging } from './meta.ts'

/** developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login: tokens are valid for 60 days. */
export const instagram: Channel = {
  signedWith: 'app',
  webhookOf: 'app',
  maxText: 1000,
  hasValidSignature: isSignedByMeta,
  read: readMessaging('instagram'),

  send: (ctx, account, message) =>
    sendMessaging(ctx, `${apiUrlOf(ctx, 'instagram')}/me/messages`, tokenOf(account), message),

  async resolveAccount(ctx, { clientSecret }, login) {
    const query = new URLSearchParams({
      grant_type: 'ig_exchange_token',
      client_secret: clientSecret,
      access_token: login.secrets.accessToken ?? '',
    })
    const { accessToken, expiresAt } = await tokenFrom(ctx, `access_token?${query.toString()}`)
    const me = await graph(ctx, `${apiUrlOf(ctx, 'instagram')}/me?fields=user_id,username`, accessToken)
    // Webhooks identify the professional account by `user_id`, not by the app-scoped id.
    if (!me.user_id) throw new AppError(502, 'platform_failed', 'This is not a professional Instagram account.')
    return {
      secrets: { accessToken },
      accountId: String(me.user_id),
      accountName: `@${String(me.username)}`,
      expiresAt,
    }
  },

  async register(ctx, account) {
    const url = `${apiUrlOf(ctx, 'instagram')}/${account.id}/subscribed_apps?subscribed_fields=messages,messaging_postbacks,messaging_seen`
    await graph(ctx, url, tokenOf(account), { method: 'POST' })
  },
  async unregister(ctx, account) {
    await graph(ctx, `${apiUrlOf(ctx, 'instagram')}/${account.id}/subscribed_apps`, tokenOf(account), {
      method: 'DELETE',
    })
  },

  renewBeforeSeconds: 10 * 24 * 3600,
  async renew(ctx, _app, account) {
    const query = new URLSearchParams({ grant_type: 'ig_refresh_token', access_token: tokenOf(account) })
    const { accessToken, expiresAt } = await tokenFrom(ctx, `refresh_access_token?${query.toString()}`)
    return { secrets: { accessToken }, expiresAt }
  },
}

const tokenOf = ({ secrets }: Account) => secrets.accessToken ?? ''

async function tokenFrom(ctx: Ctx, path: string) {
  const { status, body }: JsonResponse = await callJson(ctx, `${apiUrlOf(ctx, 'instagram')}/${path}`)
  if (status !== 200 || typeof body.access_token !== 'string') {
    throw new AppError(status >= 500 ? 502 : 409, 'platform_refused', 'Instagram did not return a long-lived token.')
  }
  return {
    accessToken: body.access_token as string,
    expiresAt: new Date(ctx.now().getTime() + Number(body.expires_in) * 1000),
  }
}
