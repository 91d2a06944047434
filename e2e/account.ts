import { execFileSync } from 'node:child_process'

/** Returns the system account that a peer runs under. Throws when it does not exist. */
export interface Account {
  uid: number
  gid: number
}

export function accountOf(name: string): Account {
  const id = (flag: string) => Number(execFileSync('id', [flag, name], { encoding: 'utf8' }))
  return { uid: id('-u'), gid: id('-g') }
}
