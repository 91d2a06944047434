import { readFile, writeFile } from 'node:fs/promises'
import type { Command } from 'commander'

// The document is the same on every machine: the server it names is the default one.
const serverUrl = 'http://127.0.0.1:3001'

export function addOpenapi(program: Command): void {
  program
    .command('openapi')
    .description('Print the OpenAPI 3.1 document of the API.')
    .option('--out <file>', 'write it to a file')
    .option('--check <file>', 'exit with 1 when the file differs from what the code says')
    .action(async ({ out, check }: { out?: string; check?: string }) => {
      const text = await renderDocument()
      if (check !== undefined) {
        const known = await readFile(check, 'utf8')
        if (known !== text)
          throw new Error(`${check} is out of date. Write it again: npm run switchboard -- openapi --out ${check}`)
        console.log(`${check} is what the code says.`)
      } else if (out === undefined) process.stdout.write(text)
      else await writeFile(out, text)
    })
}

async function renderDocument(): Promise<string> {
  const [{ routeTables }, { openApiDocument }, { version }] = await Promise.all([
    import('../modules.ts'),
    import('../platform/http/reference/openapi.ts'),
    import('../config.ts'),
  ])
  return `${JSON.stringify(openApiDocument(routeTables, { version, url: serverUrl }), null, 2)}\n`
}
