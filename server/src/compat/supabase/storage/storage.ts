import { z } from 'zod'
import { composite } from '../../composite.ts'
import type { Adapted } from '../../front-end.ts'
import {
  type StoredObject,
  alreadyThere,
  deleteFile,
  findObject,
  findPublicObject,
  listObjects,
  moveObject,
  openSignature,
  placeObject,
  sendFile,
  signedFileUrl,
  uploadObject,
} from '../../../modules/files/index.ts'
import { type Ctx, transaction } from '../../../platform/context.ts'
import { AppError, invalidField, missing } from '../../../platform/errors.ts'
import type { ErrorForm } from '../../../platform/http/error-form.ts'
import { bytes } from '../../../platform/http/fields.ts'
import { type Route, route } from '../../../platform/http/route.ts'
import { serverContext } from '../../../platform/services.ts'
import { FacadeError } from '../failure.ts'
import { type Bucket, bucketOf, buckets } from './buckets.ts'

const inBucket = z.object({ bucket: z.string().max(100).describe('The bucket.') })
const atPath = inBucket.extend({ '*': z.string().max(1000).describe('Path in the bucket.') })
const path = z.string().min(1).max(500).describe('Path in the bucket.')

/** Throws 400 for a path that no file system should see, though none does. */
function cleanPath(given: string): string {
  const isOdd =
    // oxlint-disable-next-line no-control-regex -- these are what is refused.
    /[\u0000-\u001f\u007f\\]/.test(given) ||
    given.split('/').some((part) => part === '' || part === '..' || part === '.')
  if (isOdd || given.length > 500) throw invalidField('params.path', 'Must be a path like folder/name.png.')
  return given
}

const objectAt = async (ctx: Ctx, bucket: string, at: string): Promise<StoredObject> =>
  (await findObject(ctx, bucketOf(bucket).id, cleanPath(at))) ?? missing('object')

const bucketInfo = ({ id, isPublic }: Bucket) => ({
  id,
  name: id,
  owner: '',
  public: isPublic,
  type: 'STANDARD',
  file_size_limit: 50 * 1024 * 1024,
  allowed_mime_types: null,
  created_at: '2026-01-01T00:00:00.000Z',
  updated_at: '2026-01-01T00:00:00.000Z',
})

const objectInfo = (
  bucket: string,
  { object_id, path: name, size_bytes, mime_type, created_at, updated_at }: StoredObject,
) => ({
  id: object_id,
  name,
  bucket_id: bucket,
  created_at,
  updated_at,
  last_accessed_at: updated_at,
  metadata: { size: size_bytes, mimetype: mime_type, cacheControl: 'max-age=3600' },
})

const plain =
  (definition: Route): Adapted =>
  () =>
    definition

/** The address that opens without a login for 15 minutes, relative to the storage API. */
async function signedAddress(ctx: Ctx, bucket: string, object: StoredObject): Promise<string> {
  const { url } = await signedFileUrl(ctx, object.id)
  const token = /signed-files\/([^/]+)\//.exec(url)?.[1]
  return `/object/sign/${bucket}/${object.path}?token=${token}`
}

const upload = (method: 'POST' | 'PUT'): Adapted =>
  composite({
    kind: 'nontransactional',
    method,
    path: '/storage/v1/object/:bucket/*',
    access: 'files:write',
    summary: method === 'POST' ? 'Upload an object' : 'Replace an object',
    params: atPath,
    operations: ['createGreetingFile'],
    upload: true,
    response: z.any(),
    async handler(call, { params, request }, ctx) {
      const bucket = bucketOf(params.bucket)
      const placement = { bucket: bucket.id, path: cleanPath(params['*']), isPublic: bucket.isPublic }
      if (!bucket.isGreeting) {
        const upsert = method === 'PUT' || request.headers['x-upsert'] === 'true'
        const id = await uploadObject(ctx, request, { ...placement, upsert, accepts: bucket.accepts })
        return { Id: id, Key: `${bucket.id}/${placement.path}` }
      }
      // Campaigns refer to greetings, so one is never replaced.
      if (await findObject(ctx, bucket.id, placement.path)) throw alreadyThere()
      const greeting = await call('createGreetingFile')
      const fileId = /\/api\/files\/([0-9a-f-]{36})\//.exec(greeting.url)?.[1] as string
      const id = await transaction(ctx, (tx) => placeObject(tx, placement, fileId))
      return { Id: id, Key: `${bucket.id}/${placement.path}` }
    },
  })

