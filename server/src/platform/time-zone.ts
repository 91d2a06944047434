const shape = /^[A-Za-z][\w+-]*(\/[\w+-]+)*$/

/**
 * Returns whether both this server and its database know the zone by this name. Old names and new ones (Asia/Calcutta, Asia/Kolkata)
 * are both accepted: browsers report either. An offset such as +02:00 is not a zone, since PostgreSQL reads its sign the other way round.
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
