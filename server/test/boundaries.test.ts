import assert from 'node:assert/strict'
import { globSync, readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { layers, modules } from '../src/modules.ts'

const layerOf = (module: string) => layers.findIndex((layer) => layer.some(({ name }) => name === module))
const source = path.join(import.meta.dirname, '../src')
const root = path.join(import.meta.dirname, '../..')

interface Import {
  from: string
  to: string
}

function importsOf(file: string): Import[] {
  const text = readFileSync(path.join(source, file), 'utf8')
  return [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map(([, target]) => ({
    from: file,
    to: path.normalize(path.join(path.dirname(file), target as string)),
  }))
}

const moduleOf = (file: string) => /^modules\/([^/]+)\//.exec(file)?.[1]

function trespass({ from, to }: Import): string | null {
  const [home, target] = [moduleOf(from), moduleOf(to)]
  if (to.startsWith('..')) return from.endsWith('.test.ts') ? null : 'leaves the server'
  if (target === undefined || target === home) return null
  if (home === undefined) return from.startsWith('platform/') ? 'the platform knows no module' : null
  if (layerOf(home) < 0) return `module ${home} is not in modules.ts`
  if (layerOf(target) > layerOf(home)) return `${target} is in a later layer than ${home}`
  const isContract = ['schema.ts', 'events.ts'].includes(path.basename(to))
  if (path.basename(to) !== 'index.ts' && !isContract) return `only index.ts of ${target} may be imported`
  return null
}

test('modules.ts lists every folder of modules/, under its name', () => {
  assert.deepEqual(modules.map(({ name }) => name).toSorted(), readdirSync(path.join(source, 'modules')).toSorted())
})

test('a module imports only from its layer and those before it, and only their index.ts', () => {
  const faults = globSync('**/*.ts', { cwd: source })
    .flatMap(importsOf)
    .map((found) => ({ ...found, why: trespass(found) }))
    .filter(({ why }) => why !== null)
  assert.deepEqual(faults, [])
})

/** The groups of nodes that can reach each other (Tarjan's strongly connected components), each sorted. */
function circlesOf(edges: Map<string, Set<string>>): string[][] {
  const index = new Map<string, number>()
  const low = new Map<string, number>()
  const stack: string[] = []
  const circles: string[][] = []
  const visit = (node: string) => {
    const order = index.size
    index.set(node, order)
    low.set(node, order)
    stack.push(node)
    for (const next of edges.get(node) ?? []) {
      if (!index.has(next)) visit(next)
      if (stack.includes(next)) low.set(node, Math.min(low.get(node)!, low.get(next)!))
    }
    if (low.get(node) !== order) return
    const circle = stack.splice(stack.indexOf(node))
    if (circle.length > 1) circles.push(circle.toSorted())
  }
  for (const node of edges.keys()) if (!index.has(node)) visit(node)
  return circles
}

/** Imports of values and of types, without those of tests. */
function graphOf(nodeOf: (file: string) => string | undefined): Map<string, Set<string>> {
  const edges = new Map<string, Set<string>>()
  for (const file of globSync('**/*.ts', { cwd: source })) {
    if (file.endsWith('.test.ts')) continue
    for (const { from, to } of importsOf(file)) {
      const [home, target] = [nodeOf(from), nodeOf(to)]
      if (home && target && home !== target) edges.set(home, (edges.get(home) ?? new Set()).add(target))
    }
  }
  return edges
}

test('no modules import each other in a circle, not even types, schemas or events', () => {
  assert.deepEqual(circlesOf(graphOf(moduleOf)), [])
})

test('no files import each other in a circle, but for the context and what it holds', () => {
  const circles = circlesOf(graphOf((file) => file))
  // A context holds services that take a context, so the platform has one circle, of types.
  const [others, context] = [
    circles.filter((circle) => !circle.includes('platform/context.ts')),
    circles.filter((circle) => circle.includes('platform/context.ts')),
  ]
  assert.deepEqual(others, [])
  assert.ok(
    context.flat().every((file) => file.startsWith('platform/')),
    context.flat().join(', '),
  )
})

test('an import that breaks the rule is found', () => {
  assert.match(String(trespass({ from: 'modules/contacts/x.ts', to: 'modules/campaigns/index.ts' })), /later layer/)
  assert.match(
    String(trespass({ from: 'modules/campaigns/x.ts', to: 'modules/contacts/contacts.ts' })),
    /only index.ts/,
  )
  assert.match(String(trespass({ from: 'platform/x.ts', to: 'modules/identity/index.ts' })), /knows no module/)
  assert.equal(trespass({ from: 'modules/campaigns/x.ts', to: 'modules/contacts/index.ts' }), null)
})

test('only config.ts reads the environment', () => {
  const readers = globSync('**/*.{ts,js}', { cwd: source }).filter(
    (file) =>
      file !== 'config.ts' &&
      !file.endsWith('.test.ts') &&
      /process\.env\b/.test(readFileSync(path.join(source, file), 'utf8')),
  )
  assert.deepEqual(readers.toSorted(), ['compile-cache.js', 'main.js'])
})

// PostgreSQL would run the one where the other is meant, on connections that prepared it.
test('every statement has a name of its own', () => {
  const files = globSync('modules/**/*.ts', { cwd: source }).filter((file) => !file.endsWith('.test.ts'))
  const names = files.flatMap((file) => {
    const text = readFileSync(path.join(source, file), 'utf8')
    return [...text.matchAll(/\b(?:statement|variants)\(\s*(['`])([\w.]+)\1/g)].map(([, , name]) => name!)
  })
  assert.ok(names.length > 400, `Only ${names.length} were found.`)
  assert.deepEqual(
    names.filter((name, i) => names.indexOf(name) !== i),
    [],
  )
})

test('test files are named *.shared.test.ts if and only if they use the shared server', () => {
  for (const file of globSync('{server,voice,client,examples}/**/*.test.ts', { cwd: root })) {
    const uses = /^const server = await sharedTestServer\(\)$/m.test(readFileSync(path.join(root, file), 'utf8'))
    assert.equal(file.endsWith('.shared.test.ts'), uses, file)
  }
})
