// Run as a child process to be killed: writes numbered pairs in transactions and prints each number once it was answered.
import { openEngine } from '../../../infra/local/dynamodb/engine.ts'

const engine = await openEngine({ path: process.argv[2] ?? '' })
for (let n = Number(process.argv[3]); ; n += 1) {
  const row = (pk: string) => ({
    Put: { TableName: 'directory', Item: { pk: { S: pk }, sk: { S: String(n).padStart(6, '0') } } },
  })
  await engine.handle('TransactWriteItems', { TransactItems: [row('left'), row('right')] })
  process.stdout.write(`${n}\n`)
}
