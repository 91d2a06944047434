interface SystemError extends Error {
  code?: string
  errors?: SystemError[]
  syscall?: string
  address?: string
  port?: number
  path?: string
  details?: readonly { path: string; message: string }[]
}

const systemSentences: Record<string, (error: SystemError) => string> = {
  ECONNREFUSED: (error) => `Nothing answers at ${place(error)}. Is the database running, and is DATABASE_URL right?`,
  ENOTFOUND: () => 'The host in DATABASE_URL cannot be found.',
  ETIMEDOUT: (error) => `${place(error)} does not answer. Is the database reachable from here?`,
  EADDRINUSE: (error) => `${place(error)} is in use by another program. Stop that, or choose another port with PORT.`,
  EADDRNOTAVAIL: (error) =>
    `${error.address ?? 'The address in HOST'} is not an address of this machine. Set HOST to one that is, or to 127.0.0.1.`,
  EACCES: (error) =>
    `No permission for ${error.path ?? place(error)}. Run as the user it belongs to, or choose another.`,
  ENOENT: (error) => `There is no ${error.path ?? 'such file'}.`,
  ENOSPC: () => 'The disk is full.',
  '28P01': () => 'The database refuses the user or password in DATABASE_URL.',
  '3D000': (error) => `${capitalised(error.message)}. Create it first: createdb.`,
}

/** Returns the error as a sentence for a person at a terminal. */
export function sentenceOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const failure = error as SystemError
  const first = failure.errors?.[0] ?? failure
  const known = systemSentences[first.code ?? '']
  if (known) return known(first)
  const details = failure.details?.map(({ path, message }) => `\n  ${path}: ${message}`).join('') ?? ''
  return `${capitalised(first.message || first.code || first.name)}${details}`
}

const place = ({ address, port }: SystemError) =>
  port ? `${address ?? 'port'}${address ? ':' : ' '}${port}` : (address ?? 'the address')
const capitalised = (text: string) => (/^[a-z]+[ ,.]/.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text)
