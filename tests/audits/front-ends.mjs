// Has the compilers that front-ends are built with, Relay's and graphql-codegen's client preset, compile sample operations against
// schema.graphql. What they write is thrown away.
import { execFile } from 'node:child_process';
import { cp, mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { generate } from '@graphql-codegen/cli';
import relay from 'relay-compiler';

const here = fileURLToPath(new URL('.', import.meta.url));
const schema = fileURLToPath(new URL('../../schema.graphql', import.meta.url));
const folder = await mkdtemp(join(tmpdir(), 'front-ends-'));

async function compileWithRelay() {
  await cp(join(here, 'front-ends/relay'), join(folder, 'src'), { recursive: true });
  await cp(schema, join(folder, 'schema.graphql'));
  await mkdir(join(folder, 'made'));
  const config = {
    src: './src',
    schema: './schema.graphql',
    language: 'typescript',
    artifactDirectory: './made',
    customScalarTypes: { DateTime: 'string', Decimal: 'string', LocalDate: 'string' },
  };
  await writeFile(join(folder, 'relay.config.json'), JSON.stringify(config));
  await promisify(execFile)(relay, ['relay.config.json'], { cwd: folder });
}

async function compileWithCodegen() {
  const made = await generate(
    {
      schema,
      documents: [join(here, 'front-ends/codegen/*.graphql')],
      silent: true,
      generates: {
        [join(folder, 'codegen/')]: {
          preset: 'client',
          config: {
            strictScalars: true,
            scalars: { DateTime: 'string', Decimal: 'string', LocalDate: 'string' },
          },
        },
      },
    },
    false,
  );
  if (!made.some((file) => file.content.includes('PaymentByOrderQuery'))) {
    throw new Error('graphql-codegen made no types of the operations');
  }
}

try {
  await compileWithRelay();
  await compileWithCodegen();
  console.log('relay-compiler and graphql-codegen compile');
} catch (fault) {
  console.error(fault.stdout ?? "", fault.stderr ?? fault);
  process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