const remove = composite({
  kind: 'nontransactional',
  method: 'DELETE',
  path: '/storage/v1/object/:bucket',
  access: 'files:write',
  summary: 'Delete objects',
  params: inBucket,
  body: z.object({ prefixes: z.array(path).max(100).describe('Paths of the objects.') }),
  example: { prefixes: ['2027/receipt.png'] },
  operations: ['listGreetingFiles', 'deleteGreetingFile'],
  response: z.any(),
  async handler(call, { params, body }, ctx) {
    const bucket = bucketOf(params.bucket)
    const removed = []
    for (const at of body.prefixes) {
      const object = await findObject(ctx, bucket.id, cleanPath(at))
      if (!object) continue
      if (bucket.isGreeting) {
        const greetings: { id: string; url: string }[] = await call('listGreetingFiles')
        const greeting = greetings.find(({ url }) => url.includes(object.id))
        if (greeting) await call('deleteGreetingFile', { params: { id: greeting.id } })
      } else {
        await transaction(ctx, (tx) => deleteFile(tx, object.id))
      }
      removed.push(objectInfo(bucket.id, object))
    }
    return removed
  },
})

const download = (address: string): Adapted =>
  plain(
    route({
      kind: 'read',
      method: 'GET',
      path: `/storage/v1/object/${address}:bucket/*`,
      access: 'files:read',
      summary: 'Download an object',
      params: atPath,
      response: bytes('application/octet-stream'),
      errors: [416],
      handler: async (ctx, { params, request }) =>
        sendFile(ctx, await objectAt(ctx, params.bucket, params['*']), request),
    }),
  )

