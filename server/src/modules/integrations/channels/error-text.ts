/** Returns the first non-empty error message of a platform, at most 300 characters. */
export const errorTextOf = (...said: unknown[]): string =>
  (said.find((one): one is string => typeof one === 'string' && one !== '') ?? 'it gave no reason').slice(0, 300)
