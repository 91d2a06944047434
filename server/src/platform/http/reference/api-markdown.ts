import { guide, tokenExample } from './guide.ts'
import type { JsonSchema } from './json-schema.ts'
import { type Field, type ReferenceOperation, referenceOf, type Section } from './reference.ts'

const madeBy = '<!-- Made by `npm run generate` from the table of routes. -->'

/** The API reference as Markdown: an index, and a page for each section. By path below `docs/`. */
export function apiMarkdown(document: JsonSchema): Record<string, string> {
  const sections = referenceOf(document)
  const url = (document.servers as { url: string }[])[0]?.url ?? ''
  const pages = sections.map((section) => [`api/${section.slug}.md`, page(section)])
  return {
    'api.md': index(sections, url),
    'how-the-api-works.md': `${madeBy}\n\n${guide(url)}`,
    ...Object.fromEntries(pages),
  }
}

const index = (sections: Section[], url: string) => `${madeBy}

# The API

This reference describes each operation with its access, parameters and fields, an example request and the response. A running server shows the same
reference at \`/docs\`, with a search box, and as an OpenAPI 3.1 document at \`/api/openapi.json\`. [sockets.md](sockets.md) describes the commands and
events of \`/ws\`.

The examples read an access token from \`$TOKEN\`:

\`\`\`sh
${tokenExample(url)}
\`\`\`

[How this API works](how-the-api-works.md) describes authentication, pagination, retries, uploads and errors.

An account with a second factor signs in in two steps. \`POST /api/auth/login\` returns 403 with the code \`two_factor_required\`, without
cookies, and with \`two_factor_token\`, \`methods\` and \`expires_in\` (300) in addition to the usual fields. \`POST /api/auth/two-factor/sign-in\`
accepts the token with \`code\` (authenticator app), \`recovery_code\` or \`passkey\`, and returns the same response as a login. For a passkey, first
get its options from \`POST /api/auth/two-factor/sign-in/passkey\`. After a sign-in with another provider, or from a password-reset link, the page
receives \`two_factor_token\` and \`two_factor_methods\` in the URL fragment (after the \`#\`). supabase-js returns the same 403 as an error with
\`code\`; complete the sign-in with the same call, and pass the tokens of its response to \`auth.setSession\`.

${sections.map(contents).join('\n\n')}
`

const contents = ({ name, slug, groups }: Section) => `## [${name}](api/${slug}.md)

${groups
  .map(
    (group) => `${groups.length > 1 ? `**${group.name}**\n\n` : ''}| | |
|---|---|
${group.operations.map(({ id, method, path, summary }) => `| \`${method} ${path}\` | [${cell(summary)}](api/${slug}.md#${id.toLowerCase()}) |`).join('\n')}`,
  )
  .join('\n\n')}`

const page = ({ name, groups }: Section) => `${madeBy}

# ${name}

[All operations](../api.md)

${groups.map((group) => `${groups.length > 1 ? `## ${group.name}\n\n` : ''}${group.operations.map(operation).join('\n\n')}`).join('\n\n')}
`

function operation({
  id,
  method,
  path,
  summary,
  who,
  parameters,
  body,
  responseFields,
  curl,
  status,
  response,
  errors,
}: ReferenceOperation) {
  return [
    `### ${id}\n\n${summary}.\n\n\`${method} ${path}\`. ${who}`,
    fieldTable('Parameters', parameters),
    fieldTable('Body', body),
    `\`\`\`sh\n${curl}\n\`\`\``,
    response === null
      ? `Response ${status}: the content of the file.`
      : `Response ${status}:\n\n\`\`\`json\n${response}\n\`\`\``,
    answerTable(responseFields),
    `Errors: ${errors.map((error) => error.status).join(', ')}.`,
  ]
    .filter(Boolean)
    .join('\n\n')
}

function fieldTable(title: string, fields: Field[]): string {
  if (fields.length === 0) return ''
  const rows = fields.map(
    ({ name, place, type, isRequired, fallback, description }) =>
      `| \`${name}\` | ${place}${isRequired ? ', required' : ''} | ${cell(type)}${fallback === undefined ? '' : `; default \`${fallback}\``} | ${cell(description)} |`,
  )
  return `| ${title} | | Type | |\n|---|---|---|---|\n${rows.join('\n')}`
}

function answerTable(fields: Field[]): string {
  if (fields.length === 0) return ''
  const rows = fields.map(({ name, type, description }) => `| \`${name}\` | ${cell(type)} | ${cell(description)} |`)
  return `| Response | Type | |\n|---|---|---|\n${rows.join('\n')}`
}

const cell = (text: string) => text.replaceAll('|', String.raw`\|`).replaceAll('\n', ' ')
