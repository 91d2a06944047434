import { z } from 'zod'
import { id, instant, text } from '../../../platform/http/fields.ts'

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
