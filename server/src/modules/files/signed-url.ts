import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Ctx } from '../../platform/context.ts'
import { forbidden } from '../../platform/errors.ts'
import { getFile } from './files.ts'

/** A signed URL is valid for this long, for anyone who has it. */
const signedSeconds = 15 * 60

interface Claim {
  workspaceId: string
  fileId: string
  /** Unix seconds. */
  expiresAt: number
}

/** Throws 404. */
export async function signedFileUrl(ctx: Ctx, id: string): Promise<{ url: string; expiresAt: Date }> {
  const file = await getFile(ctx, id)
  const { workspace_id } = await ctx.db.actor()
  const expiresAt = Math.floor(ctx.now().getTime() / 1000) + signedSeconds
  const token = signFile(ctx, { workspaceId: workspace_id as string, fileId: file.id, expiresAt })
  return {
    url: `/api/signed-files/${token}/${encodeURIComponent(file.filename)}`,
    expiresAt: new Date(expiresAt * 1000),
  }
}

/** Makes `<workspace>.<file>.<expiry>.<mac>`. */
function signFile(ctx: Ctx, claim: Claim): string {
  const text = `${claim.workspaceId}.${claim.fileId}.${claim.expiresAt}`
  return `${text}.${mac(ctx, text)}`
}

/** Throws 403 when the token was changed or has expired. */
export function openSignature(ctx: Ctx, token: string): Claim {
  const [workspaceId = '', fileId = '', expiry = '', given = '', ...more] = token.split('.')
  const expected = Buffer.from(mac(ctx, `${workspaceId}.${fileId}.${expiry}`))
  const received = Buffer.from(given)
  const genuine = more.length === 0 && received.length === expected.length && timingSafeEqual(received, expected)
  const expiresAt = Number(expiry)
  if (!genuine || expiresAt * 1000 < ctx.now().getTime()) {
    throw invalidLink()
  }
  return { workspaceId, fileId, expiresAt }
}

export const invalidLink = () => forbidden('This link is invalid or has expired. Request a new one.')

const mac = (ctx: Ctx, text: string) =>
  createHmac('sha256', ctx.services.secrets.derive('files/signed-url')).update(text).digest('base64url')
