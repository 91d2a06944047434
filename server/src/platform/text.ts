/** At most the first `length` UTF-16 units, never ending in half a character: PostgreSQL takes none in JSON. */
export const beginning = (text: string, length: number): string => text.slice(0, length).replace(/[\ud800-\udbff]$/, '')
