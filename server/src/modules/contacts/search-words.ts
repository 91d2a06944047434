const maxWords = 10
const number = /^[\d\s()+./-]*\d[\d\s()+./-]*$/
/** With this many digits the text is a whole number, which can begin with a national or international prefix. */
const wholeNumberDigits = 7

/**
 * Returns the words of a search as patterns of `like`, all of which must match. A telephone number is reduced to its digits.
 */
export function searchWords(typed: string): string[] {
  const words = number.test(typed) ? [typed] : typed.trim().split(/\s+/, maxWords)
  return words.map((word) => `%${number.test(word) ? digitsOf(word) : word.replace(/[\\%_]/g, '\\$&')}%`)
}

function digitsOf(typed: string): string {
  const digits = typed.replace(/\D/g, '')
  return digits.length < wholeNumberDigits ? digits : digits.replace(/^0+/, '')
}
