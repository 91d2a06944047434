import { createHash } from 'node:crypto'
import type { JsonSchema } from './json-schema.ts'
import { type Field, type ReferenceOperation, referenceOf, type Section } from './reference.ts'
import { FileResponse } from '../route.ts'
import { guide } from './guide.ts'
import { escape, inline, slugOf, toHtml } from './markdown.ts'

const style = `
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 14%, transparent); --soft: color-mix(in srgb, currentColor 5%, transparent); --quiet: color-mix(in srgb, currentColor 62%, transparent); --accent: light-dark(#0b5cad, #7cb8f7) }
* { box-sizing: border-box }
html { scroll-padding-top: 1rem } main a { color: var(--accent) }
body { font: 15px/1.55 system-ui, sans-serif; margin: 0; display: grid; grid-template-columns: 19rem minmax(0, 1fr) }
nav { position: sticky; top: 0; height: 100vh; overflow: auto; padding: 1.25rem 1rem 3rem; border-right: 1px solid var(--line); font-size: .86rem }
nav strong { display: block; font-size: 1rem; margin-bottom: .75rem }
nav input { width: 100%; padding: .5rem .65rem; font: inherit; color: inherit; background: var(--soft); border: 1px solid var(--line); border-radius: 6px }
nav input::placeholder { color: var(--quiet); opacity: 1 }
nav input:focus-visible, a:focus-visible, summary:focus-visible { outline: 2px solid var(--accent); outline-offset: 1px }
nav details > summary { font-weight: 600; padding: .35rem 0; cursor: pointer }
nav h3 { font-size: .72rem; font-weight: 600; text-transform: uppercase; letter-spacing: .05em; margin: .7rem 0 .15rem .9rem; color: var(--quiet) }
nav a { display: block; padding: .17rem .4rem .17rem .9rem; color: inherit; text-decoration: none; border-radius: 4px }
nav a small { font: 600 .66rem ui-monospace, monospace; color: var(--accent) }
nav a:hover { background: var(--soft) }
main { max-width: 76rem; padding: 2rem 2.5rem 6rem } h1 { margin: 0 0 .5rem; font-size: 1.9rem }
section > h2 { margin: 3.5rem 0 0; font-size: 1.5rem } .group > h3 { margin: 2rem 0 .25rem; font-size: 1.05rem; color: var(--quiet) }
article { padding: 1.4rem 0 1.6rem; border-top: 1px solid var(--line); display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 0 2rem; content-visibility: auto; contain-intrinsic-size: auto 26rem }
h4 { margin: 0 0 .35rem; font-size: 1.08rem } h4 a { color: inherit; text-decoration: none } h4 a:hover { text-decoration: underline }
article p { margin: .3rem 0 .8rem } .note { color: var(--quiet); font-size: .9rem }
code, pre { font: .82rem/1.5 ui-monospace, SFMono-Regular, Menlo, monospace }
pre { white-space: pre; position: relative; background: var(--soft); border: 1px solid var(--line); padding: .7rem .85rem; margin: .2rem 0 .9rem; border-radius: 6px; overflow: auto; max-height: 26rem }
.path { overflow-wrap: anywhere } .method { display: inline-block; font-weight: 700; margin-right: .5rem; color: var(--accent) }
.label { font-size: .74rem; font-weight: 600; color: var(--quiet) }
table { border-collapse: collapse; width: 100%; margin: .1rem 0 .9rem; font-size: .86rem }
td { vertical-align: top; padding: .28rem .6rem .28rem 0; border-bottom: 1px solid var(--line); overflow-wrap: anywhere } td:first-child { width: 38% }
summary { cursor: pointer; padding: .2rem 0; color: var(--quiet); font-size: .86rem } [hidden] { display: none !important }
#guide > h2 { margin: 2.2rem 0 .3rem; font-size: 1.2rem } #guide th { text-align: left } #guide td, #guide th { padding: .28rem .9rem .28rem 0 } #guide td:first-child { width: auto }
#guide .table { overflow-x: auto } #guide td { overflow-wrap: break-word } #guide td:first-child code { white-space: nowrap }
.copy { font: .74rem system-ui, sans-serif; color: inherit; background: var(--soft); border: 1px solid var(--line); border-radius: 5px; padding: .15rem .5rem; cursor: pointer; float: right }
#none { padding: .5rem .9rem; color: var(--quiet) }
@media (max-width: 70rem) { article { grid-template-columns: minmax(0, 1fr) } }
@media (max-width: 48rem) { body { display: block } nav { position: static; height: auto; max-height: 40vh; border: 0; border-bottom: 1px solid var(--line) } main { padding: 1.25rem } #guide table { min-width: 36rem } }
@media print { nav { display: none } body { display: block } article { content-visibility: visible } }
`

