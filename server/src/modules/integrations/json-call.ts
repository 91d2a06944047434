import { type Ctx, callerKey } from '../../platform/context.ts'
import { AppError } from '../../platform/errors.ts'
import type { OutboundRequest } from '../../platform/outbound.ts'
import { parseExactly } from './channels/body.ts'

// oxlint-disable-next-line no-explicit-any -- each field of platforms' responses is checked where it is used.
export type JsonResponse = { status: number; headers: Record<string, string>; body: any }

/** Calls a platform's API. Throws 502 when it cannot be reached or the response is not a JSON object. */
export async function callJson(
  ctx: Ctx,
  url: string,
  request: OutboundRequest & { json?: object } = {},
): Promise<JsonResponse> {
  const { json, ...options } = request
  const { status, headers, body } = await ctx.services.outbound.fetch(url, {
    key: callerKey(ctx),
    ...options,
    ...(json && { method: options.method ?? 'POST', body: JSON.stringify(json) }),
    headers: { accept: 'application/json', ...(json && { 'content-type': 'application/json' }), ...options.headers },
  })
  const parsed = parse(body.toString('utf8'))
  if (parsed === null) {
    throw new AppError(502, 'platform_failed', `${new URL(url).host} returned status ${status} without JSON.`)
  }
  return { status, headers, body: parsed }
}

function parse(text: string): object | null {
  try {
    const value = parseExactly(text)
    return value !== null && typeof value === 'object' ? value : null
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}
