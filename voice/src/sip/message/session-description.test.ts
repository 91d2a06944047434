import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sessionDescription } from './session-description.ts'

const sdp = 'v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\n'
const message = (type: string | null, body: string) => ({
  headers: type === null ? [] : [['content-type', type] as [string, string]],
  body,
})

test('the session description is the body, or a part of a multipart body', () => {
  assert.equal(sessionDescription(message('application/sdp', sdp)), sdp)
  assert.equal(sessionDescription(message('Application/SDP ; charset=utf-8', sdp)), sdp)
  assert.equal(sessionDescription(message(null, sdp)), sdp)
  const isup = 'Content-Type: application/ISUP;version=itu-t92+\r\nContent-Disposition: signal\r\n\r\n\u0001\u0000'
  const parts = `preamble\r\n--x-1\r\n${isup}\r\n--x-1\r\ncontent-type : application/sdp\r\n\r\n${sdp}--x-1--\r\n`
  for (const type of ['multipart/mixed;boundary=x-1', 'Multipart/Mixed; charset=utf-8; boundary="x-1"'])
    assert.equal(sessionDescription(message(type, parts)), sdp)
})

test('a body of another type has no session description', () => {
  for (const [type, body] of [
    ['application/sdp', ''],
    ['application/isup', 'x'],
    ['text/xml', '<x/>'],
    ['multipart/mixed', `--x\r\nContent-Type: application/sdp\r\n\r\n${sdp}--x--`],
    ['multipart/mixed;boundary=x', `--y\r\nContent-Type: application/sdp\r\n\r\n${sdp}--y--`],
    ['multipart/mixed;boundary=x', '--x\r\nContent-Type: application/sdp'],
    ['multipart/mixed;boundary=x', '--x\r\nContent-Type: text/plain\r\n\r\nhello\r\n--x--'],
  ] as const)
    assert.equal(sessionDescription(message(type, body)), null)
})
