const targetLength = 800

/** Splits a text into passages of about 800 characters, at paragraphs, sentences or words. Only white space is lost. */
export function toPassages(text: string): string[] {
  const passages: string[] = []
  let current = ''
  for (const piece of piecesOf(text.replace(/\r\n?/g, '\n'))) {
    if (current !== '' && current.length + piece.length > targetLength) {
      passages.push(current.trim())
      current = ''
    }
    current += piece
  }
  if (current.trim() !== '') passages.push(current.trim())
  return passages
}

function piecesOf(text: string): string[] {
  return text
    .split(/(?<=\n\s*\n)/)
    .flatMap((paragraph) => (paragraph.length > targetLength ? paragraph.split(/(?<=[.!?。]\s)/) : [paragraph]))
    .flatMap((sentence) =>
      sentence.length > targetLength ? (sentence.match(/[\s\S]{1,800}(?=\s|$)|[\s\S]{1,800}/g) ?? []) : [sentence],
    )
    .filter((piece) => piece.trim() !== '')
}
