import multipart from '@fastify/multipart'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Readable } from 'node:stream'
import { type ReadNames, refuseUnknown } from './names/input-names.ts'
import { AppError, badRequest, invalidField, tooLarge } from '../errors.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Reads the names of the fields beside the file. */
    readForm?: ReadNames
  }
}

const megabyte = 1024 * 1024

/** The largest upload: 50 MB. */
export const maxUploadBytes = 50 * megabyte

/** Lets routes with `upload` read multipart bodies as streams. */
export async function acceptUploads(app: FastifyInstance): Promise<void> {
  await app.register(multipart, {
    throwFileSizeLimit: false,
    limits: { fileSize: maxUploadBytes, files: 1, fields: 20, fieldSize: 64 * 1024, parts: 25, headerPairs: 50 },
  })
}

export interface Upload<T> {
  /** What `receive` made of the file. */
  file: T
  filename: string
  /** The other fields of the form, wherever they stood. */
  fields: Record<string, string>
}

/**
 * Reads the form's `file` as a stream into `receive`, and its other fields. Throws 400 when there is no file or it is not
 * a form, 413 past 50 MB; `discard` undoes what `receive` stored when something after it fails.
 */
export async function readUpload<T>(
  request: FastifyRequest,
  receive: (content: Readable, filename: string) => Promise<T>,
  discard: (file: T) => Promise<void>,
): Promise<Upload<T>> {
  if (!request.isMultipart()) throw new AppError(415, 'unsupported_media_type', 'Send the file as multipart/form-data.')
  if (!hasUsableBoundary(request)) throw badRequest('malformed_form', 'The boundary of the form is too long.')
  const fields: Record<string, string> = {}
  let received: { file: T; filename: string } | undefined
  try {
    for await (const part of request.parts()) {
      if (part.type === 'field') {
        // A part of type application/json arrives parsed.
        fields[part.fieldname] = typeof part.value === 'string' ? part.value : JSON.stringify(part.value)
        continue
      }
      // supabase-js sends its file in a field without a name.
      if (part.fieldname !== 'file' && part.fieldname !== '')
        throw invalidField(`body.${part.fieldname}`, 'Send the file in the field "file".')
      const filename = cleanFilename(part.filename)
      received = { file: await receive(part.file, filename), filename }
      if (part.file.truncated) throw tooLarge('Files may be at most 50 MB.')
    }
    if (!received) throw invalidField('body.file', 'The field "file" is missing.')
    return { ...received, fields: ownNames(request, fields) }
  } catch (error) {
    if (received) await discard(received.file)
    throw asUploadError(error)
  }
}

/** Returns the other fields under the names of the route's `form`. */
function ownNames(request: FastifyRequest, fields: Record<string, string>): Record<string, string> {
  const { readForm } = request.routeOptions.config
  if (!readForm) return fields
  const named = readForm(fields, request.unknownFields) as Record<string, string>
  refuseUnknown(request)
  return named
}

/** RFC 2046 section 5.1.1. */
const longestBoundary = 70

const hasUsableBoundary = ({ headers }: FastifyRequest) =>
  (/boundary=("?)([^";]*)\1/i.exec(headers['content-type'] ?? '')?.[2] ?? '').length <= longestBoundary

function asUploadError(error: unknown): unknown {
  if (error instanceof AppError) return error
  const { code, statusCode, message } = error as { code?: string; statusCode?: number; message: string }
  if (statusCode === 413) return tooLarge('The form has more or larger parts than is allowed.')
  if (
    code === 'ERR_STREAM_PREMATURE_CLOSE' ||
    statusCode === 400 ||
    /multipart|boundary|unexpected end of form/i.test(message)
  ) {
    return badRequest('malformed_form', 'The form is malformed or incomplete. Nothing was stored.')
  }
  return error
}

/** A name to show, never a path: the part after the last separator, without control characters, 200 characters at most. */
function cleanFilename(given: string | undefined): string {
  const last = (given ?? '').split(/[/\\]/).at(-1) ?? ''
  // oxlint-disable-next-line no-control-regex -- these are what is to be removed.
  const clean = last.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '').trim()
  return [...clean].slice(0, 200).join('') || 'file'
}
