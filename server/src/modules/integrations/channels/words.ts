/** What a platform says went wrong, as far as it says anything. */
export const wordsOf = (...said: unknown[]): string =>
  (said.find((one): one is string => typeof one === 'string' && one !== '') ?? 'it gave no reason').slice(0, 300)
