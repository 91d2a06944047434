import { randomBytes } from 'node:crypto'

/** RFC 3261 section 19.3. */
export function newTag(): string {
  return randomBytes(8).toString('hex')
}

const branchPrefix = `z9hG4bK${newTag()}`
let branchCount = 0

/** RFC 3261 section 8.1.1.7. */
export function newBranch(): string {
  return `${branchPrefix}.${(branchCount++).toString(36)}`
}
