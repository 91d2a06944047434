import { type CountryCode, type NumberType, parsePhoneNumberFromString } from 'libphonenumber-js/max'

/** Where a workspace may call. */
export interface DestinationRules {
  /** ISO 3166-1 alpha-2; null: every country. */
  allowed_countries: string[] | null
  /** Digits after the +. */
  blocked_prefixes: string[]
  /** Premium-rate, shared-cost, personal and satellite numbers. */
  allow_premium: boolean
}

/** Kinds of numbers by libphonenumber whose price is not that of an ordinary call. */
const expensiveTypes: readonly (NumberType | undefined)[] = ['PREMIUM_RATE', 'SHARED_COST', 'PERSONAL_NUMBER', 'PAGER']

/**
 * Whole ranges, so that a number of a length or block that no operator has assigned yet cannot bypass the types above.
 * ITU-T E.164 assignments of shared codes (870 to 883, 979: satellites, international networks and premium rate), and the
 * national numbering plans of the countries named.
 */
const expensivePrefixes = [
  // Satellites, international networks, personal, shared-cost and premium-rate numbers without a country.
  '870 878 881 882 883 808 979',
  // Diego Garcia and Ascension, whose numbers are mostly used for revenue fraud.
  '246 247',
  // North America, United Kingdom, Germany, France, Spain, Italy.
  '1900',
  '4470 4484 4487 449',
  '49137 49180 49700 49900',
  '3389',
  '34803 34806 34807 34901 34902 34905 34907 3470',
  '39144 39166 39178 39199 3984 3989',
  // Netherlands, Belgium, Austria, Switzerland, Poland, Australia.
  '31900 31906 31909',
  '3270 32900 32902 32903 32904 32905 32906 32907 32909',
  '43810 43820 43821 43900 43901 43930 43931 43939',
  '4184 41878 41900 41901 41906',
  '4870',
  '61190',
]
const expensive = new Set(expensivePrefixes.flatMap((prefixes) => prefixes.split(' ')))
/** The premium exchange of every North American area code. */
const exchange976 = /^1[2-9]\d\d976\d{4}$/

/**
 * Returns why a number (E.164) may not be called, as a sentence, or null when it may. A number in no plan counts as one of
 * the main country of its calling code.
 */
export function destinationFault(number: string, rules: DestinationRules): string | null {
  const digits = number.replace(/^\+/, '')
  const blocked = rules.blocked_prefixes.find((prefix) => digits.startsWith(prefix))
  if (blocked) return `${number} begins with +${blocked}, which this workspace does not call.`
  const parsed = parsePhoneNumberFromString(number)
  if (!rules.allow_premium && (isExpensive(digits) || expensiveTypes.includes(parsed?.getType())))
    return `${number} is a premium-rate, shared-cost, personal or satellite number. Such numbers are called only where allow_premium is on.`
  if (rules.allowed_countries === null) return null
  const country = parsed && (parsed.country ?? mainCountryOf(parsed.getPossibleCountries()))
  if (country && rules.allowed_countries.includes(country)) return null
  return `${number} is in ${country ?? 'no country'}, which is not one of the countries that this workspace calls.`
}

const longestPrefix = Math.max(...Array.from(expensive, ({ length }) => length))

function isExpensive(digits: string): boolean {
  if (exchange976.test(digits)) return true
  for (let length = 3; length <= longestPrefix; length++) if (expensive.has(digits.slice(0, length))) return true
  return false
}

/** The metadata begins with the country that a calling code was given to. */
const mainCountryOf = ([country]: CountryCode[]): CountryCode | undefined => country
