import type { FastifyRequest } from 'fastify'
import { sql } from 'kysely'
import { type Ctx, transaction } from '../../../platform/context.ts'
import { statement } from '../../../platform/database/statement.ts'
import { AppError, missing, tooLarge } from '../../../platform/errors.ts'
import { readUpload } from '../../../platform/http/multipart.ts'
import { FileResponse } from '../../../platform/http/route.ts'
import { newId } from '../../../platform/id.ts'
import { deleteFile, getFile, receiveFile, recordFile, sendFile, withinQuota } from '../../files/index.ts'
import { type ProductRow, getProduct } from './products.ts'

const imageTypes: ReadonlySet<string | null> = new Set(['image/png', 'image/jpeg', 'image/webp', 'image/gif'])
const maxImageBytes = 10 * 1024 * 1024

const replace = statement(
  'shop.replace_product_image',
  (_, p: { id: string; file_id: string }) => sql<{ id: string; before: string | null }>`
    update shop.products p set image_file_id = ${p.file_id}::uuid
      from shop.products was where p.id = ${p.id} and was.id = p.id and p.archived_at is null
    returning p.id, was.image_file_id as before`,
)

/** Stores an uploaded image. Its type is detected from the content. Throws 404, 413 above 10 MB, 415 for an unsupported type. */
export async function setProductImage(ctx: Ctx, productId: string, request: FastifyRequest): Promise<ProductRow> {
  const { storage } = ctx.services
  await getProduct(ctx, productId)
  const { file, filename } = await readUpload(
    request,
    (content) => receiveFile(ctx, content),
    (received) => storage.remove(received.storage_key),
  )
  try {
    if (!imageTypes.has(file.content_type)) {
      throw new AppError(415, 'unsupported_media_type', 'A product image must be a PNG, JPEG, WebP or GIF file.')
    }
    if (file.size_bytes > maxImageBytes) throw tooLarge('A product image can be at most 10 MB.')
    const stored = { ...file, id: newId(), filename, mime_type: file.content_type as string }
    await transaction(ctx, async (ctx) => {
      const quota = withinQuota(ctx.services)
      const [, , [replaced]] = await ctx.db.together([
        quota.before,
        recordFile(stored),
        replace.call({ id: productId, file_id: stored.id }),
      ])
      const { before } = replaced ?? missing('product')
      if (before) await deleteFile(ctx, before)
      await ctx.db.together([quota.after])
    })
  } catch (error) {
    await storage.remove(file.storage_key)
    throw error
  }
  return getProduct(ctx, productId)
}

/** Sends the public image. Its URL never changes, so browsers revalidate it by its ETag. Throws 404, 416. */
export async function sendProductImage(ctx: Ctx, productId: string, request: FastifyRequest): Promise<FileResponse> {
  const { image_file_id } = await getProduct(ctx, productId)
  if (!image_file_id) missing('image')
  const response = await sendFile(ctx, await getFile(ctx, image_file_id), request)
  const headers = { 'cache-control': 'public, max-age=300', 'cross-origin-resource-policy': 'cross-origin' }
  return new FileResponse(response.content, { ...response.headers, ...headers }, response.status)
}
