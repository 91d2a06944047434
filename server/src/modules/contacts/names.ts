/** Splits a whole name at its last space: `Ana Maria Silva` becomes `Ana Maria` and `Silva`. */
export function splitName(name: string): { first_name: string; last_name: string } {
  const whole = name.trim().replace(/\s+/g, ' ')
  const space = whole.lastIndexOf(' ')
  return space < 0
    ? { first_name: whole, last_name: '' }
    : { first_name: whole.slice(0, space), last_name: whole.slice(space + 1) }
}

export const wholeName = (contact: { first_name: string; last_name: string }) =>
  `${contact.first_name} ${contact.last_name}`.trim()