/** The routes of the storage API. */
export const storageRoutes: Record<string, Adapted> = {
  'storage.listBuckets': plain(
    route({
      kind: 'read',
      method: 'GET',
      path: '/storage/v1/bucket',
      access: 'files:read',
      summary: 'List the buckets',
      response: z.any(),
      handler: () => Promise.resolve(buckets.map(bucketInfo)),
    }),
  ),
  'storage.getBucket': plain(
    route({
      kind: 'read',
      method: 'GET',
      path: '/storage/v1/bucket/:bucket',
      access: 'files:read',
      summary: 'Get a bucket',
      params: inBucket,
      response: z.any(),
      handler: (_, { params }) => Promise.resolve(bucketInfo(bucketOf(params.bucket))),
    }),
  ),
  'storage.createBucket': plain(
    route({
      kind: 'nontransactional',
      method: 'POST',
      path: '/storage/v1/bucket',
      access: 'files:write',
      summary: 'Answers for a bucket that is there; others cannot be made',
      body: z.looseObject({ name: z.string().max(100).describe('Name of the bucket.') }),
      example: { name: 'greetings', public: false },
      response: z.any(),
      handler: (_, { body }) => Promise.resolve({ name: bucketOf(body.name).id }),
    }),
  ),
  'storage.upload': upload('POST'),
  'storage.replace': upload('PUT'),
  'storage.remove': remove,
  'storage.list': plain(
    route({
      kind: 'read',
      method: 'POST',
      path: '/storage/v1/object/list/:bucket',
      access: 'files:read',
      summary: 'List the objects of a folder',
      params: inBucket,
      body: z.looseObject({
        prefix: z.string().max(500).default('').describe('The folder.'),
        limit: z.int().min(1).max(1000).default(100).describe('How many at most.'),
        offset: z.int().min(0).max(1_000_000).default(0).describe('How many to skip.'),
        search: z.string().max(200).nullish().describe('What the name contains.'),
      }),
      example: { prefix: '', limit: 100, offset: 0 },
      response: z.any(),
      async handler(ctx, { params, body }) {
        const { prefix, search, ...page } = body
        const folder = prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`
        const found = await listObjects(ctx, {
          bucket: bucketOf(params.bucket).id,
          prefix: folder,
          limit: page.limit,
          offset: page.offset,
        })
        return found
          .map((object) => ({ ...objectInfo(params.bucket, object), name: object.path.slice(folder.length) }))
          .filter(({ name }) => !search || name.includes(search))
      },
    }),
  ),
  'storage.sign': plain(
    route({
      kind: 'read',
      method: 'POST',
      path: '/storage/v1/object/sign/:bucket/*',
      access: 'files:read',
      summary: 'Create an address that opens without a login for 15 minutes',
      params: atPath,
      body: z.looseObject({ expiresIn: z.number().optional().describe('Ignored: 15 minutes.') }),
      example: { expiresIn: 900 },
      response: z.any(),
      async handler(ctx, { params }) {
        return { signedURL: await signedAddress(ctx, params.bucket, await objectAt(ctx, params.bucket, params['*'])) }
      },
    }),
  ),
  'storage.signSeveral': plain(
    route({
      kind: 'read',
      method: 'POST',
      path: '/storage/v1/object/sign/:bucket',
      access: 'files:read',
      summary: 'Create addresses of several objects that open without a login for 15 minutes',
      params: inBucket,
      body: z.looseObject({ paths: z.array(path).max(100).describe('Paths of the objects.') }),
      example: { paths: ['2027/receipt.png'], expiresIn: 900 },
      response: z.any(),
      async handler(ctx, { params, body }) {
        const signed = []
        for (const at of body.paths) {
          const object = await findObject(ctx, bucketOf(params.bucket).id, cleanPath(at))
          signed.push(
            object
              ? { path: at, error: null, signedURL: await signedAddress(ctx, params.bucket, object) }
              : {
                  path: at,
                  error: 'Either the object does not exist or you do not have access to it',
                  signedURL: null,
                },
          )
        }
        return signed
      },
    }),
  ),
  'storage.getSigned': plain(
    route({
      kind: 'read',
      method: 'GET',
      path: '/storage/v1/object/sign/:bucket/*',
      access: 'public',
      ignoresCredentials: true,
      summary: 'Download an object by its signed address',
      params: atPath,
      query: z.looseObject({ token: z.string().max(300).describe('The signature.') }),
      response: bytes('application/octet-stream'),
      errors: [416],
      async handler(ctx, { params, query, request }) {
        const { workspaceId, fileId } = openSignature(ctx, query.token)
        const asWorkspace = serverContext(ctx.services, { workspaceId })
        const object = await findObject(asWorkspace, bucketOf(params.bucket).id, cleanPath(params['*']))
        if (object?.id !== fileId)
          throw new AppError(403, 'forbidden', 'This link is invalid or has expired. Request a new one.')
        return sendFile(ctx, object, request)
      },
    }),
  ),
  'storage.getPublic': plain(
    route({
      kind: 'read',
      method: 'GET',
      path: '/storage/v1/object/public/:bucket/*',
      access: 'public',
      summary: 'Download an object of a public bucket',
      params: atPath,
      response: bytes('application/octet-stream'),
      errors: [416],
      async handler(ctx, { params, request }) {
        const bucket = bucketOf(params.bucket)
        const at = cleanPath(params['*'])
        if (bucket.isPublic)
          return sendFile(ctx, (await findPublicObject(ctx.services, bucket.id, at)) ?? missing('object'), request)
        // With the cookie of a member, a page of our own origin may show what is not public.
        if (ctx.principal.kind !== 'user')
          throw new FacadeError(400, 'not_public', `The bucket ${bucket.id} is not public.`, {
            pgCode: 'NotPublic',
            hint: 'Use createSignedUrl or download.',
          })
        return sendFile(ctx, (await findObject(ctx, bucket.id, at)) ?? missing('object'), request)
      },
    }),
  ),
  'storage.download': download(''),
  'storage.downloadAuthenticated': download('authenticated/'),
  'storage.info': plain(
    route({
      kind: 'read',
      method: 'GET',
      path: '/storage/v1/object/info/:bucket/*',
      access: 'files:read',
      summary: 'Get the size and type of an object',
      params: atPath,
      response: z.any(),
      async handler(ctx, { params }) {
        const object = await objectAt(ctx, params.bucket, params['*'])
        return { ...objectInfo(params.bucket, object), size: object.size_bytes, content_type: object.mime_type }
      },
    }),
  ),
  'storage.move': plain(
    route({
      kind: 'write',
      method: 'POST',
      path: '/storage/v1/object/move',
      access: 'files:write',
      summary: 'Give an object another path in its bucket',
      body: z.looseObject({
        bucketId: z.string().max(100).describe('The bucket.'),
        sourceKey: path,
        destinationKey: path,
      }),
      example: { bucketId: 'receipts', sourceKey: 'a.png', destinationKey: '2027/a.png' },
      response: z.any(),
      errors: [409],
      async handler(ctx, { body }) {
        await moveObject(ctx, await objectAt(ctx, body.bucketId, body.sourceKey), cleanPath(body.destinationKey))
        return { message: 'Successfully moved' }
      },
    }),
  ),
}

/** Errors as the storage API of Supabase writes them. */
export const storageErrors = (prefix: string): ErrorForm => ({
  at: new RegExp(`^${prefix}/storage/v1(/|$)`),
  write: (failure) => ({
    status: failure.status,
    body: {
      statusCode: String(failure.status),
      error: failure instanceof FacadeError ? failure.pgCode : failure.code,
      message: failure.message,
      ...(failure instanceof FacadeError && failure.hint && { hint: failure.hint }),
    },
  }),
})
