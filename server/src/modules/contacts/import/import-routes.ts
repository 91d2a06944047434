import { z } from 'zod'
import { id, textFile } from '../../../platform/http/fields.ts'
import { FileResponse, type Route, route } from '../../../platform/http/route.ts'
import * as schema from '../schema.ts'
import { importErrorFile } from './error-file.ts'
import { getImport } from './import-row.ts'
import { previewImport, startImport } from './imports.ts'

const byId = z.object({ id: id.describe('Id of the contact list or import.') })

export const importRoutes: Record<string, Route> = {
  importContacts: route({
    kind: 'nontransactional',
    method: 'POST',
    path: '/api/contact-lists/:id/import',
    access: 'contacts:import',
    summary: 'Import a CSV into a list: form field "file", and "mapping" where the headers are not clear',
    params: byId,
    upload: true,
    form: schema.ImportForm,
    status: 202,
    response: schema.Import,
    errors: [413, 415],
    handler: (ctx, { params, request, effectId }) => startImport(ctx, params.id, request, effectId),
  }),
  previewImport: route({
    kind: 'nontransactional',
    method: 'POST',
    path: '/api/imports/preview',
    access: 'contacts:import',
    summary: 'Preview the import of a CSV: columns, mapping and the first ten rows; nothing is stored',
    upload: true,
    form: schema.ImportForm,
    response: schema.ImportPreview,
    errors: [413, 415],
    handler: (ctx, { request }) => previewImport(ctx, request),
  }),
  getImport: route({
    kind: 'read',
    method: 'GET',
    path: '/api/imports/:id',
    access: 'contacts:import',
    summary: 'Get the progress of an import',
    params: byId,
    response: schema.Import,
    handler: (ctx, { params }) => getImport(ctx, params.id),
  }),
  getImportErrors: route({
    kind: 'read',
    method: 'GET',
    path: '/api/imports/:id/errors.csv',
    access: 'contacts:import',
    summary: 'List the rows that an import refused, with the reason for each',
    params: byId,
    response: textFile('text/csv'),
    handler: async (ctx, { params }) =>
      new FileResponse(await importErrorFile(ctx, params.id), {
        'content-type': 'text/csv; charset=utf-8',
        'content-disposition': `attachment; filename="import-errors-${params.id}.csv"`,
      }),
  }),
}
