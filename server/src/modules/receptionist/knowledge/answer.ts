import type { Ctx } from '../../../platform/context.ts'
import { getClient } from '../clients/clients.ts'
import type { Question } from './schema.ts'
import { findPassages } from './search.ts'

const passagesToRead = 10
/** Shorter words, such as `the` and `you`, say nothing about what a question is about. */
const shortestTopic = 4
/** Longer words that are in most questions. */
const common = new Set(
  (
    'about can could does from have many much need that there these they this want what when where which ' +
    'will with would your'
  ).split(' '),
)

const nothing = 'I do not know that. Nothing in what I was given answers this question.'

/**
 * Returns the passage of the knowledge that fits a question best, or a sentence that says that none does. The text is the
 * passage's own: no model has written it. Throws 404 for an unknown client.
 */
export async function answerQuestion(ctx: Ctx, { question, client_id }: Question) {
  if (client_id !== undefined) await getClient(ctx, client_id)
  const passages = await findPassages(ctx, client_id ?? null, question, passagesToRead)
  const best = passages.find(({ title, text }) => isAbout(question, `${title} ${text}`))
  return {
    answer: best?.text ?? nothing,
    found: best !== undefined,
    title: best?.title ?? null,
    knowledge_id: best?.knowledge_id ?? null,
    client_id: best?.client_id ?? null,
  }
}

/** The search matches any of the words; a passage is about the question only if it has one of the words that matter. */
function isAbout(question: string, passage: string): boolean {
  const known = wordsOf(passage)
  const topics = wordsOf(question).filter((word) => word.length >= shortestTopic && !common.has(word))
  return topics.some((topic) => known.some((word) => word === topic || isInflected(word, topic)))
}

const wordsOf = (text: string) => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []

/** `open` and `opening`, `price` and `prices`. */
const isInflected = (word: string, other: string) =>
  (word.startsWith(other) || (other.startsWith(word) && word.length >= shortestTopic)) &&
  Math.abs(word.length - other.length) <= 3
