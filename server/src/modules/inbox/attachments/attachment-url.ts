import type { Ctx } from '../../../platform/context.ts'
import { signedFileUrl } from '../../files/index.ts'
import type { Media } from '../../integrations/index.ts'
import type { Attachment } from '../schema.ts'

const kinds = new Set<string>(['image', 'video', 'audio'] satisfies Media['type'][])

/** Returns an attachment that a platform can fetch. Files of the workspace get a URL that is valid for 15 minutes. */
export async function publicAttachment(
  ctx: Ctx,
  attachment: Attachment | null,
): Promise<(Media & { url: string }) | null> {
  if (!attachment) return null
  const kind = attachment.type?.split('/')[0] ?? 'file'
  const [, fileId] = /^\/api\/files\/([0-9a-f-]{36})\//.exec(attachment.url) ?? []
  const url = fileId ? (await signedFileUrl(ctx, fileId)).url : attachment.url
  return {
    type: kinds.has(kind) ? (kind as Media['type']) : 'file',
    name: attachment.name,
    url: url.startsWith('/') ? ctx.services.config.publicUrl + url : url,
  }
}
