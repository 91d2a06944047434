import type { Ctx } from '../../../platform/context.ts'
import { AppError } from '../../../platform/errors.ts'
import type { CredentialsOf } from '../credentials.ts'
import type { NewAccount } from '../channels/channel.ts'
import { callJson } from '../json-call.ts'
import { oauthPlatforms, type OAuthPlatformName, platforms } from '../platforms.ts'

interface Grant {
  code: string
  redirectUri: string
  verifier: string
}

/** Exchanges the code for a token (RFC 6749, 4.1.3; RFC 7636, 4.5). Throws 502 when the platform refuses. */
export async function exchangeCode(
  ctx: Ctx,
  platform: OAuthPlatformName,
  app: CredentialsOf<OAuthPlatformName>,
  grant: Grant,
): Promise<NewAccount> {
  const url = ctx.services.config.oauthApps[platform].tokenUrl ?? oauthPlatforms[platform].tokenUrl
  const token = await requests[oauthPlatforms[platform].tokenRequest](ctx, url, app, grant)
  if (typeof token?.access_token !== 'string') {
    throw new AppError(502, 'platform_failed', `${platforms[platform].name} did not return a token.`)
  }
  const { access_token, refresh_token, expires_in } = token
  const lifeSeconds = Number(expires_in)
  return {
    secrets: { accessToken: access_token, ...(typeof refresh_token === 'string' && { refreshToken: refresh_token }) },
    // Only TikTok's response has the id of the account.
    accountId: typeof token.open_id === 'string' ? token.open_id : '',
    expiresAt: lifeSeconds > 0 ? new Date(ctx.now().getTime() + lifeSeconds * 1000) : undefined,
  }
}

type TokenResponse = Record<string, unknown> | undefined
type TokenRequest = (
  ctx: Ctx,
  url: string,
  app: CredentialsOf<OAuthPlatformName>,
  grant: Grant,
) => Promise<TokenResponse>

const requests: Record<'form' | 'tiktok', TokenRequest> = {
  async form(ctx, url, { clientId, clientSecret }, { code, redirectUri, verifier }) {
    const { status, body } = await callJson(ctx, url, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        client_id: clientId,
        client_secret: clientSecret,
        code,
        redirect_uri: redirectUri,
        code_verifier: verifier,
      }).toString(),
    })
    // Instagram documents both forms.
    return status === 200 ? (body.data?.[0] ?? body) : undefined
  },
  async tiktok(ctx, url, { clientId, clientSecret }, { code, redirectUri, verifier }) {
    const { status, body } = await callJson(ctx, url, {
      json: {
        client_id: clientId,
        client_secret: clientSecret,
        grant_type: 'authorization_code',
        auth_code: code,
        redirect_uri: redirectUri,
        code_verifier: verifier,
      },
    })
    return status === 200 && body.code === 0 ? body.data : undefined
  },
}
