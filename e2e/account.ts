import { execFileSync } from 'node:child_process'

/** A system account that a peer runs under. Throws when there is none. */
export interface Account {
  uid: number
  gid: number
}

export function accountOf(name: string): Account {
  const id = (flag: string) => Number(execFileSync('id', [flag, name], { encoding: 'utf8' }))
  return { uid: id('-u'), gid: id('-g') }
}
