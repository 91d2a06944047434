import { z } from 'zod'
import { id, instant, optional, text } from '../../../platform/http/fields.ts'

export const Knowledge = z
  .object({
    id: id.describe('Id of the text.'),
    client_id: id.describe('Id of the client.'),
    title: z.string().describe('Title of the text.'),
    content: z.string().describe('Content of the text.'),
    created_at: instant.describe('When the text was created.'),
  })
  .meta({ id: 'Knowledge' })

export const NewKnowledge = z
  .object({
    title: text(255).describe('Title of the text.'),
    content: text(1_000_000).describe('Content of the text.'),
  })
  .meta({ id: 'NewKnowledge' })

/** The form fields beside the file. */
export const KnowledgeForm = z.object({
  title: z.string().optional().describe('Title of the text, up to 255 characters. Default: the file name.'),
})

export const FoundPassage = z
  .object({
    knowledge_id: id.describe('Id of the text that contains the passage.'),
    title: z.string().describe('Title of that text.'),
    text: z.string().describe('The passage.'),
    score: z.number().describe('Relevance; higher is better. Comparable only within one response.'),
  })
  .meta({ id: 'FoundPassage' })

export const Question = z
  .object({
    question: text(1000).describe('The question.'),
    client_id: optional(id).describe('The client whose knowledge answers. Default: that of all clients.'),
  })
  .meta({ id: 'Question' })
export type Question = z.output<typeof Question>

export const QuestionAnswer = z
  .object({
    answer: z.string().describe('The passage that fits best, or a sentence that says that none does.'),
    found: z.boolean().describe('False when nothing in the knowledge answers the question.'),
    title: z.string().nullable().describe('Title of the text that contains the passage.'),
    knowledge_id: id.nullable().describe('Id of that text.'),
    client_id: id.nullable().describe('The client whose text it is.'),
  })
  .meta({ id: 'QuestionAnswer' })
