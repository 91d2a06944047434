type Settings = Record<string, unknown>

const secretName =
  /secret|token|passw|passphrase|credential|(private|api|access|auth|signing|encryption|consumer)[-_ ]?key|^(key|pin|authorization|bearer|cookie)$/i

const isObject = (value: unknown): value is Settings =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export interface SplitSettings {
  /** Settings that may be shown. */
  open: Settings
  /** Secret settings by their path, such as `auth.apiKey` or `accounts[0].token`; null and '' clear one. */
  secrets: Record<string, unknown>
}

/** Separates the settings whose name is that of a secret, at any depth. */
export function splitSettings(settings: Settings): SplitSettings {
  const secrets: Record<string, unknown> = {}
  const openOf = (value: unknown, path: string): unknown => {
    if (Array.isArray(value)) return value.map((item, at) => openOf(item, `${path}[${at}]`))
    if (!isObject(value)) return value
    const open: Settings = {}
    for (const [name, inner] of Object.entries(value)) {
      const at = path === '' ? name : `${path}.${name}`
      // `hasToken: true` says nothing secret.
      if (secretName.test(name) && typeof inner !== 'boolean') secrets[at] = inner
      else open[name] = openOf(inner, at)
    }
    return open
  }
  return { open: openOf(settings, '') as Settings, secrets }
}

const prefix = 'setting:'

/** Returns the stored secrets of a connection with the given secret settings in them. */
export function withSecretSettings(
  stored: Record<string, string>,
  given: SplitSettings['secrets'],
): Record<string, string> {
  const merged = { ...stored }
  for (const [path, value] of Object.entries(given)) {
    if (value === null || value === '') delete merged[prefix + path]
    else merged[prefix + path] = JSON.stringify(value)
  }
  return merged
}

/** Returns the paths of the secret settings among the stored secrets. */
export const secretSettingsOf = (stored: Record<string, string>): string[] =>
  Object.keys(stored)
    .filter((name) => name.startsWith(prefix))
    .map((name) => name.slice(prefix.length))
    .toSorted()
