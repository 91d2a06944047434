import { globSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { basename, relative } from 'node:path'
import { finished } from 'node:stream/promises'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { isTogether, testFiles } from '../test/files.ts'

// `npm test -- --retry-failed` runs files that failed a second time: on a shared machine a test sometimes misses a deadline.
// Every test file in a process of its own, but for those that share a server: they are in `together.test.ts`, which with
// the long ones of `server/test` comes first, so that none runs alone at the end.

/** A test that takes longer hangs. */
const testTimeoutMs = 180_000
/** Of whole files, on a slow machine. */
const fileTimeoutMs = 900_000

const files = testFiles().filter((file) => !isTogether(file))
const isLong = (file: string): boolean => file.startsWith('server/test/')
const ordered = [...files.filter(isLong), ...files.filter((file) => !isLong(file))]

/** Runs the files, so many at a time, and returns those in which a test failed. */
async function runFiles(paths: string[], concurrency: number): Promise<string[]> {
  const failed = new Set<string>()
  const results = run({
    files: paths,
    concurrency,
    timeout: fileTimeoutMs,
    execArgv: [`--test-timeout=${testTimeoutMs}`],
  })
  results.on('test:fail', ({ file }) => failed.add(relative('.', file ?? paths[0]!)))
  const output = results.compose(new spec())
  output.pipe(process.stdout, { end: false })
  await finished(output)
  return [...failed]
}

/** The test files that run the tests defined in a file: itself, or those that import a suite several files share. */
function testFilesOf(file: string, seen = new Set<string>()): string[] {
  if (seen.has(file)) return []
  seen.add(file)
  if (testFiles().includes(file)) return [file]
  const importers = globSync('{server,voice,client,examples}/{src,test,*.ts}/**/*.ts')
  return importers
    .filter((path) => readFileSync(path, 'utf8').includes(`/${basename(file)}'`))
    .flatMap((path) => testFilesOf(path, seen))
}

// One more than there are cores, because some tests wait for time to pass.
let failed = await runFiles(ordered, availableParallelism() + 1)
if (failed.length > 0 && process.argv.includes('--retry-failed')) {
  const again = [...new Set(failed.flatMap((file) => testFilesOf(file)))]
  console.log(`\nFailed once, second try, one at a time: ${again.join(', ')}`)
  // Failures of no known test file stay failures.
  failed = again.length > 0 ? await runFiles(again, 1) : failed
}
if (failed.length > 0) process.exitCode = 1
