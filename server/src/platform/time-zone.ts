const shape = /^[A-Za-z][\w+-]*(\/[\w+-]+)*$/

/**
 * Whether both this server and its database know the zone by this name. Old names and new ones (Asia/Calcutta, Asia/Kolkata)
 * are good alike: browsers report either. An offset like +02:00 is none, since PostgreSQL reads its sign the other way round.
 */
export function isTimeZone(name: string): boolean {
  if (!shape.test(name)) return false
  try {
    Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}
