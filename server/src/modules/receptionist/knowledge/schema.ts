import { z } from 'zod'
import { id, instant, text } from '../../../platform/http/fields.ts'

export const Knowledge = z
  .object({ id, client_id: id, title: z.string(), content: z.string(), created_at: instant })
  .meta({ id: 'Knowledge' })

export const NewKnowledge = z.object({ title: text(255), content: text(1_000_000) }).meta({ id: 'NewKnowledge' })

/** Beside the file. */
export const KnowledgeForm = z.object({
  title: z.string().optional().describe('Up to 255 characters. Default: the name of the file.'),
})

export const FoundPassage = z
  .object({ knowledge_id: id, title: z.string(), text: z.string(), score: z.number() })
  .meta({ id: 'FoundPassage' })
