import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { startTestServer } from '../../../../test/server.ts'
import { serverContext } from '../../../platform/services.ts'
import { Import } from '../schema.ts'
import { findColumns } from './columns.ts'
import { readContactRow } from './contact-row.ts'
import { detectForm, readFirstRows } from './csv-form.ts'
import { importContacts } from './import-job.ts'
import { toImport } from './import-row.ts'

const server = await startTestServer()
const ana = await server.signUp()

function csv(content: string | Buffer, mapping?: object): FormData {
  const data = new FormData()
  data.set('file', new File([typeof content === 'string' ? content : new Uint8Array(content)], 'people.csv'))
  if (mapping) data.set('mapping', JSON.stringify(mapping))
  return data
}

async function newList(): Promise<string> {
  return (await ana.post('/api/contact-lists', { name: 'List' })).body.id
}

async function finished(id: string) {
  for (;;) {
    const { body } = await ana.get(`/api/imports/${id}`)
    if (body.status === 'completed' || body.status === 'failed') return body
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

test('valid rows are imported, duplicates are merged, invalid rows are reported with their line', async () => {
  const list = await newList()
  await ana.post('/api/contacts', { first_name: 'Known', last_name: 'Person', phone_number: '+14155550100' })
  const { status, body: started } = await ana.post(
    `/api/contact-lists/${list}/import`,
    csv(
      'First Name,Last Name,Phone,E-Mail\n' +
        'Ana,Silva,(415) 555-0101,ana@example.com\n' +
        'Bo,Berg,not a number,bo@example.com\n' +
        'Known,Changed,+1 415 555 0100,known@example.com\n' +
        'Ana,Double,+14155550101,\n' +
        'Cy,Cole,4155550102,not-an-address\n' +
        '"Dee ""D""","O\'Hara",415-555-0103,\n',
    ),
  )
  assert.equal(status, 202)
  assert.equal(started.total, 6)
  const done = await finished(started.id)
  const { total, created, merged, failed } = done
  assert.deepEqual(
    { total, done: done.done, created, merged, failed },
    { total: 6, done: 6, created: 2, merged: 2, failed: 2 },
  )
  const { body: people } = await ana.get(`/api/contacts?contact_list_id=${list}`)
  assert.equal(people.data.length, 3)
  const known = people.data.find((contact: { phone_number: string }) => contact.phone_number === '+14155550100')
  assert.equal(known.last_name, 'Person', 'a name entered by a member stays')
  assert.equal(known.email, 'known@example.com', 'an empty field is filled')
  const errors = await ana.get(done.errors_url)
  assert.match(errors.text, /^line,error,row\r\n3,.*not a number.*,Bo,Berg/)
  assert.match(errors.text, /\r\n6,.*not-an-address.* is not an e-mail address/)
})

test('a mapping names columns whose headers are not recognised', async () => {
  const content = 'Kunde;Rufnummer\r\nErika Mustermann;+49 30 901820\r\n'
  const refused = await ana.post(`/api/contact-lists/${await newList()}/import`, csv(content))
  assert.equal(refused.status, 400)
  assert.match(refused.body.error, /"Kunde", "Rufnummer"/)
  const { body } = await ana.post('/api/imports/preview', csv(content, { Rufnummer: 'phone_number', Kunde: 'name' }))
  assert.deepEqual(body.mapping, { Rufnummer: 'phone_number', Kunde: 'name' })
  assert.deepEqual(
    {
      first: body.rows[0].contact.first_name,
      last: body.rows[0].contact.last_name,
      phone: body.rows[0].contact.phone_number,
    },
    { first: 'Erika', last: 'Mustermann', phone: '+4930901820' },
  )
})

test('files of spreadsheets can be read: BOM, UTF-16, Windows-1252', async () => {
  const text = 'Vorname;Nachname;Telefon\r\nJörg;Müller;+4930901820\r\n'
  const forms = {
    'utf-8 with bom': Buffer.from(`\ufeff${text}`),
    'utf-16le': Buffer.from(`\ufeff${text}`, 'utf16le'),
    'utf-16be': Buffer.from(`\ufeff${text}`, 'utf16le').swap16(),
    'utf-16le without a mark': Buffer.from(text, 'utf16le'),
    'windows-1252': Buffer.from(text, 'latin1'),
  }
  for (const [name, content] of Object.entries(forms)) {
    const { body } = await ana.post('/api/imports/preview', csv(content))
    assert.equal(body.rows?.[0]?.contact?.first_name, 'Jörg', `${name}: ${JSON.stringify(body)}`)
  }
})

test('the separator line of Excel is not a row, and lines can end with a carriage return', async () => {
  const excel = await ana.post(
    `/api/contact-lists/${await newList()}/import`,
    csv('sep=;\r\nfirst_name;last_name;phone_number\r\nAda;Lang;+14155550170\r\nBob;Lang;nonsense\r\n'),
  )
  assert.equal(excel.status, 202, excel.text)
  const { created, failed, errors_url } = await finished(excel.body.id)
  assert.deepEqual([created, failed], [1, 1])
  assert.match((await ana.get(errors_url)).text, /^4,/m)

  const rows = Array.from({ length: 2500 }, (_, i) => `Mac,${'x'.repeat(20)},+1415557${String(i).padStart(4, '0')}`)
  const mac = await ana.post(
    `/api/contact-lists/${await newList()}/import`,
    csv(`first_name,last_name,phone_number\r${rows.join('\r')}`),
  )
  assert.equal(mac.status, 202, mac.text)
  assert.equal((await finished(mac.body.id)).created, 2500)
})

test('a file with mixed line ends and encodings is imported completely', async () => {
  const many = Array.from({ length: 3000 }, (_, i) => `Ann,+1628556${String(i).padStart(4, '0')}`).join('\n')
  const { body } = await ana.post(
    `/api/contact-lists/${await newList()}/import`,
    csv(
      Buffer.concat([
        Buffer.from('name,phone\r\nJörg,+16285571000\nZoë,+16285571001\rAda,+16285571002\n'),
        Buffer.from(`${many}\nMüller,+16285571003\n`, 'latin1'),
      ]),
    ),
  )
  assert.deepEqual([body.total, (await finished(body.id)).created], [3004, 3004])
  for (const [digit, name] of ['Jörg', 'Zoë', 'Ada', 'Müller'].entries()) {
    const { body: found } = await ana.get(`/api/contacts?q=1628557100${digit}`)
    assert.equal(found.data[0]?.first_name, name)
  }
})

test('shortened values are never cut within a character', async () => {
  const { body } = await ana.post(
    `/api/contact-lists/${await newList()}/import`,
    csv(
      'phone,name,email,notes\n' +
        `${'x'.repeat(39)}😀,a,,\n` +
        `+16285572000,b,${'x'.repeat(59)}😀,\n` +
        `+16285572001,c,,${'x'.repeat(19_999)}😀\n`,
    ),
  )
  const { created, failed } = await finished(body.id)
  assert.deepEqual([created, failed], [1, 2])
})

test('a header longer than the part that is read is reported as such', async () => {
  const list = await newList()
  const { status, body } = await ana.post(`/api/contact-lists/${list}/import`, csv('x'.repeat(100_000)))
  assert.equal(status, 400)
  assert.match(body.error, /No column has the telephone number/)
})

test('a preview without a recognised column has columns and cells, to choose a mapping', async () => {
  const { status, body } = await ana.post('/api/imports/preview', csv('Kunde;Rufnummer\nErika M.;+49 30 901820\n'))
  assert.equal(status, 200)
  assert.deepEqual([body.columns, body.mapping, body.total], [['Kunde', 'Rufnummer'], {}, 1])
  const [row] = body.rows
  assert.deepEqual([row.line, row.cells, row.contact], [2, ['Erika M.', '+49 30 901820'], null])
  assert.match(row.error, /No column has the telephone number/)
  assert.equal((await ana.post('/api/imports/preview', csv('a;b\n1;2\n', { c: 'phone_number' }))).status, 400)
})

test('an uploaded spreadsheet is refused with an error that says what to do', async () => {
  const zip = (inside: string) => Buffer.from(`PK\x03\x04\x14\0\0\0\x08\0${inside}`, 'latin1')
  for (const [content, kind] of [
    [zip('[Content_Types].xml'), /Excel file \(\.xlsx\)/],
    [zip('mimetypeapplication/vnd.oasis.opendocument.spreadsheet'), /OpenDocument/],
    [zip('readme.txt'), /ZIP archive/],
    [Buffer.from('\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1', 'latin1'), /old Excel/],
  ] as const) {
    const { status, body } = await ana.post('/api/imports/preview', csv(content))
    assert.equal(status, 400)
    assert.match(body.error, kind)
    assert.match(body.error, /Save it as CSV/)
  }
})

test('a file that is not a table is refused, and nothing is stored', async () => {
  const list = await newList()
  for (const content of [
    Buffer.alloc(0),
    Buffer.from('\x89PNG\r\n\x1a\n'),
    Buffer.from('just one line'),
    Buffer.from([0, 1, 2, 3]),
  ]) {
    const { status, body } = await ana.post(`/api/contact-lists/${list}/import`, csv(content))
    assert.equal(status, 400)
    assert.ok(body.details.length > 0)
  }
  assert.equal((await ana.post('/api/imports/preview', csv('a,b\n', [1]))).status, 400)
})

test('many rows are imported in batches, and a second import creates none', async () => {
  const list = await newList()
  const rows = Array.from({ length: 2300 }, (_, i) => `P${i},L,+1415${String(6_000_000 + i)}`)
  const content = `first_name,last_name,phone_number\n${rows.join('\n')}`
  const first = await finished((await ana.post(`/api/contact-lists/${list}/import`, csv(content))).body.id)
  assert.deepEqual([first.created, first.merged, first.failed], [2300, 0, 0])
  const second = await finished((await ana.post(`/api/contact-lists/${list}/import`, csv(content))).body.id)
  assert.deepEqual([second.created, second.merged, second.failed], [0, 2300, 0])
  assert.equal((await ana.get(`/api/contact-lists/${list}`)).body.contact_count, 2300)
})

test('a list has the order of its file, and the statistics of the planner include the rows', async () => {
  const list = await newList()
  const numbers = Array.from({ length: 600 }, (_, i) => `+1415556${String((i * 7) % 600).padStart(4, '0')}`)
  const { body } = await ana.post(
    `/api/contact-lists/${list}/import`,
    csv(`phone,first name,last name\n${numbers.map((number) => `${number},A,B\n`).join('')}`),
  )
  assert.equal((await finished(body.id)).created, 600)
  const client = await server.app.services.connections.pool.connect()
  await client.query('begin; set local role app_system')
  const { rows } = await client.query(
    `select array_agg(c.phone_number order by i.id) as phones,
            (select reltuples from pg_class where oid = 'contacts.contacts'::regclass) as estimate
       from contacts.list_items i join contacts.contacts c on c.id = i.contact_id where i.contact_list_id = $1`,
    [list],
  )
  await client.query('rollback')
  client.release()
  assert.deepEqual(rows[0].phones, numbers)
  assert.ok(Number(rows[0].estimate) >= 500)
})

test('any bytes give a row, an error or nothing, never a crash', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      const form = detectForm(bytes)
      try {
        readFirstRows(bytes, form, 5)
      } catch (error) {
        if (!String((error as { code?: string }).code).startsWith('CSV_')) throw error
      }
    }),
  )
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary' })), fc.dictionary(fc.string(), fc.string()), (cells, mapping) => {
      findColumns(cells, mapping)
      const result = readContactRow(cells, { phone_number: 0, email: 1, first_name: 2, name: 3, time_zone: 4 }, 'US')
      if (result.ok) assert.match(result.contact.phone_number, /^\+[1-9]\d{6,14}$/)
    }),
  )
})

