import type { Kind } from './load.ts'

export interface Rung {
  name: string
  kind: Kind
}

export const rungs: Rung[] = []
