import { z } from 'zod'
import type { Ctx } from '../../../platform/context.ts'
import { AppError, invalidField } from '../../../platform/errors.ts'
import { callJson } from '../json-call.ts'
import { apiUrlOf } from '../platforms.ts'
import type { Account, App, Channel, NewAccount } from './channel.ts'
import { listOf, outsideId } from './body.ts'
import { graph, isSignedByMeta, readMessaging, sendMessaging } from './meta.ts'

const fields = 'messages,messaging_postbacks,message_deliveries,message_reads,message_edits,messaging_referrals'

const Page = z.object({ id: outsideId, name: z.string(), access_token: z.string() })
const Pages = z.object({ data: listOf(Page) })

/** developers.facebook.com/docs/messenger-platform: a page's token writes, its app's secret signs. */
export const messenger: Channel = {
  signedWith: 'app',
  webhookOf: 'app',
  maxText: 2000,
  isGenuine: isSignedByMeta,
  read: readMessaging('facebook'),

  send: (ctx, account, message) =>
    sendMessaging(ctx, `${apiUrlOf(ctx, 'facebook')}/${account.id}/messages`, tokenOf(account), message, {
      messaging_type: 'RESPONSE',
    }),

  /** The tokens of pages do not end when the login's token is a long-lived one. */
  async adopt(ctx, app, login) {
    const userToken = await longLived(ctx, app, login)
    const pages = await pagesOf(ctx, userToken)
    const [page] = pages
    if (!page)
      throw new AppError(502, 'platform_failed', 'This login may manage no Facebook page: choose one at Facebook.')
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

/** Another page of the same login. Throws 400 on `body.pageId`. */
export async function choosePage(ctx: Ctx, account: Account, pageId: string): Promise<NewAccount> {
  const userToken = account.secrets.accessToken ?? ''
  const pages = await pagesOf(ctx, userToken)
  const page = pages.find(({ id }) => id === pageId)
  if (!page) throw invalidField('body.pageId', 'This login may not manage such a page.')
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
    throw new AppError(502, 'platform_failed', 'Facebook did not give us a token that lasts.')
  }
  return body.access_token
}