test('live frames of an import match its schema', () => {
  const row = {
    id: '0199b0a0-0000-7000-8000-000000000002',
    user_id: '0199b0a0-0000-7000-8000-000000000003',
    contact_list_id: null,
    status: 'running' as const,
    filename: 'people.csv',
    error: null,
    total: 2,
    done: 1,
    created: 0,
    merged: 0,
    failed: 1,
    created_at: '2026-11-21T09:30:00.000Z',
    updated_at: '2026-11-21T09:30:00.000Z',
    storage_key: 'where/it/lies',
    form: {},
  }
  const sent = toImport(row)
  assert.deepEqual(Object.keys(sent).toSorted(), Object.keys(Import.shape).toSorted())
  assert.equal(sent.errors_url, `/api/imports/${row.id}/errors.csv`)
})

test('an import that is requested again under its key after a crash starts once', async () => {
  const list = await newList()
  const ask = () =>
    ana.post(`/api/contact-lists/${list}/import`, csv('First Name,Phone\nAna,+14155550177\n'), {
      'idempotency-key': 'import once',
    })
  const first = await ask()
  assert.equal(first.status, 202, first.text)
  // The state after a crash: a key without a response, whose lock has expired.
  await server.app.services.connections.pool.query(
    `update platform.idempotency_keys set status = null, answer = null, locked_until = now() - interval '1 second'
      where key = 'import once'`,
  )
  const again = await ask()
  assert.deepEqual([again.status, again.body.id], [202, first.body.id])
  const { created, merged } = await finished(first.body.id)
  assert.deepEqual([created, merged], [1, 0])
})

