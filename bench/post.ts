/** Posts to the API of a server on this machine. Throws with the error of the response. */
export const postTo =
  (port: number) =>
  // oxlint-disable-next-line no-explicit-any -- benchmarks read single fields of responses.
  async (address: string, body: object, token?: string): Promise<any> => {
    const answer = await fetch(`http://127.0.0.1:${port}${address}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
      body: JSON.stringify(body),
    })
    if (!answer.ok) throw new Error(`${address} answered ${answer.status}: ${await answer.text()}`)
    return answer.json()
  }
