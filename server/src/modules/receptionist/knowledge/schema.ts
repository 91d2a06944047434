import { z } from 'zod'
import { id, instant, text } from '../../../platform/http/fields.ts'

export const Knowledge = z
  .object({
    id: id.describe('Id of the text.'),
    client_id: id.describe('The client it is about.'),
    title: z.string().describe('Heading of the text.'),
    content: z.string().describe('The text itself.'),
    created_at: instant.describe('When the text was created.'),
  })
  .meta({ id: 'Knowledge' })

export const NewKnowledge = z
  .object({ title: text(255).describe('Heading of the text.'), content: text(1_000_000).describe('The text itself.') })
  .meta({ id: 'NewKnowledge' })

/** Beside the file. */
export const KnowledgeForm = z.object({
  title: z.string().optional().describe('Up to 255 characters. Default: the name of the file.'),
})

export const FoundPassage = z
  .object({
    knowledge_id: id.describe('The text it stands in.'),
    title: z.string().describe('Heading of that text.'),
    text: z.string().describe('The passage.'),
    score: z.number().describe('How well it fits; higher is better. Only comparable within one answer.'),
  })
  .meta({ id: 'FoundPassage' })
