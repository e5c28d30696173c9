// Asks the demo every query of docs/schema-guide.md, and holds its answer against the one that stands below it. With `--write`, writes
// the answers into the guide. The program is TOSS_RECON, else the one that `cargo build` has made.
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';

const root = fileURLToPath(new URL('../../', import.meta.url));
const guide = join(root, 'docs/schema-guide.md');
const program = process.env.TOSS_RECON ?? join(root, 'target/debug/toss-recon');
const PAIR = /```graphql\n([\s\S]*?)```\n\n```json\n([\s\S]*?)```/g;
const PATIENCE = 60_000;

/** The demo, once it says where it serves; in a folder of its own, so that no settings are near. */
async function startDemo(folder) {
  const demo = spawn(program, ['demo', '--port', '0'], { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  const address = await new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`the demo does not serve: ${said}`)), PATIENCE);
    demo.on('error', reject);
    demo.on('exit', () => reject(new Error(`the demo ended: ${said}`)));
    demo.stderr.on('data', (piece) => {
      said += piece;
      const url = said.match(/GraphiQL\s+(\S+)/);
      const token = said.match(/viewer token\s+(\S+)/);
      if (url && token && said.includes('The simulated Toss itself answers at')) {
        clearTimeout(timer);
        resolve({ url: url[1], token: token[1] });
      }
    });
  });
  return { demo, ...address };
}

async function ask({ url, token }, query) {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  return await answer.json();
}

const text = await readFile(guide, 'utf8');
const pairs = [...text.matchAll(PAIR)];
const queries = text.match(/```graphql\n/g) ?? [];
if (pairs.length !== queries.length || pairs.length < 10) {
  throw new Error('each query of the guide has its answer below it, and there are ten or more');
}
const folder = await mkdtemp(join(tmpdir(), 'guide-'));
let demo;
try {
  demo = await startDemo(folder);
  let written = text;
  for (const [whole, query, expected] of pairs) {
    const answer = await ask(demo, query);
    if (process.argv.includes('--write')) {
      const json = JSON.stringify(answer, null, 2);
      written = written.replace(whole, () => `\`\`\`graphql\n${query}\`\`\`\n\n\`\`\`json\n${json}\n\`\`\``);
    } else if (!isDeepStrictEqual(answer, JSON.parse(expected))) {
      console.error(`The guide's answer is another one.\n${query}\n${JSON.stringify(answer, null, 2)}`);
      process.exitCode = 1;
    }
  }
  if (written !== text) {
    await writeFile(guide, written);
  }
} finally {
  demo?.demo.removeAllListeners('exit');
  demo?.demo.kill('SIGTERM');
  await rm(folder, { recursive: true, force: true });
}
if (!process.exitCode) {
  console.log(`${pairs.length} queries of the guide are answered as it says`);
}