// The page is complete without this script, which adds a search that hides operations that do not match.
const script = `
const box = document.querySelector('input'), none = document.querySelector('#none')
box.hidden = false
const entries = [...document.querySelectorAll('article')].map((article) => ({ article, link: document.querySelector('nav a[href="#' + article.id + '"]'), text: article.dataset.words }))
const guide = document.querySelector('#guide'), about = document.querySelector('#about')
const holders = [...document.querySelectorAll('.group, main section, nav .of, nav details')].filter((holder) => holder !== guide && holder !== about)
box.addEventListener('input', () => {
  const words = box.value.toLowerCase().split(/\\s+/).filter(Boolean)
  let found = 0
  for (const { article, link, text } of entries) {
    const fits = words.every((word) => text.includes(word))
    article.hidden = link.hidden = !fits
    found += fits
  }
  const isSearch = words.length > 0
  for (const part of [guide, about]) part.hidden = isSearch
  for (const holder of holders) {
    holder.hidden = !holder.querySelector(holder.closest('nav') ? 'a:not([hidden])' : 'article:not([hidden])')
    if (holder.localName === 'details') holder.open = isSearch
  }
  none.hidden = found > 0
})
for (const label of document.querySelectorAll('.label')) {
  const block = label.nextElementSibling
  if (!block || block.localName !== 'pre' || !navigator.clipboard) continue
  const copy = Object.assign(document.createElement('button'), { className: 'copy', type: 'button', textContent: 'Copy' })
  copy.addEventListener('click', async () => {
    await navigator.clipboard.writeText(block.textContent)
    copy.textContent = 'Copied'
    setTimeout(() => (copy.textContent = 'Copy'), 1500)
  })
  label.append(copy)
}
addEventListener('keydown', (event) => {
  if (event.key === '/' && event.target !== box) { event.preventDefault(); box.focus() }
  if (event.key === 'Escape' && event.target === box) { box.value = ''; box.dispatchEvent(new Event('input')) }
})
`

const sha256 = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`

/** The API reference as one page. It is complete without scripts, so it is also readable in a text browser and in print. */
export function docsPage(document: JsonSchema): FileResponse {
  const { info } = document as { info: { title: string; version: string; description: string } }
  const sections = referenceOf(document)
  const count = sections.flatMap(({ groups }) => groups.flatMap(({ operations }) => operations)).length
  const about = guide((document.servers as { url: string }[])[0]?.url ?? '').replace(/^# .*/, '')
  const headings = [...about.matchAll(/^## (.*)$/gm)].map(([, heading = '']) => heading)
  const html = `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escape(info.title)} API</title><style>${style}</style>
<nav><strong>${escape(info.title)} ${escape(info.version)}</strong>
<input type="search" placeholder="Search ${count} operations" aria-label="Search operations" title="Press / to search" hidden>
<p id="none" role="status" hidden>No operation matches these words.</p>
<details id="about" open><summary>How this API works</summary>${headings.map((heading) => `<a href="#${slugOf(heading)}">${escape(heading)}</a>`).join('')}</details>
${sections.map(contents).join('\n')}
</nav><main><h1>${escape(info.title)} API</h1>
<p>${escape(info.description)} This reference is also available as an OpenAPI 3.1 document: <a href="/api/openapi.json">openapi.json</a>.</p>
<section id="guide">${toHtml(about, linkTo)}</section>
${sections.map(section).join('\n')}
</main><script>${script}</script></html>`
  return new FileResponse(html, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': `default-src 'none'; style-src ${sha256(style)}; script-src ${sha256(script)}; frame-ancestors 'none'`,
  })
}

/** The targets on this page of the guide's links. */
const linkTo = (target: string) => (target === 'api.md' ? '#section-identity' : undefined)

const contents = ({ name, groups }: Section) => `<details><summary>${escape(name)}</summary>
${groups.map((group) => `<div class="of">${groups.length > 1 ? `<h3>${escape(group.name)}</h3>` : ''}${group.operations.map(({ id, method, summary }) => `<a href="#${id}"><small>${method}</small> ${inline(briefly(summary))}</a>`).join('')}</div>`).join('\n')}
</details>`

const section = ({ name, slug, groups }: Section) => `<section id="section-${slug}"><h2>${escape(name)}</h2>
${groups.map((group) => `<div class="group">${groups.length > 1 ? `<h3>${escape(group.name)}</h3>` : ''}${group.operations.map((operation) => article(operation, name)).join('\n')}</div>`).join('\n')}
</section>`

/** The first clause of a summary, for the table of contents. */
const briefly = (summary: string) => summary.split(/[;:.,(]( |$)/, 1)[0]?.trim() ?? summary

function article(operation: ReferenceOperation, sectionName: string): string {
  const { id, method, path, summary, who, parameters, body, responseFields, curl, status, response, errors } = operation
  const words = [id, method, path, summary, sectionName, ...body.map(({ name }) => name)].join(' ').toLowerCase()
  return `<article id="${id}" data-words="${escape(words)}"><div><h4><a href="#${id}">${inline(summary)}</a></h4>
<p class="path"><code><span class="method">${method}</span>${escape(path)}</code></p><p class="note">${inline(who)}</p>
${fieldTable('Parameters', parameters)}${fieldTable('Body', body)}
<details><summary>Errors: ${errors.map(({ status: code }) => code).join(', ')}</summary><table>${errors.map(({ status: code, reason }) => `<tr><td>${code}</td><td>${inline(reason)}</td></tr>`).join('')}</table></details></div>
<div><div class="label">Example</div><pre>${escape(curl)}</pre>
<div class="label">Response ${status}</div><pre>${response === null ? 'The content of the file.' : escape(response)}</pre>
${responseFields.length > 0 ? `<details><summary>Fields of the response</summary>${fieldTable('', responseFields)}</details>` : ''}</div></article>`
}

function fieldTable(title: string, fields: Field[]): string {
  if (fields.length === 0) return ''
  const rows = fields.map(({ name, place, type, isRequired, fallback, description }) => {
    const more = [
      place === 'body' || place === 'response' ? '' : place,
      isRequired && place !== 'response' ? 'required' : '',
      fallback === undefined ? '' : `default ${fallback}`,
    ].filter(Boolean)
    const note = more.length > 0 ? `<br><span class="note">${escape(more.join(', '))}</span>` : ''
    return `<tr><td><code>${escape(name)}</code></td><td>${inline(description)}<br><span class="note">${escape(type)}</span>${note}</td></tr>`
  })
  return `${title && `<div class="label">${title}</div>`}<table>${rows.join('')}</table>`
}
