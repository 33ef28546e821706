// A Bluesky network of one account server and one AppView. Writes the file READY once both answer; ends with its process.
const { writeFileSync } = require('node:fs')
const { TestBsky, TestPds, TestPlc, mockNetworkUtilities } = require('@atproto/dev-env')

async function main() {
  const { DB_POSTGRES_URL: dbPostgresUrl, PORT, READY } = process.env
  const port = Number(PORT)
  const plc = await TestPlc.create({})
  const bsky = await TestBsky.create({
    plcUrl: plc.url,
    pdsPort: port,
    repoProvider: `ws://localhost:${port}`,
    dbPostgresSchema: 'appview',
    dbPostgresUrl,
  })
  const pds = await TestPds.create({
    port,
    hostname: 'localhost',
    didPlcUrl: plc.url,
    bskyAppViewUrl: bsky.url,
    bskyAppViewDid: bsky.ctx.cfg.serverDid,
  })
  mockNetworkUtilities(pds, bsky) // names are looked up in the account server, not in the DNS
  writeFileSync(READY, String(process.pid))
}

main().catch((error) => {
  console.error(error)
  process.exit(1)
})
