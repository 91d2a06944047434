import { z } from 'zod'
import { id, page, pageOf, succeeded, success } from '../../../platform/http/fields.ts'
import { type Route, route } from '../../../platform/http/route.ts'
import { answerQuestion } from './answer.ts'
import { addKnowledge, addKnowledgeFile, deleteKnowledge, listKnowledge } from './knowledge.ts'
import * as schema from './schema.ts'
import { searchKnowledge } from './search.ts'

const byId = z.object({ id: id.describe('Id of the client.') })

export const knowledgeRoutes: Record<string, Route> = {
  listKnowledge: route({
    kind: 'read',
    method: 'GET',
    path: '/api/clients/:id/knowledge',
    access: 'clients:read',
    summary: 'List the knowledge texts of a client, newest first',
    params: byId,
    query: page(),
    response: pageOf(schema.Knowledge),
    handler: (ctx, { params, query }) => listKnowledge(ctx, params.id, query),
  }),
  addKnowledge: route({
    kind: 'nontransactional',
    method: 'POST',
    path: '/api/clients/:id/knowledge',
    access: 'knowledge:write',
    summary: 'Add a knowledge text, or a text file in the form field "file"',
    params: byId,
    body: schema.NewKnowledge,
    example: { title: 'Opening hours', content: 'We are open from Monday to Friday, 9 to 17.' },
    upload: true,
    form: schema.KnowledgeForm,
    bodyLimitBytes: 2 * 1024 * 1024,
    status: 201,
    response: schema.Knowledge,
    errors: [413, 415],
    handler: (ctx, { params, body, request }) =>
      body ? addKnowledge(ctx, params.id, body) : addKnowledgeFile(ctx, params.id, request),
  }),
  searchKnowledge: route({
    kind: 'nontransactional',
    method: 'GET',
    path: '/api/clients/:id/knowledge/search',
    access: 'clients:read',
    summary: 'Search the knowledge of a client by words and by meaning',
    params: byId,
    query: z.object({
      q: z.string().trim().min(1).max(1000).describe('The question to search for.'),
      limit: z.coerce.number().int().min(1).max(50).default(5).describe('Maximum number of passages.'),
    }),
    response: z.object({ data: z.array(schema.FoundPassage).describe('The passages, best match first.') }),
    handler: async (ctx, { params, query }) => ({
      data: await searchKnowledge(ctx, params.id, query.q, query.limit),
    }),
  }),
  askQuestion: route({
    kind: 'nontransactional',
    method: 'POST',
    path: '/api/ask',
    access: 'clients:read',
    summary: 'Answer a question with the passage of the knowledge that fits best, or say that none does',
    body: schema.Question,
    example: { question: 'When are you open?' },
    response: schema.QuestionAnswer,
    handler: (ctx, { body }) => answerQuestion(ctx, body),
  }),
  deleteKnowledge: route({
    kind: 'write',
    method: 'DELETE',
    path: '/api/clients/:id/knowledge/:knowledgeId',
    access: 'knowledge:write',
    summary: 'Delete a knowledge text',
    params: z.object({ id: id.describe('Id of the client.'), knowledgeId: id.describe('Id of the text.') }),
    response: success,
    async handler(ctx, { params }) {
      await deleteKnowledge(ctx, params.id, params.knowledgeId)
      return succeeded
    },
  }),
  deleteKnowledgeByQuery: route({
    kind: 'write',
    method: 'DELETE',
    path: '/api/clients/:id/knowledge',
    access: 'knowledge:write',
    summary: 'Delete a knowledge text, with its id in the query',
    params: byId,
    query: z.object({ knowledge_id: id.describe('Id of the text to delete.') }),
    response: success,
    async handler(ctx, { params, query }) {
      await deleteKnowledge(ctx, params.id, query.knowledge_id)
      return succeeded
    },
  }),
}
