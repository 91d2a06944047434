/** Writes what is made from the table of routes: `docs/openapi.json` and the client's types. `--check` only compares. */
import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { routeTables } from '../src/app.ts'
import { version } from '../src/config.ts'
import { clientTypes } from '../src/platform/http/client-types.ts'
import { openApiDocument } from '../src/platform/http/openapi.ts'

const document = openApiDocument(routeTables, { version, url: 'http://127.0.0.1:3001' })
const files = {
  '../../docs/openapi.json': `${JSON.stringify(document, null, 2)}\n`,
  '../../client/src/operations.ts': clientTypes(document),
}

for (const [file, text] of Object.entries(files)) {
  const place = new URL(file, import.meta.url)
  if (!process.argv.includes('--check')) {
    await writeFile(place, text)
  } else if ((await readFile(place, 'utf8').catch(() => '')) !== text) {
    console.error(`${fileURLToPath(place)} is out of date: run \`npm run generate\`.`)
    process.exitCode = 1
  }
}
