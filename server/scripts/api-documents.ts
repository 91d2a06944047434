/** Writes what is made from the table of routes: `docs/openapi.json`, `docs/api.md` and the client's types. `--check` only compares. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { tablesMarkdown } from '../src/compat/supabase/tables-markdown.ts'
import { liveFrames, routeTables, socketCommands } from '../src/modules.ts'
import { version } from '../src/config.ts'
import { apiMarkdown } from '../src/platform/http/reference/api-markdown.ts'
import { clientTypes } from '../src/platform/http/reference/client-types.ts'
import { openApiDocument } from '../src/platform/http/reference/openapi.ts'

const document = openApiDocument(routeTables, { version, url: 'http://127.0.0.1:3001' })
const files = {
  'docs/openapi.json': `${JSON.stringify(document, null, 2)}\n`,
  ...Object.fromEntries(Object.entries(apiMarkdown(document)).map(([file, text]) => [`docs/${file}`, text])),
  'docs/guides/supabase-tables.md': tablesMarkdown(),
  'client/src/operations.ts': clientTypes(document, {
    frames: liveFrames(),
    commands: {
      ping: z.object({}),
      ...Object.fromEntries(socketCommands.map(({ event, data }) => [event, data])),
    },
  }),
}

for (const [file, text] of Object.entries(files)) {
  const place = fileURLToPath(new URL(`../../${file}`, import.meta.url))
  if (!process.argv.includes('--check')) {
    await mkdir(path.dirname(place), { recursive: true })
    await writeFile(place, text)
  } else if ((await readFile(place, 'utf8').catch(() => '')) !== text) {
    console.error(`${place} is out of date: run \`npm run generate\`.`)
    process.exitCode = 1
  }
}
