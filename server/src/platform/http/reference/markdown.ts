/** Escapes text for HTML. */
export const escape = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

/** A line of Markdown as HTML: code, bold, emphasis, and links, which `linkTo` may lead elsewhere or drop. */
export const inline = (text: string, linkTo: (target: string) => string | undefined = (target) => target) =>
  escape(text)
    .split(/(`[^`]+`)/)
    .map((part) =>
      part.startsWith('`') && part.length > 1
        ? `<code>${part.slice(1, -1)}</code>`
        : part
            .replace(/\[([^\]]+)\]\(([^)]+)\)/g, (_, label: string, target: string) => {
              const href = linkTo(target)
              return href === undefined ? label : `<a href="${href}">${label}</a>`
            })
            .replace(/\*\*([^*]+)\*\*/g, '<strong>$1</strong>')
            .replace(/\*([^*]+)\*/g, '<em>$1</em>'),
    )
    .join('')

/** Our own Markdown as HTML: headings, paragraphs, lists, tables and blocks of code, which is what `guide.ts` is made of. */
export function toHtml(markdown: string, linkTo?: (target: string) => string | undefined): string {
  const line = (text: string) => inline(text, linkTo)
  return markdown
    .split(/(^```[^]*?^```$)/m)
    .flatMap((part) => {
      const code = /^```\w*\n([^]*?)\n```$/.exec(part)
      if (code) return [`<pre>${escape(code[1] ?? '')}</pre>`]
      return part.split(/\n{2,}/).map((block) => block.trim())
    })
    .filter(Boolean)
    .map((block) => {
      if (block.startsWith('<pre>')) return block
      const heading = /^(#+) (.*)$/.exec(block)
      if (heading) {
        const level = (heading[1] ?? '').length
        return `<h${level} id="${slugOf(heading[2] ?? '')}">${line(heading[2] ?? '')}</h${level}>`
      }
      if (block.startsWith('|')) return tableOf(block, line)
      if (block.startsWith('- ')) {
        const items = block.split(/^- /m).filter(Boolean)
        return `<ul>${items.map((item) => `<li>${line(item.trim().replaceAll('\n', ' '))}</li>`).join('')}</ul>`
      }
      return `<p>${line(block.replaceAll('\n', ' '))}</p>`
    })
    .join('\n')
}

export const slugOf = (heading: string) => `about-${heading.toLowerCase().replace(/\W+/g, '-')}`

function tableOf(block: string, line: (text: string) => string): string {
  const [head = [], , ...rows] = block.split('\n').map((row) =>
    row
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  )
  const headings = head.some(Boolean) ? `<tr>${head.map((cell) => `<th>${line(cell)}</th>`).join('')}</tr>` : ''
  // Wider than a telephone: the table scrolls and the page does not.
  return `<div class="table" role="region" aria-label="Table" tabindex="0"><table>${headings}${rows.map((row) => `<tr>${row.map((cell) => `<td>${line(cell)}</td>`).join('')}</tr>`).join('')}</table></div>`
}
