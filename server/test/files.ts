import { globSync, readFileSync } from 'node:fs'

/** Every test file of the project, by its path from the root, where the tests are run. */
export const testFiles = (): string[] => globSync('{server,voice,client,examples}/**/*.test.ts').sort()

/** Whether its tests use the server that test files share, and so run in one process with the others that do. */
export const isTogether = (file: string): boolean =>
  /^const server = await sharedTestServer\(\)$/m.test(readFileSync(file, 'utf8'))