const manyRows = (prefix: string, count: number) =>
  `first_name,last_name,phone_number\n${Array.from({ length: count }, (_, i) => `P${i},L,${prefix}${String(i).padStart(5, '0')}`).join('\n')}`

test('an import whose list is deleted ends with that error; imported contacts stay', async () => {
  const list = await newList()
  const { body } = await ana.post(`/api/contact-lists/${list}/import`, csv(manyRows('+141670', 8000)))
  await ana.delete(`/api/contact-lists/${list}`)
  const { status, error, done, created } = await finished(body.id)
  assert.equal(status, 'failed', `${done} rows were done`)
  assert.match(error, /list was deleted/)
  assert.equal(created, done)
})

test('two nodes that run the same import create every row once', async () => {
  const list = await newList()
  const { body } = await ana.post(`/api/contact-lists/${list}/import`, csv(manyRows('+141680', 3000)))
  const ctx = serverContext(server.app.services, { workspaceId: ana.workspaceId, userId: ana.userId })
  await Promise.all([1, 2].map(() => importContacts.run(ctx, { import_id: body.id })))
  const { status, total, done, created, merged, failed } = await finished(body.id)
  assert.deepEqual([status, total, done, created + merged, failed], ['completed', 3000, 3000, 3000, 0])
  assert.equal((await ana.get(`/api/contact-lists/${list}`)).body.contact_count, 3000)
})

test('an interrupted import continues where it stopped', async () => {
  const list = await newList()
  const { body } = await ana.post(`/api/contact-lists/${list}/import`, csv(manyRows('+141690', 1200)))
  await finished(body.id)
  await server.app.services.connections.pool.query(
    `update contacts.imports set status = 'running', done = 1000, created = 1000 where id = $1`,
    [body.id],
  )
  const ctx = serverContext(server.app.services, { workspaceId: ana.workspaceId, userId: ana.userId })
  await importContacts.run(ctx, { import_id: body.id })
  const { status, done, created, merged } = await finished(body.id)
  assert.deepEqual([status, done, created, merged], ['completed', 1200, 1000, 200])
})
