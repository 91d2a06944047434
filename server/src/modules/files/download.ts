import type { FastifyRequest } from 'fastify'
import type { Ctx } from '../../platform/context.ts'
import { AppError } from '../../platform/errors.ts'
import { FileResponse } from '../../platform/http/route.ts'
import type { StoredFile } from './files.ts'

/** Types that a browser displays without running scripts; all others are downloaded. */
const inert = new Set([
  'image/png',
  'image/jpeg',
  'image/webp',
  'image/gif',
  'video/mp4',
  'video/webm',
  'audio/mpeg',
  'audio/mp4',
  'audio/ogg',
  'audio/wav',
  'audio/flac',
  'audio/webm',
  'application/pdf',
])

/** Sends a file, or the one requested range of it (RFC 9110 section 14), with an ETag. */
export async function sendFile(ctx: Ctx, file: StoredFile, request: FastifyRequest): Promise<FileResponse> {
  const etag = `"${file.sha256.slice(0, 32)}"`
  const headers = {
    'content-type': inert.has(file.mime_type) ? file.mime_type : 'application/octet-stream',
    'content-disposition': disposition(file),
    'content-security-policy': "sandbox; default-src 'none'",
    'accept-ranges': 'bytes',
    'cache-control': 'private, max-age=86400',
    etag,
  }
  if (request.headers['if-none-match'] === etag) return new FileResponse('', headers, 304)
  const range = readRange(request.headers.range, file.size_bytes)
  const content = await ctx.services.storage.read(file.storage_key, range ?? undefined)
  if (!range) return new FileResponse(content, { ...headers, 'content-length': String(file.size_bytes) })
  return new FileResponse(
    content,
    {
      ...headers,
      'content-range': `bytes ${range.start}-${range.end}/${file.size_bytes}`,
      'content-length': String(range.end - range.start + 1),
    },
    206,
  )
}

function disposition({ filename, mime_type }: StoredFile): string {
  const ascii = filename.replace(/[^\x20-\x7e]|["\\%]/g, '_')
  return `${inert.has(mime_type) ? 'inline' : 'attachment'}; filename="${ascii}"; filename*=UTF-8''${encodeURIComponent(filename)}`
}

/** Returns one byte range, inclusive, or null for the whole file (no range, several, or another unit). Throws 416. */
export function readRange(header: string | undefined, sizeBytes: number): { start: number; end: number } | null {
  const [, from, to] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? '') ?? []
  if (from === undefined || to === undefined || (from === '' && to === '')) return null
  const start = from === '' ? Math.max(0, sizeBytes - Number(to)) : Number(from)
  const end = from === '' || to === '' ? sizeBytes - 1 : Math.min(Number(to), sizeBytes - 1)
  if (start > end) throw notSatisfiable(sizeBytes)
  return { start, end }
}

/** RFC 9110 section 15.5.17: includes the size, so that the client can retry. */
const notSatisfiable = (sizeBytes: number) =>
  new AppError(416, 'range_not_satisfiable', `The file has ${sizeBytes} bytes.`, {
    headers: { 'content-range': `bytes */${sizeBytes}` },
  })
