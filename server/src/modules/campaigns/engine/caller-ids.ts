import { parsePhoneNumberFromString } from 'libphonenumber-js/max'

/** Digits of an area in North America, and about as many as tell one elsewhere. */
const areaDigits = 3

/**
 * Which of a provider's caller ids a call shows: the one that this contact saw before; otherwise those of the called
 * area, else of the called country, else all, in turn. `turn` counts the calls. Empty when the provider lists none: then
 * the carrier decides.
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

/** 0: another country; 1: the same; 3 and more: the area, by as many digits as it has in common. */
function nearness(callerId: string, called: string, code: string): number {
  const [a, b] = [callerId.replace(/^\+/, ''), called.replace(/^\+/, '')]
  if (code === '' || !a.startsWith(code)) return 0
  let common = 0
  while (common < areaDigits && a[code.length + common] === b[code.length + common]) common++
  const isArea = common === areaDigits || (code !== '1' && common === areaDigits - 1)
  return isArea ? 1 + common : 1
}
