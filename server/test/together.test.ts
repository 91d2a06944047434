import path from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { isTogether, testFiles } from './files.ts'

// A process, a server and a database cost more than what most files do with them: the files that need none of their own
// share one of each.

const loaded = Promise.withResolvers<void>()
// The first test, so that none runs beside what another file does before its tests.
test('the files that share a server load', () => loaded.promise)
for (const file of testFiles().filter(isTogether)) await import(pathToFileURL(path.resolve(file)).href)
loaded.resolve()
