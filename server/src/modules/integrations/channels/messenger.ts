import { z } from 'zod'
import type { Ctx } from '../../../platform/context.ts'
import { AppError, invalidField } from '../../../platform/errors.ts'
import { callJson } from '../json-call.ts'
import { apiUrlOf } from '../platforms.ts'
import type { Account, App, Channel, NewAccount } from './channel.ts'
import { listOf, externalId } from './body.ts'
import { graph, isSignedByMeta, readMessaging, sendMessaging } from './meta.ts'

const fields = 'messages,messaging_postbacks,message_deliveries,message_reads,message_edits,messaging_referrals'

const Page = z.object({ id: externalId, name: z.string(), access_token: z.string() })
const Pages = z.object({ data: listOf(Page) })

/** developers.facebook.com/docs/messenger-platform: messages need the page's token; the app's secret signs webhooks. */
export const messenger: Channel = {
  signedWith: 'app',
  webhookOf: 'app',
  maxText: 2000,
  hasValidSignature: isSignedByMeta,
  read: readMessaging('facebook'),

  send: (ctx, account, message) =>
    sendMessaging(ctx, `${apiUrlOf(ctx, 'facebook')}/${account.id}/messages`, tokenOf(account), message, {
      messaging_type: 'RESPONSE',
    }),

  /** Page tokens do not expire when they come from a long-lived user token. */
  async resolveAccount(ctx, app, login) {
    const userToken = await longLived(ctx, app, login)
    const pages = await pagesOf(ctx, userToken)
    const [page] = pages
    if (!page)
      throw new AppError(502, 'platform_failed', 'This login does not manage a Facebook page. Choose one at Facebook.')
    return toAccount(userToken, pages, page)
  },

  async register(ctx, account) {
    const url = `${apiUrlOf(ctx, 'facebook')}/${account.id}/subscribed_apps?subscribed_fields=${fields}`
    await graph(ctx, url, tokenOf(account), { method: 'POST' })
  },
  async unregister(ctx, account) {
    await graph(ctx, `${apiUrlOf(ctx, 'facebook')}/${account.id}/subscribed_apps`, tokenOf(account), {
      method: 'DELETE',
    })
  },
}

/** Switches to another page of the same login. Throws 400 on `body.pageId`. */
export async function choosePage(ctx: Ctx, account: Account, pageId: string): Promise<NewAccount> {
  const userToken = account.secrets.accessToken ?? ''
  const pages = await pagesOf(ctx, userToken)
  const page = pages.find(({ id }) => id === pageId)
  if (!page) throw invalidField('body.pageId', 'This login does not manage this page.')
  return toAccount(userToken, pages, page)
}

const pagesOf = async (ctx: Ctx, userToken: string) =>
  Pages.parse(await graph(ctx, `${apiUrlOf(ctx, 'facebook')}/me/accounts?fields=id,name,access_token`, userToken)).data

const toAccount = (userToken: string, pages: z.output<typeof Page>[], page: z.output<typeof Page>): NewAccount => ({
  secrets: { accessToken: userToken, pageToken: page.access_token },
  accountId: page.id,
  accountName: page.name,
  settings: { pages: pages.map(({ id, name }) => ({ id, name })) },
})

const tokenOf = ({ secrets }: Account) => secrets.pageToken ?? ''

/** developers.facebook.com/docs/facebook-login/guides/access-tokens/get-long-lived */
async function longLived(ctx: Ctx, { clientId, clientSecret }: App, login: NewAccount): Promise<string> {
  const query = new URLSearchParams({
    grant_type: 'fb_exchange_token',
    client_id: clientId,
    client_secret: clientSecret,
    fb_exchange_token: login.secrets.accessToken ?? '',
  })
  const { status, body } = await callJson(ctx, `${apiUrlOf(ctx, 'facebook')}/oauth/access_token?${query.toString()}`)
  if (status !== 200 || typeof body.access_token !== 'string') {
    throw new AppError(502, 'platform_failed', 'Facebook did not return a long-lived token.')
  }
  return body.access_token
}
