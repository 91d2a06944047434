import { randomBytes } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { notFound } from '../errors.ts'
import type { AssetFile, Encoding } from './asset-files.ts'
import { isForAnySite } from './cors.ts'
import { FileResponse } from './route.ts'

/** In a built page it stands where each response has a nonce of its own: `html.cspNonce` of Vite. */
const noncePlaceholder = '__CSP_NONCE__'

/**
 * The Content-Security-Policy of our pages: this server's files and API, and inline scripts with the nonce. `frameAncestors`: who may
 * show the page in a frame.
 */
const pagePolicy = (nonce: string, frameAncestors: string) =>
  [
    "default-src 'none'",
    `script-src 'self' 'nonce-${nonce}'`,
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "media-src 'self' blob:",
    "connect-src 'self'",
    "worker-src 'self'",
    "manifest-src 'self'",
    "frame-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    `frame-ancestors ${frameAncestors}`,
  ].join('; ')

/** A worker follows the policy that its own script came with, so scripts get what a worker needs. */
const filePolicy = "default-src 'none'; script-src 'self'; connect-src 'self'; frame-ancestors 'none'"

/**
 * The response to GET `path`: the file, or `index.html` for an address within the console that a browser opens as a page.
 * `reserved`: first segments of the API's own paths, where an address that is not known is 404. Throws 404.
 */
export async function sendAsset(
  files: ReadonlyMap<string, AssetFile>,
  { path, headers, reserved }: { path: string; headers: IncomingHttpHeaders; reserved: ReadonlySet<string> },
): Promise<FileResponse> {
  const file = files.get(path)
  if (file && !file.contentType.startsWith('text/html')) return sendFile(file, path, headers)
  const page = file ?? (isDeepLink(path, headers, reserved) ? files.get('/index.html') : undefined)
  if (!page) throw notFound(`endpoint as GET ${path.slice(0, 200)}`)
  return sendPage(page, { framedBy: isForAnySite(path) ? '*' : "'none'" })
}

function isDeepLink(path: string, { accept = '' }: IncomingHttpHeaders, reserved: ReadonlySet<string>): boolean {
  const segments = path.split('/')
  const isFile = segments.at(-1)?.includes('.') ?? false
  return !isFile && !reserved.has(segments[1] ?? '') && /\btext\/html\b/i.test(accept)
}

/**
 * Without a tag, because each response has another nonce. Browsers go by the policy's `frame-ancestors` and not by
 * `X-Frame-Options` where both are sent.
 */
function sendPage({ content, contentType }: AssetFile, { framedBy }: { framedBy: string }): FileResponse {
  const nonce = randomBytes(16).toString('base64')
  return new FileResponse(content.toString().replaceAll(noncePlaceholder, nonce), {
    'content-type': contentType,
    'cache-control': 'no-cache',
    'content-security-policy': pagePolicy(nonce, framedBy),
    'permissions-policy':
      'camera=(self), microphone=(self), display-capture=(self), fullscreen=(self), geolocation=(), payment=(), usb=()',
    'referrer-policy': 'strict-origin-when-cross-origin',
    // A sign-in window of another site may send its result to this page.
    'cross-origin-opener-policy': 'same-origin-allow-popups',
  })
}

async function sendFile(file: AssetFile, path: string, headers: IncomingHttpHeaders): Promise<FileResponse> {
  const encoding = await bestEncoding(file, headers['accept-encoding'])
  const etag = `"${file.hash}${encoding ? `-${encoding}` : ''}"`
  const common = {
    etag,
    'cache-control': file.isHashed ? 'public, max-age=31536000, immutable' : 'no-cache',
    vary: 'Origin, Accept-Encoding',
    'content-type': file.contentType,
    'content-security-policy': filePolicy,
  }
  if (matches(headers['if-none-match'], etag)) return new FileResponse('', common, 304)
  if (!encoding) return new FileResponse(file.content, common)
  return new FileResponse((await file.compressed(encoding)) as Buffer, { ...common, 'content-encoding': encoding })
}

/** The shortest that the client takes (RFC 9110 section 12.5.3); null: as it is. */
async function bestEncoding(file: AssetFile, accepted = ''): Promise<Encoding | null> {
  for (const encoding of ['br', 'gzip'] as const) {
    if (accepts(accepted, encoding) && (await file.compressed(encoding))) return encoding
  }
  return null
}

const accepts = (accepted: string, encoding: Encoding) =>
  accepted.split(',').some((item) => {
    const [name = '', ...parameters] = item.split(';').map((part) => part.trim().toLowerCase())
    return name === encoding && !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter))
  })

/** Compared weakly (RFC 9110 section 13.1.2): a proxy that compresses makes a strong tag weak. */
const matches = (wanted: string | undefined, etag: string) =>
  wanted !== undefined &&
  (wanted.trim() === '*' || wanted.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag))
