import { createHash } from 'node:crypto'
import { readFile, readdir } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'

export type Encoding = 'br' | 'gzip'

/** A file that was built elsewhere, in memory. */
export interface AssetFile {
  contentType: string
  content: Buffer
  /** Of the content, for its ETag. */
  hash: string
  /** Its name contains a hash of its content, so what is at this address never changes. */
  isHashed: boolean
  /** Compressed: as it was built, else compressed at the first call and stored. Null where that does not make it shorter. */
  compressed(encoding: Encoding): Promise<Buffer | null>
}

export interface AssetLimits {
  /** All files together, default 64 MiB. */
  maxBytes?: number
  /** Default 5,000. */
  maxFiles?: number
}

const contentTypes: Record<string, string> = {
  '.avif': 'image/avif',
  '.css': 'text/css; charset=utf-8',
  '.gif': 'image/gif',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.jpeg': 'image/jpeg',
  '.jpg': 'image/jpeg',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.mp3': 'audio/mpeg',
  '.mp4': 'video/mp4',
  '.ogg': 'audio/ogg',
  '.otf': 'font/otf',
  '.png': 'image/png',
  '.svg': 'image/svg+xml; charset=utf-8',
  '.ttf': 'font/ttf',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.wav': 'audio/wav',
  '.webm': 'video/webm',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
  '.webp': 'image/webp',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
  '.xml': 'application/xml; charset=utf-8',
}

const isCompressible = (contentType: string) => /^text\/|[/+](json|xml|wasm|otf|ttf)\b/.test(contentType)
const shortestCompressed = 1024

// As Vite, Rollup and esbuild write them: `assets/index-Bx3fA9Qz.js`.
const hashedName = /^\/assets\/.*[-.][\w-]{8,}\.\w+(\.map)?$/

/**
 * Reads a folder of built files, by the path each is served at, like `/assets/index-Bx3fA9Qz.js`. Names that begin with a
 * dot and symbolic links are left out; `x.js.br` and `x.js.gz` are the compressed forms of `x.js`. Empty when there is no
 * such folder. Throws when the files are more than the limits allow, because all of them stay in memory.
 */
export async function loadAssets(
  folder: string,
  { maxBytes = 64 * 1024 * 1024, maxFiles = 5_000 }: AssetLimits = {},
): Promise<Map<string, AssetFile>> {
  const contents = new Map<string, Buffer>()
  let bytes = 0
  for (const name of await namesIn(folder)) {
    const content = await readFile(path.join(folder, name))
    bytes += content.length
    if (bytes > maxBytes) throw new Error(`${folder} holds more than ${maxBytes} bytes, which is too much to serve.`)
    contents.set(`/${name.split(path.sep).join('/')}`, content)
    if (contents.size > maxFiles)
      throw new Error(`${folder} holds more than ${maxFiles} files, which is too many to serve.`)
  }
  const files = new Map<string, AssetFile>()
  for (const [name, content] of contents) {
    if (contents.has(name.replace(/\.(br|gz)$/, '')) && /\.(br|gz)$/.test(name)) continue
    files.set(name, toAsset(name, content, { br: contents.get(`${name}.br`), gzip: contents.get(`${name}.gz`) }))
  }
  return files
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true })
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(path.relative(folder, entry.parentPath), entry.name))
      .filter((name) => !name.split(path.sep).some((part) => part.startsWith('.')))
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return []
    throw error
  }
}

function toAsset(name: string, content: Buffer, built: Record<Encoding, Buffer | undefined>): AssetFile {
  const contentType = contentTypes[path.extname(name).toLowerCase()] ?? 'application/octet-stream'
  const made: Partial<Record<Encoding, Promise<Buffer | null>>> = {}
  return {
    contentType,
    content,
    hash: createHash('sha256').update(content).digest('base64url').slice(0, 22),
    isHashed: hashedName.test(name),
    compressed(encoding) {
      const given = built[encoding]
      if (given) return Promise.resolve(given)
      if (content.length < shortestCompressed || !isCompressible(contentType)) return Promise.resolve(null)
      return (made[encoding] ??= compress(encoding, content))
    },
  }
}

async function compress(encoding: Encoding, content: Buffer): Promise<Buffer | null> {
  const made =
    encoding === 'gzip'
      ? await promisify(gzip)(content, { level: 9 })
      : await promisify(brotliCompress)(content, {
          params: { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_SIZE_HINT]: content.length },
        })
  return made.length < content.length ? made : null
}
