import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import path from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'

// Front-ends import the shapes of the API, so a schema.ts and all that it imports must run in a browser.
const source = path.join(import.meta.dirname, '../src')
const schemas = globSync('modules/**/schema.ts', { cwd: source }).map((file) => path.join(source, file))
const packages = new Set(['zod', 'libphonenumber-js/max'])
/** Names that browsers do not have, as a whole word that is no property of something else. */
const nodeNames = /(?<![.\w'"`$-])(Buffer|process|global|require|module|__dirname|__filename|setImmediate)\b(?!\s*:)/

const imports = /(?:^\s*(?:import|export)\b(?:[\w\s{},*]*\bfrom)?\s*|\bimport\s*\(\s*)['"]([^'"]+)['"]/gm

interface Finding {
  file: string
  /** Which schema leads to it, file by file. */
  by: string
  problem: string
}

function findings(entries: string[], read = (file: string) => readFileSync(file, 'utf8')): Finding[] {
  const found: Finding[] = []
  const seen = new Set<string>()
  const visit = (file: string, by: string[]): void => {
    if (seen.has(file)) return
    seen.add(file)
    // Without types, and so without imports of types.
    const code = stripTypeScriptTypes(read(file))
      .replace(/\/\*[^]*?\*\//g, '')
      .replace(/(^|\s)\/\/.*$/gm, '')
    const report = (problem: string) =>
      found.push({
        file: path.relative(source, file),
        by: by.map((one) => path.relative(source, one)).join(' > '),
        problem,
      })
    const name = nodeNames.exec(code.replace(/(['"`])(?:\\.|(?!\1)[^\\])*\1/g, "''"))?.[1]
    if (name) report(`uses ${name}`)
    for (const [, from = ''] of code.matchAll(imports)) {
      if (from.startsWith('.')) visit(path.resolve(path.dirname(file), from), [...by, file])
      else if (!packages.has(from)) report(`imports ${from}`)
    }
  }
  for (const entry of entries) visit(entry, [])
  return found
}

test('what schemas import uses nothing of Node', () => {
  assert.ok(schemas.length > 20, `${schemas.length} schemas`)
  assert.deepEqual(findings(schemas), [])
})

test('the search finds what a browser does not have, through any number of files', () => {
  const files: Record<string, string> = {
    a: "import { b } from './b'\nimport type { C } from './c'\nexport const process_id: number = b",
    b: "import { readFileSync } from 'node:fs'\nimport { d } from './d'\n// Buffer is only named here\nexport const b = d + 'process'",
    c: 'export type C = Buffer',
    d: 'export const d = Buffer.from("x").length',
  }
  const problems = findings([path.join(source, 'a')], (file) => files[path.basename(file)] ?? '')
  assert.deepEqual(problems, [
    { file: 'b', by: 'a', problem: 'imports node:fs' },
    { file: 'd', by: 'a > b', problem: 'uses Buffer' },
  ])
})

test("all schemas load in a process whose code sees no globals of Node's own", async () => {
  const script = `
    for (const name of ['Buffer', 'process', 'global', 'setImmediate', 'clearImmediate']) delete globalThis[name]
    let count = 0
    for (const file of ${JSON.stringify(schemas)}) count += Object.keys(await import(file)).length
    console.log(count)`
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--disable-warning=ExperimentalWarning',
    '--input-type=module',
    '--eval',
    script,
  ])
  assert.ok(Number(stdout) > 100, stdout)
})
