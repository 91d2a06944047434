import { parsePhoneNumberFromString } from 'libphonenumber-js/max'

/** Digits of a North American area code. About as many identify an area elsewhere. */
const areaDigits = 3

/**
 * Returns the caller id of a call: the one that this contact saw before. Otherwise rotates through the provider's caller
 * ids of the called area, else of the called country, else all. `turn` counts the calls. Returns an empty text when the
 * provider lists none: then the carrier decides.
 */
export function chooseCallerId(
  callerIds: readonly string[],
  called: string,
  last: string | null,
  turn: number,
): string {
  if (last !== null && callerIds.includes(last)) return last
  if (callerIds.length < 2) return callerIds[0] ?? ''
  const code = parsePhoneNumberFromString(called)?.countryCallingCode ?? ''
  const scores = callerIds.map((callerId) => nearness(callerId, called, code))
  const nearest = Math.max(...scores)
  const candidates = callerIds.filter((_, i) => scores[i] === nearest)
  return candidates[turn % candidates.length] as string
}

/** Returns 0 for another country, 1 for the same country, and 3 or more for the same area: the more digits match, the more. */
function nearness(callerId: string, called: string, code: string): number {
  const [a, b] = [callerId.replace(/^\+/, ''), called.replace(/^\+/, '')]
  if (code === '' || !a.startsWith(code)) return 0
  let common = 0
  while (common < areaDigits && a[code.length + common] === b[code.length + common]) common++
  const isArea = common === areaDigits || (code !== '1' && common === areaDigits - 1)
  return isArea ? 1 + common : 1
}
