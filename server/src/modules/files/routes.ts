import { z } from 'zod'
import { bareList, readCursor } from '../../platform/http/page.ts'
import { bytes, id, succeeded, success } from '../../platform/http/fields.ts'
import { type RouteTable, route } from '../../platform/http/route.ts'
import { serverContext } from '../../platform/services.ts'
import { sendFile } from './download.ts'
import { getFile } from './files.ts'
import { createGreeting, deleteGreeting, listGreetings } from './greetings.ts'
import { GreetingFile, SignedUrl } from './schema.ts'
import { invalidLink, openSignature, signedFileUrl } from './signed-url.ts'

export const fileRoutes: RouteTable = {
  tag: 'Files',
  routes: {
    listGreetingFiles: route({
      kind: 'read',
      method: 'GET',
      path: '/api/greeting-files',
      access: 'files:read',
      summary: 'List greetings, newest first',
      query: z.object({
        userId: id
          .optional()
          .describe('Only greetings of this member. Only owners and admins can list those of other members.'),
        cursor: z
          .string()
          .max(500)
          .optional()
          .describe(
            'Where the next page begins: `next_cursor` of the page before. Opaque; leave it out for the first page.',
          ),
      }),
      response: z.array(GreetingFile),
      handler: async (ctx, { query, request }) =>
        bareList(await listGreetings(ctx, query.userId, readCursor(query.cursor)), request.url),
    }),
    createGreetingFile: route({
      kind: 'nontransactional',
      method: 'POST',
      path: '/api/greeting-files',
      access: 'files:write',
      summary:
        'Upload a greeting: WAV, MP3, M4A, Ogg Opus, FLAC, or WebM or MP4 as browsers record it, to 50 MB, in the form field "file"',
      upload: true,
      ignores: { body: ['userId'] },
      status: 201,
      response: GreetingFile,
      errors: [413, 415],
      handler: (ctx, { request, effectId }) => createGreeting(ctx, request, effectId),
    }),
    deleteGreetingFile: route({
      kind: 'write',
      method: 'DELETE',
      path: '/api/greeting-files/:id',
      access: 'files:write',
      summary: 'Delete a greeting',
      params: z.object({ id: id.describe('Id of the greeting.') }),
      ignores: { query: ['userId'] },
      response: success,
      async handler(ctx, { params }) {
        await deleteGreeting(ctx, params.id)
        return succeeded
      },
    }),
    getFile: route({
      kind: 'read',
      method: 'GET',
      path: '/api/files/:id/:filename',
      access: 'files:read',
      summary: 'Download a file',
      params: z.object({
        id: id.describe('Id of the file.'),
        filename: z.string().describe('Name of the file, as in its URL.'),
      }),
      response: bytes('application/octet-stream'),
      errors: [416],
      handler: async (ctx, { params, request }) => sendFile(ctx, await getFile(ctx, params.id), request),
    }),
    signFile: route({
      kind: 'read',
      method: 'POST',
      path: '/api/files/:id/signed-url',
      access: 'files:read',
      summary: 'Create an address of this file that opens without a login for 15 minutes',
      params: z.object({ id: id.describe('Id of the file.') }),
      status: 201,
      response: SignedUrl,
      async handler(ctx, { params }) {
        const { url, expiresAt } = await signedFileUrl(ctx, params.id)
        return { url, expires_at: expiresAt.toISOString() }
      },
    }),
    getSignedFile: route({
      kind: 'read',
      method: 'GET',
      path: '/api/signed-files/:token/:filename',
      access: 'public',
      summary: 'Download a file by its signed address',
      params: z.object({
        token: z.string().max(300).describe('The signature from the signed URL.'),
        filename: z.string().describe('Name of the file, as in its URL.'),
      }),
      response: bytes('application/octet-stream'),
      async handler(ctx, { params, request }) {
        const { workspaceId, fileId } = openSignature(ctx, params.token)
        const asWorkspace = serverContext(ctx.services, { workspaceId })
        const file = await getFile(asWorkspace, fileId)
        if (params.filename !== file.filename) throw invalidLink()
        return sendFile(ctx, file, request)
      },
    }),
  },
}
