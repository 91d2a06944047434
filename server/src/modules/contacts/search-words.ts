const maxWords = 10
const number = /^[\d\s()+./-]*\d[\d\s()+./-]*$/
/** From here on digits are a whole number, which may begin with what is dialled only within a country or out of it. */
const wholeNumberDigits = 7

/**
 * What a person typed to find somebody, as patterns of `like`: each must occur. A telephone number, however it is
 * written, is its digits.
 */
export function searchWords(typed: string): string[] {
  const words = number.test(typed) ? [typed] : typed.trim().split(/\s+/, maxWords)
  return words.map((word) => `%${number.test(word) ? digitsOf(word) : word.replace(/[\\%_]/g, '\\$&')}%`)
}

function digitsOf(typed: string): string {
  const digits = typed.replace(/\D/g, '')
  return digits.length < wholeNumberDigits ? digits : digits.replace(/^0+/, '')
}
