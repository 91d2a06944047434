import { availableParallelism } from 'node:os'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { isTogether, testFiles } from '../test/files.ts'

// Every test file in a process of its own, but for those that share a server: they are in `together.test.ts`, which with
// the long ones of `server/test` comes first, so that none runs alone at the end.

/** A test that takes longer hangs. */
const testTimeoutMs = 180_000
/** Of whole files, on a slow machine. */
const fileTimeoutMs = 900_000

const files = testFiles().filter((file) => !isTogether(file))
const isLong = (file: string): boolean => file.startsWith('server/test/')
const results = run({
  files: [...files.filter(isLong), ...files.filter((file) => !isLong(file))],
  // One more than there are cores, because some tests wait for time to pass.
  concurrency: availableParallelism() + 1,
  timeout: fileTimeoutMs,
  execArgv: [`--test-timeout=${testTimeoutMs}`],
})
results.on('test:fail', () => (process.exitCode = 1))
results.compose(new spec()).pipe(process.stdout)
