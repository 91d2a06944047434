import { globSync } from 'node:fs'

/** Every test file of the project, by its path from the root, where the tests are run. */
export function testFiles(): string[] {
  const files = globSync('{server,voice,client,examples}/**/*.test.ts').sort()
  // Other systems have no such files, and no failures.
  if (files.length === 0) throw new Error('Run the tests from the root of the project.')
  return files
}

/** Files named so use the server that test files share, and run in one process with each other. */
export const isTogether = (file: string): boolean => file.endsWith('.shared.test.ts')
